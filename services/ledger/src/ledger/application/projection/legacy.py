"""Rows of old licenses, and where they go: they are in no posting, since nothing of them is in a balance yet."""

from datetime import datetime
from typing import NamedTuple

from contracts.accounts import device_account, project_account
from contracts.events.legacy import (
    LegacyConsentGiven,
    LegacyLicensesConverted,
    LegacyLicensesImported,
)
from contracts.legacy import LegacyLot
from contracts.licenses import DeviceLicenses, Lot
from contracts.log.entries import Entry
from ledger.application.projection.rows import Rows, RowsByEvent, at


class LegacyMove(NamedTuple):
    """Old licenses that leave an account and come into another one: `lots`, or all that are in `source`."""

    source: str | None
    target: str | None
    lots: tuple[LegacyLot, ...] = ()


class LegacyImportRow(NamedTuple):
    company: str
    project: str
    serial: str | None
    key_digest: str | None
    licenses: tuple[LegacyLot, ...]
    reference: str
    sequence: int
    time: datetime


class LegacyConsentRow(NamedTuple):
    serial: str
    company: str
    project: str
    account: str
    sequence: int
    time: datetime


class LegacyConversionRow(NamedTuple):
    company: str
    project: str
    licenses: tuple[LegacyLot, ...]
    lots: tuple[Lot, ...]
    sequence: int
    time: datetime


def freed(device: DeviceLicenses) -> LegacyMove:
    """Old licenses of a device that gave back, or was replaced, are its project's."""
    return LegacyMove(device_account(device.serial), project_account(device.project))


def _imported(entry: Entry[LegacyLicensesImported]) -> Rows:
    event = entry.data
    account = device_account(event.serial) if event.serial else project_account(event.project)
    origin = (event.serial, event.key_digest)
    return (
        LegacyMove(None, account, event.licenses),
        LegacyImportRow(event.company, event.project, *origin, event.licenses, event.reference, *at(entry)),
    )


def _consent_given(entry: Entry[LegacyConsentGiven]) -> Rows:
    event = entry.data
    return (LegacyConsentRow(event.serial, event.company, event.project, event.account, *at(entry)),)


def _converted(entry: Entry[LegacyLicensesConverted]) -> Rows:
    event = entry.data
    return (
        LegacyMove(project_account(event.project), None),
        LegacyConversionRow(event.company, event.project, event.licenses, event.lots, *at(entry)),
    )


ROWS: RowsByEvent = {
    LegacyLicensesImported: _imported,
    LegacyConsentGiven: _consent_given,
    LegacyLicensesConverted: _converted,
}
