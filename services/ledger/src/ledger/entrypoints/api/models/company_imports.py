"""Bodies and responses of company imports."""

from pydantic import Field

from contracts.identifiers import CompanyId
from ledger.entrypoints.api.models.base import Body, CommandResponse


class OfferCompanyBody(Body):
    offered_to: CompanyId = Field(description="The company that may import this one.")


class ImportCompanyBody(Body):
    former_company: CompanyId = Field(description="The company that was offered, and is closed by this.")


class CompanyImportedResponse(CommandResponse):
    company: str
    former_company: str
