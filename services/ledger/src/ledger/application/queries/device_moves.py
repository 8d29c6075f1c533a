"""Queries of offers of devices."""

from datetime import datetime
from typing import Protocol

from pydantic import Field

from ledger.application.queries.views import View
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page


class OfferView(View):
    serial: str
    company: str = Field(description="Who offers the device.")
    offered_to: str
    actor: str = Field(description="Who made the offer; of another company only which one.")
    sequence: int
    offered: datetime


class DeviceMoveQueries(Protocol):
    """Raises Trouble."""

    async def offers(self, viewer: Viewer, after: str, limit: int) -> Page[OfferView]: ...
