"""Rows of corrections: of licenses between two accounts, or of what is registered of a delivered device."""

from datetime import date, datetime
from typing import NamedTuple

from contracts.events.corrections import (
    CorrectionApplied,
    CorrectionProposed,
    CorrectionRejected,
    DeliveryCorrected,
    DeliveryCorrectionProposed,
    LinkedCorrectionsApplied,
    LinkedCorrectionsProposed,
    ProposedLine,
)
from contracts.log.entries import Entry
from ledger.application.projection.delivered_devices import DeliveredRow
from ledger.application.projection.devices import device_row
from ledger.application.projection.rows import Rows, RowsByEvent, at
from ledger.application.projection.warranty import WarrantyRow


class CorrectionRow(NamedTuple):
    """Of licenses, one line or several linked ones, or of a delivery; the columns of the other kind are empty."""

    correction: str
    company: str
    lines: tuple[ProposedLine, ...]
    serial: str | None
    model: str | None
    delivered_on: date | None
    reason: str
    reference: str
    proposed_by: str
    sequence: int
    time: datetime


class CorrectionEndRow(NamedTuple):
    """What became of a correction that was proposed before."""

    correction: str
    state: str
    decided_by: str
    decision_reason: str | None
    sequence: int
    time: datetime


def _proposed(entry: Entry[CorrectionProposed]) -> Rows:
    line = ProposedLine(source=entry.data.source, target=entry.data.target, lots=entry.data.lots)
    return (_of_licenses(entry, (line,)),)


def _linked_proposed(entry: Entry[LinkedCorrectionsProposed]) -> Rows:
    return (_of_licenses(entry, entry.data.lines),)


def _of_licenses(
    entry: Entry[CorrectionProposed | LinkedCorrectionsProposed], lines: tuple[ProposedLine, ...]
) -> CorrectionRow:
    event = entry.data
    why = (event.reason, event.reference, event.proposed_by)
    return CorrectionRow(event.correction, event.company, lines, None, None, None, *why, *at(entry))


def _delivery_proposed(entry: Entry[DeliveryCorrectionProposed]) -> Rows:
    event = entry.data
    what = ((), event.serial, event.model, event.delivered_on)
    why = (event.reason, event.reference, event.proposed_by)
    return (CorrectionRow(event.correction, event.company, *what, *why, *at(entry)),)


def _applied(entry: Entry[CorrectionApplied | LinkedCorrectionsApplied]) -> Rows:
    event = entry.data
    yield CorrectionEndRow(event.correction, "applied", event.approved_by, None, *at(entry))
    if event.device is not None:
        yield device_row(entry, event.company, event.device)


def _rejected(entry: Entry[CorrectionRejected]) -> Rows:
    event = entry.data
    return (CorrectionEndRow(event.correction, "rejected", event.rejected_by, event.reason, *at(entry)),)


def _delivery_corrected(entry: Entry[DeliveryCorrected]) -> Rows:
    """What a device is from here on, and how far its warranty reaches; the earlier rows stay its past."""
    event = entry.data
    yield CorrectionEndRow(event.correction, "applied", event.approved_by, None, *at(entry))
    yield DeliveredRow(event.serial, entry.sequence, event.model, event.delivered_on, event.base_months)
    yield WarrantyRow(event.serial, event.months, event.ends_on, entry.sequence)


ROWS: RowsByEvent = {
    CorrectionProposed: _proposed,
    DeliveryCorrectionProposed: _delivery_proposed,
    CorrectionApplied: _applied,
    LinkedCorrectionsProposed: _linked_proposed,
    LinkedCorrectionsApplied: _applied,
    CorrectionRejected: _rejected,
    DeliveryCorrected: _delivery_corrected,
}
