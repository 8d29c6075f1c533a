"""The laws of companies and their projects: a project is opened once, belongs to one company, and is not archived."""

from contracts.catalog import described
from contracts.events.companies import CompanyRegistered, LedgerFounded, ProjectCreated
from signer.domain.laws import LawBrokenError
from signer.domain.verification.catalog import define
from signer.domain.verification.state import VerifiedLedger


def ledger_founded(ledger: VerifiedLedger, event: LedgerFounded) -> None:
    """The first catalog, and the vendor's default project."""
    if ledger.catalog:
        raise LawBrokenError("ledger_founded_once", "the ledger was founded before")
    define(ledger, (described(definition) for definition in event.catalog))
    _open(ledger, event.default_project, event.vendor)


def company_registered(ledger: VerifiedLedger, event: CompanyRegistered) -> None:
    """A company begins with its default project."""
    _open(ledger, event.default_project, event.company)


def project_created(ledger: VerifiedLedger, event: ProjectCreated) -> None:
    """A company opens one more project."""
    _open(ledger, event.project, event.company)


def require_project(ledger: VerifiedLedger, project: str, company: str) -> None:
    """The project is this company's, and not archived; raises LawBrokenError."""
    owner = ledger.projects.get(project)
    if owner is None:
        raise LawBrokenError("project_unknown", f"project {project} was never created")
    if owner != company:
        raise LawBrokenError("company_wrong", f"project {project} is not of company {company}")
    if project in ledger.archived_projects:
        raise LawBrokenError("project_archived", f"project {project} was archived")


def require_not_imported(ledger: VerifiedLedger, company: str) -> None:
    """Nothing is opened for, or comes to, a company that was imported."""
    if company in ledger.imported_companies:
        raise LawBrokenError("company_closed", f"company {company} was imported into another one")


def _open(ledger: VerifiedLedger, project: str, company: str) -> None:
    if project in ledger.projects:
        raise LawBrokenError("project_opened_once", f"project {project} was opened before")
    require_not_imported(ledger, company)
    ledger.projects[project] = company
