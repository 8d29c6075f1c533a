"""The signer's books of companies that go over into others: by consent of both, once, and then they are closed."""

from contracts.events.company_imports import CompanyImported, CompanyOffered, CompanyOfferWithdrawn
from signer.domain.laws import LawBrokenError


class Imports:
    """Offers of companies that stand, and the companies that are closed."""

    __slots__ = ("_closed", "_offers")

    def __init__(self) -> None:
        self._offers: dict[str, str] = {}  # the company that a company is offered to
        self._closed: set[str] = set()

    def require_not_closed(self, company: str) -> None:
        """Nothing is opened for, or comes to, a company that was imported."""
        if company in self._closed:
            raise LawBrokenError("company_closed", f"company {company} was imported into another one")

    def offer(self, event: CompanyOffered | CompanyOfferWithdrawn) -> None:
        self.require_not_closed(event.company)
        if isinstance(event, CompanyOffered):
            self.require_not_closed(event.offered_to)
            self._offers[event.company] = event.offered_to
        else:
            self._offers.pop(event.company, None)

    def close(self, event: CompanyImported) -> None:
        """Only into the company that it was offered to; all offers that it is part of end."""
        former = event.former_company
        self.require_not_closed(event.company)
        if self._offers.get(former) != event.company:
            raise LawBrokenError("import_without_consent", f"company {former} was not offered to {event.company}")
        self._closed.add(former)
        self._offers = {one: to for one, to in self._offers.items() if former not in (one, to)}
