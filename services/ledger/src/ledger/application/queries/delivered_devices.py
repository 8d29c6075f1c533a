"""Queries of the devices that the vendor delivered."""

from datetime import date
from typing import NamedTuple, Protocol

from pydantic import Field

from ledger.application.queries.views import View
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page


class DeliveredDeviceView(View):
    """A device that the vendor delivered, as it is registered by now, and the last day of its warranty."""

    serial: str
    model: str
    delivered_on: date
    base_months: int = Field(description="Months of warranty that it came with.")
    months: int = Field(description="Base and extensions.")
    ends_on: date = Field(description="The last day of the warranty.")
    registered_sequence: int = Field(description="The entry that registered it.")
    sequence: int = Field(description="The entry that said its model or its day of delivery last.")
    replacement: str | None = Field(description="The device that stands in for it and goes on with its warranty.")


class DeliveryPlace(NamedTuple):
    """A place in the order of days of delivery, the last one first; a page begins behind it."""

    day: date
    serial: str


class DeliveredDeviceQueries(Protocol):
    """For the vendor's staff: raises NoRight for all others. Raises Trouble."""

    async def delivered_devices(self, viewer: Viewer, prefix: str, after: str, limit: int) -> Page[DeliveredDeviceView]:
        """By serial."""
        ...

    async def delivered_devices_by_day(
        self, viewer: Viewer, after: DeliveryPlace, limit: int
    ) -> Page[DeliveredDeviceView]:
        """What was delivered last first."""
        ...
