"""The ledger itself, companies and projects."""

from typing import Annotated, Literal

from pydantic import Field

from contracts.fields import CompanyKind
from contracts.identifiers import AccountId, CompanyId, ProjectId
from contracts.licenses import LicenseTypeDefinition
from contracts.models import WireModel
from contracts.texts import ProjectName


class FoundLedger(WireModel):
    """Begin a ledger: the vendor's own company, its first account and the catalog of license types."""

    name: Literal["found-ledger"] = "found-ledger"
    vendor: CompanyId
    administrator: AccountId
    catalog: Annotated[tuple[LicenseTypeDefinition, ...], Field(min_length=1, max_length=400)]


class RegisterCompany(WireModel):
    """Make a company known, with its first administrator; it starts with a project named DEFAULT."""

    name: Literal["register-company"] = "register-company"
    company: CompanyId
    kind: CompanyKind
    administrator: AccountId


class CreateProject(WireModel):
    """Open a project in a company."""

    name: Literal["create-project"] = "create-project"
    company: CompanyId
    project: ProjectId
    project_name: ProjectName


CompanyCommand = FoundLedger | RegisterCompany | CreateProject
