"""Rows of license files that staff downloads."""

from datetime import datetime
from typing import NamedTuple

from contracts.events.devices import LicenseFileDownloaded
from contracts.log.entries import Entry
from ledger.application.projection.rows import Rows, RowsByEvent, at


class DownloadRow(NamedTuple):
    serial: str
    generation: int
    issue: int
    file_sha256: str
    company: str
    project: str
    reason: str
    reference: str
    actor: str
    sequence: int
    time: datetime


def _downloaded(entry: Entry[LicenseFileDownloaded]) -> Rows:
    event = entry.data
    return (
        DownloadRow(
            event.serial,
            event.generation,
            event.issue,
            event.file_sha256,
            event.company,
            event.project,
            event.reason,
            event.reference,
            entry.actor,
            *at(entry),
        ),
    )


ROWS: RowsByEvent = {LicenseFileDownloaded: _downloaded}
