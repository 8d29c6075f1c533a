"""Test licenses: three months, once for a device, never in a balance (rule F2)."""

from datetime import date, datetime
from typing import assert_never

from contracts.actors import Account, Actor
from contracts.commands.test_licenses import IssueTestLicenses, ReleaseTest, TestLicenseCommand
from contracts.dates import TEST_MONTHS, civil_day, last_day
from contracts.events.test_licenses import TestLicenseEvent, TestLicensesIssued, TestReleased
from contracts.licenses import MAX_LOTS, MAX_TEST_COUNT, Licenses, TestLicenses
from ledger.domain.contact import refuse_unproven
from ledger.domain.decisions import AlreadyDone, Decision, Rejection
from ledger.domain.rights import absent, refuse_blocked_device, refuse_handling, refuse_staff_only
from ledger.domain.state import Device, IssuedTest, Ledger

OLDEST_VERSION = 8
PORTS = "Port"
"""The family that a slave does not have: its ports are the master's."""
ON_A_SLAVE = 1


def decide(ledger: Ledger, command: TestLicenseCommand, actor: Actor, *, now: datetime) -> Decision:
    """Answer a command of this family."""
    match command:
        case IssueTestLicenses():
            return issue_test_licenses(ledger, command, actor, now)
        case ReleaseTest():
            return release_test(ledger, command, actor)
        case _:
            assert_never(command)


def evolve(ledger: Ledger, event: TestLicenseEvent, *, at: datetime, by: str) -> Ledger:
    """The ledger after an event of this family."""
    device = event.device
    stated = ledger.devices.set(device.serial, ledger.devices[device.serial].changed(device))
    if device.test is None:
        return ledger._replace(devices=stated, tests=ledger.tests.delete(device.serial))
    issued = IssuedTest(device.test, ledger.sequence)
    return ledger._replace(devices=stated, tests=ledger.tests.set(device.serial, issued))


def issue_test_licenses(
    ledger: Ledger, command: IssueTestLicenses, actor: Actor, now: datetime
) -> TestLicensesIssued | AlreadyDone | Rejection:
    """A serial gets one test: neither a return nor a move nor another company gives a second one, only staff does."""
    device = ledger.devices.get(command.serial)
    if device is None or not isinstance(actor, Account):
        return absent(ledger, actor, command.serial)
    if refused := refuse_handling(ledger, actor, device, "test"):
        return refused
    today = civil_day(now)
    wanted = _wanted(ledger, command, today)
    if isinstance(wanted, Rejection):
        return wanted
    issued = ledger.tests.get(command.serial)
    if issued is not None:
        return _again(issued, device, command, today)
    if refused := refuse_blocked_device(ledger, command.serial) or refuse_unproven(ledger, command.serial, device):
        return refused
    after = device._replace(issue=device.issue + 1, test=wanted)
    return TestLicensesIssued(company=device.company, device=ledger.device_licenses(command.serial, after))


def release_test(ledger: Ledger, command: ReleaseTest, actor: Actor) -> TestReleased | Rejection:
    """Staff has looked: the test that the serial has had was not its owner's, so it gets another one."""
    if refused := refuse_staff_only(ledger, actor):
        return refused
    device = ledger.devices.get(command.serial)
    if device is None:
        return absent(ledger, actor, command.serial)
    if command.serial not in ledger.tests:
        return Rejection("test_unknown")
    after = device._replace(issue=device.issue + 1, test=None)
    return TestReleased(
        company=device.company,
        reason=command.reason,
        reference=command.reference,
        device=ledger.device_licenses(command.serial, after),
    )


def _again(issued: IssuedTest, device: Device, command: IssueTestLicenses, today: date) -> AlreadyDone | Rejection:
    """While the test runs, the same request is the same test; afterwards, or once it was given back, there is none."""
    test = issued.test
    if device.test is None or today > test.expires:
        return Rejection("test_used_up", {"ends_on": test.expires.isoformat()}, (issued.sequence,))
    if (command.version, command.slave, command.count) != (test.version, test.slave, test.count):
        details: dict[str, str | int] = {"version": test.version, "ends_on": test.expires.isoformat()}
        return Rejection("test_already_issued", details, (issued.sequence,))
    return AlreadyDone(issued.sequence)


def _wanted(ledger: Ledger, command: IssueTestLicenses, today: date) -> TestLicenses | Rejection:
    if command.slave and command.count is not None:
        return Rejection("slave_takes_no_count")
    if not command.slave and not 1 <= (command.count or 0) <= MAX_TEST_COUNT:
        return Rejection("test_count_range", {"limit": MAX_TEST_COUNT})
    names = _types_of(ledger, command)
    if command.version < OLDEST_VERSION or not names:
        return Rejection("version_unsupported", {"version": command.version})
    count = command.count or ON_A_SLAVE
    return TestLicenses(
        version=command.version,
        slave=command.slave,
        count=command.count,
        issued_on=today,
        expires=last_day(today, TEST_MONTHS),
        licenses=tuple(Licenses(license_type=name, count=count) for name in names),
    )


def _types_of(ledger: Ledger, command: IssueTestLicenses) -> list[str]:
    """Every PBX type of the version that any device may have; on a slave all but the ports."""
    names = sorted(
        facts.license_type
        for facts in ledger.facts.values()
        if facts.license_class == "pbx"
        and facts.version == command.version
        and not facts.sole_device
        and not (command.slave and facts.family == PORTS)
    )
    return names[:MAX_LOTS]
