"""Queries of broken devices and what stands in for them."""

from datetime import datetime
from typing import Protocol

from pydantic import Field

from ledger.application.queries.views import LicensesView, View
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page, Start


class ReplacementView(View):
    """A broken device, and the one that has its licenses now."""

    serial: str = Field(description="The broken device.")
    replacement: str = Field(description="The device that stands in its place.")
    rma: str
    project: str = Field(description="Where both were at that moment.")
    reason: str | None = Field(description="For administrators of the company and for staff.")
    other_model: bool = Field(description="Whether staff confirmed a device of another family.")
    licenses: list[LicensesView] = Field(description="What went from one to the other.")
    sequence: int
    replaced: datetime
    recommissioned: datetime | None = Field(description="When the broken device came back to stock, as a blank one.")
    recommissioned_sequence: int | None


class ReplacementQueries(Protocol):
    """Each from one snapshot. Raises Trouble."""

    async def replacements(self, viewer: Viewer, start: Start, limit: int) -> Page[ReplacementView]:
        """Staff sees all, everybody else those in the projects that they see."""
        ...

    async def replacement(self, viewer: Viewer, serial: str) -> ReplacementView | None:
        """What stood in the place of a broken device last; None also where the viewer may not know."""
        ...
