"""Who asks, and what he sees: told by the view of the ledger that this process follows."""

from dataclasses import dataclass
from typing import NamedTuple

from contracts.actors import Account
from rma.domain.ledger_view import LedgerView
from runtime.denied import NoRight


class Reach(NamedTuple):
    """All cases, or those in some projects."""

    everything: bool
    projects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sight:
    """An account beside the ledger as it is known now: a right that was revoked there is gone here."""

    account: Account
    ledger: LedgerView
    reach: Reach

    @property
    def is_staff(self) -> bool:
        return self.reach.everything

    @property
    def is_member(self) -> bool:
        """Whether it belongs to the company that it acts for."""
        known = self.ledger.companies.get(self.account.company)
        return known is not None and self.account.account in known.administrators | known.members

    @property
    def sees_coverage(self) -> bool:
        """Whether it may know who pays (rule F4)."""
        return self.ledger.sees_coverage(self.account)

    def require(self, project: str) -> bool:
        """Whether it sees cases in a project; raises NoRight where a refusal is no secret (rule X7)."""
        if self.ledger.sees(self.account, project):
            return True
        if self.ledger.knows_of(self.account, project):
            raise NoRight(project)
        return False

    def administers(self, company: str) -> bool:
        """Whether it answers for a company; raises NoRight for its plain members."""
        known = self.ledger.companies.get(company)
        if known is None:
            return False
        if self.is_staff or (self.account.company == company and self.account.account in known.administrators):
            return True
        if self.account.company == company and self.account.account in known.members:
            raise NoRight(company)
        return False


class Sights:
    """What accounts see, with the projects of companies at hand for as long as they stay the same."""

    def __init__(self) -> None:
        self._projects: object = None
        self._of_company: dict[str, tuple[str, ...]] = {}

    def of(self, account: Account, ledger: LedgerView) -> Sight:
        """The sight of an account in a view of the ledger."""
        if ledger.is_staff(account):
            return Sight(account, ledger, Reach(everything=True))
        own = self._own(ledger).get(account.company, ())
        granted = tuple(ledger.grants.get((account.account, account.company), {}))
        seen = (project for project in (*own, *granted) if ledger.sees(account, project))
        return Sight(account, ledger, Reach(everything=False, projects=tuple(dict.fromkeys(seen))))

    def _own(self, ledger: LedgerView) -> dict[str, tuple[str, ...]]:
        if self._projects is not ledger.projects:
            found: dict[str, list[str]] = {}
            for project, company in ledger.projects.items():
                found.setdefault(company, []).append(project)
            self._of_company = {company: tuple(projects) for company, projects in found.items()}
            self._projects = ledger.projects
        return self._of_company
