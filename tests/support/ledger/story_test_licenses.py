"""The request for test licenses."""

from contracts.commands.test_licenses import IssueTestLicenses, ReleaseTest
from tests.support.ledger.story import REASON, REFERENCE, SERIAL


def ask(count: int | None = 10, *, version: int = 11, slave: bool = False, serial: str = SERIAL) -> IssueTestLicenses:
    return IssueTestLicenses(serial=serial, version=version, slave=slave, count=count)


def release_test(serial: str = SERIAL) -> ReleaseTest:
    return ReleaseTest(serial=serial, reason=REASON, reference=REFERENCE)
