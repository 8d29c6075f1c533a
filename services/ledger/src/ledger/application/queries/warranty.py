"""Queries of warranties."""

from datetime import date
from typing import Protocol

from pydantic import Field

from ledger.application.queries.views import View
from ledger.application.queries.visibility import Viewer


class WarrantyView(View):
    """What the vendor delivered, and how far its warranty reaches. Never for an end customer (rule F4)."""

    serial: str
    model: str
    delivered_on: date
    base_months: int
    months: int = Field(description="Base and extensions.")
    ends_on: date = Field(description="The last day of the warranty.")


class WarrantyQueries(Protocol):
    """Raises NoRight where the viewer may know why, and Trouble."""

    async def shows_guarantee(self, viewer: Viewer, serial: str, until: int) -> bool:
        """Whether the viewer may know of guarantees, and has such a device, had it at an entry, or sees all."""
        ...

    async def is_proven(self, viewer: Viewer, serial: str, until: int) -> bool:
        """Whether the device was in contact in the company where this viewer sees it, or was delivered there."""
        ...

    async def warranty(self, serial: str, until: int) -> WarrantyView | None:
        """The warranty of a delivered device as it stood at an entry; ask `shows_guarantee` first."""
        ...
