"""Rows of license files that left for their devices."""

from datetime import datetime
from typing import NamedTuple

from contracts.events.devices import LicenseFileDelivered
from contracts.log.entries import Entry
from ledger.application.projection.rows import Rows, RowsByEvent, at


class LicenseFileDeliveryRow(NamedTuple):
    serial: str
    generation: int
    issue: int
    file_sha256: str
    path: str
    sequence: int
    time: datetime


def _delivered(entry: Entry[LicenseFileDelivered]) -> Rows:
    event = entry.data
    return (
        LicenseFileDeliveryRow(event.serial, event.generation, event.issue, event.file_sha256, event.path, *at(entry)),
    )


ROWS: RowsByEvent = {LicenseFileDelivered: _delivered}
