"""Queries of companies."""

from datetime import datetime
from typing import Protocol

from pydantic import Field

from contracts.fields import CompanyKind
from ledger.application.queries.blocks import Blocked
from ledger.application.queries.views import View
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page, Start


class CompanyView(View):
    company: str
    kind: CompanyKind
    default_project: str
    sequence: int = Field(description="The entry that made it known.")
    registered: datetime
    imported_into: str | None = Field(description="The company that took it over, if one did; it is closed then.")
    blocked: Blocked = None


class CompanyQueries(Protocol):
    """Raises Trouble."""

    async def companies(self, viewer: Viewer, kind: CompanyKind | None, start: Start, limit: int) -> Page[CompanyView]:
        """Those that the account belongs to, in the order of their entries; all for the vendor's staff."""
        ...

    async def company(self, viewer: Viewer, company: str) -> CompanyView | None: ...
