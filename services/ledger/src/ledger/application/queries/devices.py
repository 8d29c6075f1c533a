"""Queries of devices as they stand in projects, now and in the past."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Protocol

from pydantic import Field

from contracts.fields import DeliveryPath
from ledger.application.queries.blocks import BlockedView
from ledger.application.queries.views import LicensesView, View
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page


@dataclass(frozen=True, slots=True)
class DeviceSearch:
    """What devices to list; what is None does not matter."""

    prefix: str = ""
    project: str | None = None
    license_type: str | None = None
    company: str | None = None


class DeliveryView(View):
    issue: int
    path: DeliveryPath
    time: datetime
    file_sha256: str


class DeviceView(View):
    serial: str
    project: str
    generation: int
    issue: int = Field(description="How often the device has changed; its newest license file has this number.")
    licenses: list[LicensesView]
    sequence: int = Field(description="The entry that changed it last.")
    changed: datetime
    delivery: DeliveryView | None = Field(
        description="The first delivery of its newest license file, if there was one."
    )
    blocked: Annotated[BlockedView | None, Field(description="Its own block, or else its company's, or null.")] = None
    as_of: int | None = Field(default=None, description="The entry it stands at, where the past was asked for.")


class DeviceQueries(Protocol):
    """None for what is absent or hidden. Raises NoRight where the viewer may know why, and Trouble."""

    async def devices(self, viewer: Viewer, project: str, after: str, limit: int) -> Page[DeviceView] | None: ...
    async def find_devices(
        self, viewer: Viewer, wanted: DeviceSearch, after: str, limit: int
    ) -> Page[DeviceView] | None: ...
    async def device(self, viewer: Viewer, serial: str) -> DeviceView | None: ...
    async def device_as_of(self, viewer: Viewer, serial: str, sequence: int) -> DeviceView | None:
        """None also where it was then in a project that the viewer does not see, or in none."""
        ...
