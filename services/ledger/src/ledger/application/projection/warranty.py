"""Rows of warranties."""

from datetime import date
from typing import NamedTuple

from contracts.events.warranty import WarrantyExtended
from contracts.log.entries import Entry
from ledger.application.projection.rows import Rows, RowsByEvent


class WarrantyRow(NamedTuple):
    """Months in all, base and extensions, and the last day that they reach."""

    serial: str
    months: int
    ends_on: date
    sequence: int


def _extended(entry: Entry[WarrantyExtended]) -> Rows:
    return (WarrantyRow(entry.data.serial, entry.data.months, entry.data.ends_on, entry.sequence),)


ROWS: RowsByEvent = {WarrantyExtended: _extended}
