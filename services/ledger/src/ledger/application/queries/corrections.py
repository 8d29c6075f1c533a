"""Queries of corrections."""

from datetime import date, datetime
from typing import Literal, Protocol

from pydantic import Field

from ledger.application.queries.views import LicensesView, View
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page, Start

CorrectionState = Literal["proposed", "applied", "rejected"]


class CorrectedDeliveryView(View):
    """What a delivered device is, and since when."""

    serial: str
    model: str
    delivered_on: date


class CorrectionLineView(View):
    """Licenses of one account to another."""

    source: str
    target: str
    licenses: list[LicensesView]


class CorrectionView(View):
    """Of licenses, in one line or in several linked ones; or of a delivery, which is the vendor's and moves nothing.

    Of one line, `source`, `target` and `licenses` say the same.
    """

    correction: str
    company: str = Field(description="Whose licenses they are; the vendor where lines are of several companies.")
    lines: list[CorrectionLineView] = Field(description="All of them move in one entry, or none does.")
    source: str | None
    target: str | None
    licenses: list[LicensesView]
    delivery: CorrectedDeliveryView | None = Field(description="What the device is registered as, once approved.")
    reason: str
    reference: str
    proposed_by: str
    sequence: int = Field(description="The entry that proposed it.")
    proposed: datetime
    state: CorrectionState
    decided_by: str | None
    decision_reason: str | None
    decided_sequence: int | None = Field(description="The entry that applied or rejected it.")
    decided: datetime | None


class CorrectionQueries(Protocol):
    """For the vendor's staff: raises NoRight for all others. Raises Trouble."""

    async def corrections(
        self, viewer: Viewer, state: CorrectionState | None, start: Start, limit: int
    ) -> Page[CorrectionView]: ...
    async def correction(self, viewer: Viewer, correction: str) -> CorrectionView | None: ...
