"""Rows of broken devices and what stands in for them."""

from datetime import datetime
from typing import NamedTuple

from contracts.events.replacements import DeviceRecommissioned, DeviceReplaced
from contracts.licenses import Lot
from contracts.log.entries import Entry
from ledger.application.projection.device_moves import offer_ended
from ledger.application.projection.devices import StayRow, arrival, device_row, gone
from ledger.application.projection.legacy import freed
from ledger.application.projection.rows import Rows, RowsByEvent, at
from ledger.application.projection.test_licenses import NO_GENERATION, test_row


class ReplacementRow(NamedTuple):
    """The warranty goes from row to row, since the entry does not say it: a license file carries its entry."""

    serial: str
    replacement: str
    rma: str
    company: str
    project: str
    reason: str
    other_model: bool
    lots: tuple[Lot, ...]
    sequence: int
    time: datetime


class RecommissioningRow(NamedTuple):
    """Ends the newest replacement of a device."""

    serial: str
    sequence: int
    time: datetime


def _replaced(entry: Entry[DeviceReplaced]) -> Rows:
    """The broken device is stated once more, empty, and is in no project from then on; its past stays the project's.

    A replacement has had its test if the device before it had.
    """
    event, serial = entry.data, entry.data.former.serial
    yield _row(entry)
    yield device_row(entry, event.company, event.former)
    yield from gone(serial)
    yield from arrival(entry, event.company, event.device)
    yield offer_ended(serial)
    yield freed(event.former)
    if event.test_used is not None:
        yield test_row(event.device.serial, NO_GENERATION, event.test_used, entry.sequence)


def _row(entry: Entry[DeviceReplaced]) -> ReplacementRow:
    event = entry.data
    return ReplacementRow(
        event.former.serial,
        event.device.serial,
        event.rma,
        event.company,
        event.device.project,
        event.reason,
        event.other_model,
        event.lots,
        *at(entry),
    )


def _recommissioned(entry: Entry[DeviceRecommissioned]) -> Rows:
    """The device is stated once, blank, and is in no project; its past stays that of the project."""
    event, serial = entry.data, entry.data.device.serial
    yield device_row(entry, event.company, event.device)
    yield from gone(serial)
    yield StayRow(serial, entry.sequence, None, None)
    yield RecommissioningRow(serial, *at(entry))


ROWS: RowsByEvent = {DeviceReplaced: _replaced, DeviceRecommissioned: _recommissioned}
