"""Queries of corrections."""

from datetime import date, datetime
from typing import Literal, Protocol

from pydantic import Field

from ledger.application.queries.views import LicensesView, View
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page

CorrectionState = Literal["proposed", "applied", "rejected"]


class CorrectedDeliveryView(View):
    """What a delivered device is, and since when."""

    serial: str
    model: str
    delivered_on: date


class CorrectionView(View):
    """Of licenses, from `source` to `target`; or of a delivery, which is the vendor's and moves nothing."""

    correction: str
    company: str
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
        self, viewer: Viewer, state: CorrectionState | None, after: int, limit: int
    ) -> Page[CorrectionView]: ...
    async def correction(self, viewer: Viewer, correction: str) -> CorrectionView | None: ...
