"""How one company was taken over by another."""

from typing import Annotated, ClassVar

from pydantic import Field

from contracts.fields import MAX_IMPORTED_ACCOUNTS, MAX_IMPORTED_PROJECTS, ProjectName
from contracts.identifiers import AccountId, CompanyId, ProjectId
from contracts.models import WireModel


class CompanyOffered(WireModel):
    """A company was offered, with all its projects, to another one, which may import it."""

    type: ClassVar[str] = "licensing.ledger.company-offered.v1"
    company: CompanyId
    offered_to: CompanyId

    @property
    def subject(self) -> str:
        return f"companies/{self.company}"


class CompanyOfferWithdrawn(WireModel):
    """The offer of a company ended without an import: taken back, or declined."""

    type: ClassVar[str] = "licensing.ledger.company-offer-withdrawn.v1"
    company: CompanyId
    offered_to: CompanyId

    @property
    def subject(self) -> str:
        return f"companies/{self.company}"


class ImportedProject(WireModel):
    """A project that changed its company, and its name there."""

    project: ProjectId
    project_name: ProjectName


class CompanyImported(WireModel):
    """A company was taken over and is closed for ever.

    All its projects, archived ones too, are of `company` from here on, with all that is in them: balances, devices,
    software service and rights of guests. `members` joined without rights; who was a member there before is not among
    them. Offers, claim codes and invitations of the former company, and rights in its name, have ended.
    """

    type: ClassVar[str] = "licensing.ledger.company-imported.v1"
    former_company: CompanyId
    company: CompanyId
    projects: Annotated[tuple[ImportedProject, ...], Field(max_length=MAX_IMPORTED_PROJECTS)]
    members: Annotated[tuple[AccountId, ...], Field(max_length=MAX_IMPORTED_ACCOUNTS)]

    @property
    def subject(self) -> str:
        return f"companies/{self.company}"


CompanyImportEvent = CompanyOffered | CompanyOfferWithdrawn | CompanyImported
