"""Rows of devices that move between projects and companies, and of offers of devices."""

from datetime import datetime
from typing import NamedTuple

from contracts.events.device_moves import DeviceMoved, DeviceOffered, DeviceOfferWithdrawn, DeviceReleased
from contracts.log.entries import Entry
from ledger.application.projection.devices import StayRow, arrival, gone
from ledger.application.projection.rows import Gone, Rows, RowsByEvent, at


class DeviceOfferRow(NamedTuple):
    serial: str
    company: str
    project: str
    offered_to: str
    sequence: int
    time: datetime


def offer_ended(serial: str) -> Gone:
    """A device whose company changes, or that leaves its project, is not on offer any more."""
    return Gone(DeviceOfferRow, (serial,))


def _moved(entry: Entry[DeviceMoved]) -> Rows:
    event = entry.data
    yield from arrival(entry, event.company, event.device)
    if event.company != event.former_company:
        yield offer_ended(event.device.serial)


def _released(entry: Entry[DeviceReleased]) -> Rows:
    serial = entry.data.serial
    return *gone(serial), StayRow(serial, entry.sequence, None, None), offer_ended(serial)


def _offered(entry: Entry[DeviceOffered]) -> Rows:
    event = entry.data
    return (DeviceOfferRow(event.serial, event.company, event.project, event.offered_to, *at(entry)),)


def _withdrawn(entry: Entry[DeviceOfferWithdrawn]) -> Rows:
    return (offer_ended(entry.data.serial),)


ROWS: RowsByEvent = {
    DeviceMoved: _moved,
    DeviceReleased: _released,
    DeviceOffered: _offered,
    DeviceOfferWithdrawn: _withdrawn,
}
