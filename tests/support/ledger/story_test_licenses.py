"""The request for test licenses."""

from contracts.commands.test_licenses import IssueTestLicenses
from tests.support.ledger.story import (
    SERIAL,
)


def ask(count: int | None = 10, *, version: int = 11, slave: bool = False, serial: str = SERIAL) -> IssueTestLicenses:
    return IssueTestLicenses(serial=serial, version=version, slave=slave, count=count)
