"""The laws of company imports: a company goes over into another one by consent of both, whole, once, and is closed."""

from contracts.events.company_imports import CompanyImported, CompanyOffered, CompanyOfferWithdrawn
from signer.domain.laws import LawBrokenError
from signer.domain.verification.companies import require_not_imported
from signer.domain.verification.corrections import take_over_corrections
from signer.domain.verification.devices import life_of
from signer.domain.verification.legacy_keys import take_over_listed_keys
from signer.domain.verification.state import VerifiedLedger


def company_offered(ledger: VerifiedLedger, event: CompanyOffered) -> None:
    """The consent of the company that goes over."""
    require_not_imported(ledger, event.company)
    require_not_imported(ledger, event.offered_to)
    ledger.company_offers[event.company] = event.offered_to


def company_offer_withdrawn(ledger: VerifiedLedger, event: CompanyOfferWithdrawn) -> None:
    """The company stays, or the other one does not want it."""
    require_not_imported(ledger, event.company)
    ledger.company_offers.pop(event.company, None)


def company_imported(ledger: VerifiedLedger, event: CompanyImported) -> None:
    """All projects are the other company's from here on, and so is what waits for a second person."""
    _close(ledger, event)
    projects = _take_over_projects(ledger, event)
    take_over_corrections(ledger, event)
    take_over_listed_keys(ledger, event)
    _end_device_offers(ledger, event, projects)
    for digest, project in ledger.claim_codes.items():
        if project in projects:
            ledger.claim_codes[digest] = None


def _close(ledger: VerifiedLedger, event: CompanyImported) -> None:
    """Only into the company that it was offered to; all offers that it is part of end."""
    former = event.former_company
    require_not_imported(ledger, event.company)
    if ledger.company_offers.get(former) != event.company:
        raise LawBrokenError("import_without_consent", f"company {former} was not offered to {event.company}")
    ledger.imported_companies.add(former)
    ledger.company_offers = {one: to for one, to in ledger.company_offers.items() if former not in (one, to)}


def _take_over_projects(ledger: VerifiedLedger, event: CompanyImported) -> set[str]:
    projects = {project for project, company in ledger.projects.items() if company == event.former_company}
    if projects != {one.project for one in event.projects}:
        raise LawBrokenError("import_not_total", "an import takes all projects of the company and no others")
    ledger.projects.update(dict.fromkeys(projects, event.company))
    return projects


def _end_device_offers(ledger: VerifiedLedger, event: CompanyImported, projects: set[str]) -> None:
    """Of devices of the former company, and of those that were offered to it."""
    for serial, offered_to in list(ledger.device_offers.items()):
        if offered_to == event.former_company or life_of(ledger, serial).project in projects:
            del ledger.device_offers[serial]
