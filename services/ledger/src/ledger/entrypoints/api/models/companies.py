"""Bodies and responses of companies."""

from pydantic import Field

from contracts.fields import CompanyKind
from contracts.identifiers import AccountId, CompanyId
from ledger.entrypoints.api.models.base import Body, CommandResponse


class RegisterCompanyBody(Body):
    kind: CompanyKind
    administrator: AccountId
    company: CompanyId | None = Field(
        default=None,
        description="Its id, where the caller has one for it already. Who registers their own company gives the "
        "one that the token names.",
    )


class CompanyRegisteredResponse(CommandResponse):
    company: str
    default_project: str = Field(description="The project that it starts with.")


class CompanyChangedResponse(CommandResponse):
    company: str
