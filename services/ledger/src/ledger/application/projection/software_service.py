"""Rows of software service."""

from datetime import date
from typing import NamedTuple

from contracts.events.software_service import LicensesUpgraded, SoftwareServiceBought
from contracts.log.entries import Entry
from ledger.application.projection.devices import device_row
from ledger.application.projection.rows import Rows, RowsByEvent


class ServiceRow(NamedTuple):
    """The period of a project's software service."""

    project: str
    anchor: date
    months: int
    ends_on: date
    sequence: int


def _bought(entry: Entry[SoftwareServiceBought]) -> Rows:
    event = entry.data
    return (ServiceRow(event.project, event.period.anchor, event.period.months, event.ends_on, entry.sequence),)


def _upgraded(entry: Entry[LicensesUpgraded]) -> Rows:
    event = entry.data
    return () if event.device is None else (device_row(entry, event.company, event.device),)


ROWS: RowsByEvent = {SoftwareServiceBought: _bought, LicensesUpgraded: _upgraded}
