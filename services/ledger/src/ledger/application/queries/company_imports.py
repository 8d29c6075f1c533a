"""Queries of offers of companies."""

from datetime import datetime
from typing import Protocol

from pydantic import Field

from ledger.application.queries.views import View
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page


class CompanyOfferView(View):
    company: str = Field(description="The company that is offered.")
    offered_to: str
    actor: str = Field(description="Who made the offer; of another company only which one.")
    sequence: int
    offered: datetime


class CompanyImportQueries(Protocol):
    """Raises NoRight where the viewer administers no company, and Trouble."""

    async def company_offers(self, viewer: Viewer, after: str, limit: int) -> Page[CompanyOfferView]: ...
