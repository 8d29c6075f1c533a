"""Queries of devices as they stand in projects, now and in the past."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal, NamedTuple, Protocol

from pydantic import Field

from contracts.fields import DeliveryPath
from ledger.application.queries.blocks import BlockedView
from ledger.application.queries.device_moves import OfferView
from ledger.application.queries.labels import LabelView
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
    delivered: bool | None = None
    blocked: bool | None = None
    model: str | None = None


Expansion = Literal["test", "guarantee", "offer"]


@dataclass(frozen=True, slots=True)
class Expand:
    """What to say beside devices, as of today."""

    today: date
    members: frozenset[Expansion] = frozenset()


class DeliveryView(View):
    issue: int
    path: DeliveryPath
    time: datetime
    file_sha256: str


class DeviceTestView(View):
    """The test that the device has, or has had."""

    ends_on: date = Field(description="The last day of the test.")
    days_left: int = Field(description="Days from today to its end, this day included.")
    sequence: int = Field(description="The entry that issued it.")


class DeviceGuaranteeView(View):
    """The warranty of a device. Never for an end customer (rule F4)."""

    model: str
    ends_on: date = Field(description="The last day of the warranty.")
    days_left: int = Field(description="Days from today to its end, this day included.")
    sequence: int = Field(description="The entry that says so.")


class DeviceView(View):
    """A device. What `expand` names is absent where it was not asked for."""

    serial: str
    project: str
    generation: int
    issue: int = Field(description="How often the device has changed; its newest license file has this number.")
    delivered_issue: int | None = Field(
        description="The newest of its generation's license files that was delivered; equal to `issue` if none waits."
    )
    licenses: list[LicensesView]
    sequence: int = Field(description="The entry that changed it last.")
    changed: datetime
    delivery: DeliveryView | None = Field(
        description="The first delivery of its newest license file, if there was one."
    )
    arrived: datetime | None = Field(
        default=None, description="When it came into its project. Absent where the past was asked for."
    )
    last_seen: datetime | None = Field(
        default=None,
        description="When it last asked for its license file, or for anything else, since it came into its project, "
        "to some 5 minutes; null if it did not. Absent where the past was asked for.",
    )
    blocked: Annotated[BlockedView | None, Field(description="Its own block, or else its company's, or null.")] = None
    label: LabelView | None = Field(
        default=None, description="What people of its project call it, or null; that of today also in the past."
    )
    as_of: int | None = Field(default=None, description="The entry it stands at, where the past was asked for.")
    test: DeviceTestView | None = Field(
        default=None, description="Its test, or null where it has none that counts. Absent unless asked for."
    )
    guarantee: DeviceGuaranteeView | None = Field(
        default=None,
        description="Its warranty, for resellers and the vendor's staff, or null where the vendor registered no "
        "delivery of it or it was not in contact in its company. Absent for others, and unless asked for.",
    )
    offer: OfferView | None = Field(
        default=None,
        description="The open offer of it to another company, or null; null also without the right `licenses`. "
        "Absent unless asked for.",
    )


class PastDevice(NamedTuple):
    """A device that a search of the past looked at; None where it was not what was wanted, or not there."""

    serial: str
    view: DeviceView | None


class ArrivedDevice(NamedTuple):
    """A device with the entry that brought it where it is."""

    sequence: int
    view: DeviceView


class DeviceQueries(Protocol):
    """None for what is absent or hidden. Raises NoRight where the viewer may know why, and Trouble."""

    async def devices(self, viewer: Viewer, project: str, after: str, limit: int) -> Page[DeviceView] | None: ...
    async def devices_as_of(
        self, viewer: Viewer, project: str, sequence: int, after: str, limit: int
    ) -> Page[DeviceView] | None:
        """Those that stood in the project at an entry, by serial, as far as the viewer saw them there."""
        ...

    async def find_devices(
        self, viewer: Viewer, wanted: DeviceSearch, after: str, limit: int, expand: Expand | None = None
    ) -> Page[DeviceView] | None:
        """To whom guarantees are not shown, no device has a model (rule F4)."""
        ...

    async def find_devices_as_of(
        self, viewer: Viewer, wanted: DeviceSearch, sequence: int, after: str, limit: int
    ) -> Page[PastDevice] | None:
        """Those that were where the viewer saw them then, by place, license type and delivery; at most `limit` of them.

        A page ends after a bounded number of devices, whether they were there or not.
        """
        ...

    async def devices_by_arrival(
        self, viewer: Viewer, wanted: DeviceSearch, before: int, limit: int, expand: Expand | None = None
    ) -> Page[ArrivedDevice] | None:
        """Those of a project or a company, the last arrival first; no other part of a search is looked at."""
        ...

    async def device(self, viewer: Viewer, serial: str, expand: Expand | None = None) -> DeviceView | None: ...
    async def device_as_of(self, viewer: Viewer, serial: str, sequence: int) -> DeviceView | None:
        """None also where it was then in a project that the viewer does not see, or in none."""
        ...
