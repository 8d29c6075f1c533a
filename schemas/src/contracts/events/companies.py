"""The ledger itself, companies and projects."""

from typing import Annotated, ClassVar

from pydantic import Field

from contracts.fields import CompanyKind, ProjectName
from contracts.identifiers import AccountId, CompanyId, ProjectId
from contracts.licenses import LicenseTypeDefinition
from contracts.models import WireModel


class LedgerFounded(WireModel):
    """A ledger began: the vendor's company, its first account, and the catalog of license types."""

    type: ClassVar[str] = "licensing.ledger.ledger-founded.v1"
    vendor: CompanyId
    administrator: AccountId
    default_project: ProjectId
    catalog: Annotated[tuple[LicenseTypeDefinition, ...], Field(min_length=1, max_length=400)]

    @property
    def subject(self) -> str:
        return f"companies/{self.vendor}"


class CompanyRegistered(WireModel):
    """A company became known, with its first administrator and its DEFAULT project."""

    type: ClassVar[str] = "licensing.ledger.company-registered.v1"
    company: CompanyId
    kind: CompanyKind
    administrator: AccountId
    default_project: ProjectId

    @property
    def subject(self) -> str:
        return f"companies/{self.company}"


class ProjectCreated(WireModel):
    """A project opened in a company."""

    type: ClassVar[str] = "licensing.ledger.project-created.v1"
    company: CompanyId
    project: ProjectId
    project_name: ProjectName

    @property
    def subject(self) -> str:
        return f"projects/{self.project}"


CompanyEvent = LedgerFounded | CompanyRegistered | ProjectCreated
