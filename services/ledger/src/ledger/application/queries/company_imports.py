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
    sequence: int
    offered: datetime


class CompanyImportQueries(Protocol):
    """Raises NoRight where the viewer administers no company, and Trouble."""

    async def company_offers(self, viewer: Viewer, after: str, limit: int) -> Page[CompanyOfferView]: ...
