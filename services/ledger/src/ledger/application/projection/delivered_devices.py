"""Rows of the devices that the vendor delivered."""

from datetime import date
from typing import NamedTuple

from contracts.dates import last_day
from contracts.events.delivered_devices import DevicesRegistered
from contracts.log.entries import Entry
from ledger.application.projection.rows import Rows, RowsByEvent
from ledger.application.projection.warranty import WarrantyRow


class DeliveredRow(NamedTuple):
    serial: str
    sequence: int
    model: str
    delivered_on: date
    base_months: int
    delivered_to: str | None = None


def _registered(entry: Entry[DevicesRegistered]) -> Rows:
    for one in entry.data.devices:
        months, ends_on = one.warranty_months, last_day(one.delivered_on, one.warranty_months)
        yield DeliveredRow(one.serial, entry.sequence, one.model, one.delivered_on, months, one.delivered_to)
        yield WarrantyRow(one.serial, months, ends_on, entry.sequence)


ROWS: RowsByEvent = {DevicesRegistered: _registered}
