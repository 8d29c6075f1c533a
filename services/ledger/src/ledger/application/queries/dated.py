"""What may be asked about the catalog and about everything that has an end, and by whom.

As in ledger.application.queries, an answer holds only what the viewer may see; None is for what is not there for them.
"""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from pydantic import Field

from contracts.licenses import LicenseClass
from ledger.application.queries.queries import Page, View, Viewer
from ledger.domain.software_service_quotes import ServiceFacts


class LicenseTypeView(View):
    license_type: str
    license_class: LicenseClass
    family: str
    version: int | None
    weight: int = Field(description="What one license counts for software service.")
    device_limit: int | None = Field(description="How many of it a device may hold.")
    sole_device: bool = Field(description="Whether only one device of a project may hold it.")
    months: int | None = Field(description="By how much it extends a warranty.")
    sequence: int = Field(description="The entry that defined it last.")


class DeviceModelView(View):
    model: str
    family: str
    warranty_months: int
    sequence: int = Field(description="The entry that defined it last.")


class WarrantyView(View):
    """What the vendor delivered, and how far its warranty reaches. Never for an end customer (F4)."""

    serial: str
    model: str
    delivered_on: date
    base_months: int
    months: int = Field(description="Base and extensions.")
    ends_on: date = Field(description="The last day of the warranty.")


class TestedView(View):
    license_type: str
    count: int


class TestView(View):
    """The one test of a device."""

    serial: str
    version: int
    slave: bool
    count: int | None
    issued_on: date
    expires: date = Field(description="The last day of the test.")
    returned: bool = Field(description="Whether it ended early, with the certificate that it was for.")
    licenses: list[TestedView]
    sequence: int
    as_of: int | None = Field(default=None, description="The entry it stands at, where the past was asked for.")


class HeldView(View):
    license_type: str
    count: int


@dataclass(frozen=True, slots=True)
class ServiceState:
    """What a project's software service and its price depend on."""

    facts: ServiceFacts
    free_credits: int
    held: tuple[HeldView, ...]


class DatedQueries(Protocol):
    """Reads of one ledger, each from one snapshot. Raises Trouble."""

    async def license_types(self, after: str, limit: int) -> Page[LicenseTypeView]: ...
    async def device_models(self, after: str, limit: int) -> Page[DeviceModelView]: ...

    async def test(self, viewer: Viewer, serial: str, as_of: int | None) -> TestView | None:
        """The device's test, now or as it stood at an entry; ask first whether the viewer may see the device then."""
        ...

    async def service(self, viewer: Viewer, project: str) -> ServiceState | None: ...

    async def shows_guarantee(self, viewer: Viewer, serial: str, until: int) -> bool:
        """Whether the viewer may know of guarantees, and has such a device, had it at an entry, or sees all."""
        ...

    async def warranty(self, serial: str, until: int) -> WarrantyView | None:
        """The warranty of a delivered device as it stood at an entry; ask `shows_guarantee` first."""
        ...
