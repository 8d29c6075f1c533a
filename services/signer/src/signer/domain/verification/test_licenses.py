"""The laws of test licenses: a device gets one test, of PBX types, for the months that a test lasts.

It gets another one only after staff has said, on record, that the first does not count.
"""

from contracts.dates import TEST_MONTHS, last_day
from contracts.events.replacements import DeviceReplaced
from contracts.events.test_licenses import TestLicensesIssued, TestReleased
from contracts.licenses import DeviceLicenses
from signer.domain.laws import LawBrokenError
from signer.domain.verification.companies import require_project
from signer.domain.verification.devices import change, life_of, live_on, require_licenses
from signer.domain.verification.state import Changed, VerifiedLedger


def test_licenses_issued(ledger: VerifiedLedger, event: TestLicensesIssued) -> Changed:
    """A device gets its test beside the licenses that it has."""
    device = event.device
    before = life_of(ledger, device.serial)
    require_project(ledger, device.project, event.company)
    live_on(ledger, device, before.next_issue())
    _issue(ledger, device)
    require_licenses(ledger, device)
    return (device,)


def test_released(ledger: VerifiedLedger, event: TestReleased) -> Changed:
    """Staff lets a device have a test again; the one that it had ends."""
    device = event.device
    if ledger.tests.pop(device.serial, None) is None:
        raise LawBrokenError("test_wrong", f"device {device.serial} has had no test")
    ledger.ended_tests.discard(device.serial)
    return change(ledger, device, event.company)


def end_test(ledger: VerifiedLedger, serial: str) -> None:
    """A return ends the test of its generation without credit (rule C6)."""
    if serial in ledger.tests:
        ledger.ended_tests.add(serial)


def inherit_test(ledger: VerifiedLedger, event: DeviceReplaced) -> None:
    """The replacement has had the test of the former device, which ends; it never gets one of its own."""
    former, device, used = event.former.serial, event.device.serial, event.test_used
    if used != ledger.tests.get(former):
        raise LawBrokenError("test_wrong", f"the test of device {former} is another one")
    end_test(ledger, former)
    if used is not None:
        ledger.tests[device] = used
    end_test(ledger, device)


def _issue(ledger: VerifiedLedger, device: DeviceLicenses) -> None:
    test = device.test
    if test is None or device.serial in ledger.tests:
        raise LawBrokenError("test_wrong", f"device {device.serial} gets no test, or a second one")
    if test.expires != last_day(test.issued_on, TEST_MONTHS):
        raise LawBrokenError("test_wrong", f"the test of device {device.serial} ends on another day")
    for one in test.licenses:
        facts = ledger.catalog.get(one.license_type)
        if facts is None or facts.license_class != "pbx" or one.count != (test.count or 1):
            raise LawBrokenError("test_wrong", f"{one.license_type} cannot be on test like that")
    ledger.tests[device.serial] = test
