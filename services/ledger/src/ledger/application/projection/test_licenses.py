"""Rows of test licenses."""

from datetime import date
from typing import NamedTuple

from contracts.events.test_licenses import TestLicensesIssued, TestReleased
from contracts.licenses import Licenses, TestLicenses
from contracts.log.entries import Entry
from ledger.application.projection.devices import device_row
from ledger.application.projection.rows import Rows, RowsByEvent

NO_GENERATION = 0
"""Of a test that another device had: it runs in no generation of this one."""


class TestRow(NamedTuple):
    """It runs while the device is in this generation, until the end of `expires`."""

    serial: str
    sequence: int
    generation: int
    version: int
    slave: bool
    each: int | None
    issued_on: date
    expires: date
    licenses: tuple[Licenses, ...]


class TestReleaseRow(NamedTuple):
    """The tests of the device before this entry do not count."""

    serial: str
    sequence: int


def test_row(serial: str, generation: int, test: TestLicenses, sequence: int) -> TestRow:
    """The row of the test that a device has had."""
    return TestRow(
        serial,
        sequence,
        generation,
        test.version,
        test.slave,
        test.count,
        test.issued_on,
        test.expires,
        test.licenses,
    )


def _issued(entry: Entry[TestLicensesIssued]) -> Rows:
    device = entry.data.device
    yield device_row(entry, entry.data.company, device)
    if device.test is not None:
        yield test_row(device.serial, device.generation, device.test, entry.sequence)


def _released(entry: Entry[TestReleased]) -> Rows:
    event = entry.data
    yield device_row(entry, event.company, event.device)
    yield TestReleaseRow(event.device.serial, entry.sequence)


ROWS: RowsByEvent = {TestLicensesIssued: _issued, TestReleased: _released}
