"""Rows of devices as entries leave them, and of where they are."""

from datetime import datetime
from typing import NamedTuple

from contracts.events import Event
from contracts.events.devices import DeviceAdded, LicensesAllocated
from contracts.licenses import DeviceLicenses, Lot
from contracts.log.entries import Entry
from ledger.application.projection.rows import Gone, Rows, RowsByEvent


class DeviceRow(NamedTuple):
    """A device as an entry left it. It is Gone when it is in no project; what is on it then stays in its account."""

    serial: str
    company: str
    project: str
    generation: int
    issue: int
    sequence: int
    time: datetime
    licenses: tuple[Lot, ...]


class StayRow(NamedTuple):
    """Where a device is from an entry on; in no project where these are None. `claimed` if it came by itself."""

    serial: str
    sequence: int
    company: str | None
    project: str | None
    claimed: bool = False


class ArrivalRow(NamedTuple):
    """The entry that brought a device into the project where it is. It is Gone with the device."""

    serial: str
    company: str
    project: str
    sequence: int


def device_row(entry: Entry[Event], company: str, device: DeviceLicenses) -> DeviceRow:
    """The row of a device as an entry states it."""
    return DeviceRow(
        device.serial,
        company,
        device.project,
        device.generation,
        device.issue,
        entry.sequence,
        entry.time,
        device.licenses,
    )


def arrival(entry: Entry[Event], company: str, device: DeviceLicenses, *, claimed: bool = False) -> Rows:
    """The rows of a device that an entry brings into a project."""
    stay = StayRow(device.serial, entry.sequence, company, device.project, claimed)
    return device_row(entry, company, device), stay, ArrivalRow(device.serial, company, device.project, entry.sequence)


def gone(serial: str) -> Rows:
    """A device that is in no project any more."""
    return Gone(DeviceRow, (serial,)), Gone(ArrivalRow, (serial,))


def _added(entry: Entry[DeviceAdded]) -> Rows:
    return arrival(entry, entry.data.company, entry.data.device)


def _allocated(entry: Entry[LicensesAllocated]) -> Rows:
    return (device_row(entry, entry.data.company, entry.data.device),)


ROWS: RowsByEvent = {DeviceAdded: _added, LicensesAllocated: _allocated}
