"""Rows of returns, of spent certificates that devices show again, and of released limits."""

from datetime import datetime
from typing import NamedTuple

from contracts.events.returns import LicensesReturned, ReturnLimitReleased, SpentCertificateSeen
from contracts.log.entries import Entry
from ledger.application.projection.devices import device_row
from ledger.application.projection.legacy import freed
from ledger.application.projection.rows import Rows, RowsByEvent, at


class LimitReleaseRow(NamedTuple):
    serial: str
    reason: str
    reference: str
    sequence: int
    time: datetime


class SpentCertificateRow(NamedTuple):
    serial: str
    generation: int
    current_generation: int
    certificate_sha256: str
    company: str
    project: str
    sequence: int
    time: datetime


def _returned(entry: Entry[LicensesReturned]) -> Rows:
    event = entry.data
    return device_row(entry, event.company, event.device), freed(event.device)


def _limit_released(entry: Entry[ReturnLimitReleased]) -> Rows:
    event = entry.data
    return (LimitReleaseRow(event.serial, event.reason, event.reference, *at(entry)),)


def _spent_certificate_seen(entry: Entry[SpentCertificateSeen]) -> Rows:
    event = entry.data
    return (
        SpentCertificateRow(
            event.serial,
            event.generation,
            event.current_generation,
            event.certificate_sha256,
            event.company,
            event.project,
            *at(entry),
        ),
    )


ROWS: RowsByEvent = {
    LicensesReturned: _returned,
    ReturnLimitReleased: _limit_released,
    SpentCertificateSeen: _spent_certificate_seen,
}
