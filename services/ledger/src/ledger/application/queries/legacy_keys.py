"""Queries of the old manager's keys."""

from datetime import datetime
from typing import Protocol

from pydantic import Field

from ledger.application.queries.legacy import LegacyLicensesView
from ledger.application.queries.views import View
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page, Start


class LegacyKeyView(View):
    """A key on the old manager's list; the key itself is kept nowhere."""

    key_digest: str
    company: str | None = Field(description="Who redeemed it in the old manager, or null.")
    licenses: list[LegacyLicensesView]
    reference: str
    sequence: int = Field(description="The entry that registered it.")
    registered: datetime
    project: str | None = Field(description="Where it was imported to, or null.")
    imported_sequence: int | None


class LegacyKeyQueries(Protocol):
    """For the vendor's staff: raises NoRight for all others. Raises Trouble."""

    async def legacy_keys(self, viewer: Viewer, start: Start, behind: str, limit: int) -> Page[LegacyKeyView]:
        """One entry registers several: a page begins behind the key with the digest `behind` of entry `start.after`."""
        ...
