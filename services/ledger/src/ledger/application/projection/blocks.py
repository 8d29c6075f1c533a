"""Rows of blocks."""

from datetime import datetime
from typing import NamedTuple

from contracts.events.blocks import (
    ActivationKeyBlocked,
    ActivationKeyUnblocked,
    CompanyBlocked,
    CompanyUnblocked,
    DeviceBlocked,
    DeviceUnblocked,
)
from contracts.log.entries import Entry
from ledger.application.projection.devices import device_row
from ledger.application.projection.rows import Rows, RowsByEvent, at


class BlockRow(NamedTuple):
    subject: str
    company: str | None
    reason: str
    reference: str
    sequence: int
    time: datetime


class UnblockRow(NamedTuple):
    """The end of the block that a subject has."""

    subject: str
    reason: str
    reference: str
    sequence: int
    time: datetime


def _blocked(entry: Entry[ActivationKeyBlocked | CompanyBlocked | DeviceBlocked]) -> Rows:
    event = entry.data
    company = None if isinstance(event, ActivationKeyBlocked) else event.company
    yield BlockRow(event.subject, company, event.reason, event.reference, *at(entry))
    if isinstance(event, DeviceBlocked):
        yield device_row(entry, event.company, event.device)


def _unblocked(entry: Entry[ActivationKeyUnblocked | CompanyUnblocked | DeviceUnblocked]) -> Rows:
    event = entry.data
    return (UnblockRow(event.subject, event.reason, event.reference, *at(entry)),)


ROWS: RowsByEvent = {
    ActivationKeyBlocked: _blocked,
    CompanyBlocked: _blocked,
    DeviceBlocked: _blocked,
    ActivationKeyUnblocked: _unblocked,
    CompanyUnblocked: _unblocked,
    DeviceUnblocked: _unblocked,
}
