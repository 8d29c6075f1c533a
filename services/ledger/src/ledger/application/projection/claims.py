"""Rows of claim codes and of the devices that use them."""

from datetime import datetime
from typing import NamedTuple

from contracts.events.claims import ClaimCodeCreated, ClaimCodeWithdrawn, DeviceClaimed
from contracts.log.entries import Entry
from ledger.application.projection.device_moves import offer_ended
from ledger.application.projection.devices import arrival
from ledger.application.projection.rows import Rows, RowsByEvent, at


class ClaimCodeRow(NamedTuple):
    code_digest: str
    project: str
    code_hint: str
    expires: datetime
    sequence: int
    time: datetime


class ClaimCodeEndRow(NamedTuple):
    """A code's end: used by a device, or withdrawn (no serial)."""

    code_digest: str
    serial: str | None
    time: datetime


def _created(entry: Entry[ClaimCodeCreated]) -> Rows:
    event = entry.data
    return (ClaimCodeRow(event.code_digest, event.project, event.code_hint, event.expires, *at(entry)),)


def _withdrawn(entry: Entry[ClaimCodeWithdrawn]) -> Rows:
    return (ClaimCodeEndRow(entry.data.code_digest, None, entry.time),)


def _claimed(entry: Entry[DeviceClaimed]) -> Rows:
    event = entry.data
    yield from arrival(entry, event.company, event.device, claimed=True)
    yield ClaimCodeEndRow(event.code_digest, event.device.serial, entry.time)
    yield offer_ended(event.device.serial)


ROWS: RowsByEvent = {
    ClaimCodeCreated: _created,
    ClaimCodeWithdrawn: _withdrawn,
    DeviceClaimed: _claimed,
}
