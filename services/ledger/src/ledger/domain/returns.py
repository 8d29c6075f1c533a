"""Returns: PBX licenses come back with the device's proof, once per generation (rules section 4)."""

from datetime import datetime, timedelta
from typing import assert_never

from contracts.actors import Actor
from contracts.actors import Device as DeviceActor
from contracts.commands.returns import ReleaseReturnLimit, ReportSpentCertificate, ReturnCommand, ReturnLicenses
from contracts.events.returns import LicensesReturned, ReturnEvent, ReturnLimitReleased, SpentCertificateSeen
from contracts.licenses import MAX_HELD
from ledger.domain import legacy
from ledger.domain.cold_state import AcceptedReturn
from ledger.domain.decisions import AlreadyDone, Decision, Rejection
from ledger.domain.rights import absent, has_right, refuse_device, refuse_staff_only
from ledger.domain.state import Device, Holdings, Ledger, holdings_of, minus

RETURNABLE = frozenset({"pbx"})
MAX_RETURNS, RETURN_DAYS = 5, 30
"""More accepted returns of one device within so many days look like abuse: staff must check first."""


def decide(ledger: Ledger, command: ReturnCommand, actor: Actor, *, now: datetime) -> Decision:
    """Answer a command of this family."""
    match command:
        case ReturnLicenses():
            return return_licenses(ledger, command, actor, now=now)
        case ReleaseReturnLimit():
            return release_limit(ledger, command, actor, now=now)
        case ReportSpentCertificate():
            return report_spent(ledger, command, actor)
        case _:
            assert_never(command)


def evolve(ledger: Ledger, event: ReturnEvent, *, at: datetime, by: str) -> Ledger:
    """The ledger after an event of this family."""
    match event:
        case LicensesReturned():
            return _returned(ledger, event, at)
        case ReturnLimitReleased():
            released = ledger.cold.limits_released.set(event.serial, ledger.sequence)
            return ledger._replace(cold=ledger.cold._replace(limits_released=released))
        case SpentCertificateSeen():
            seen = ledger.cold.spent_seen.set((event.serial, event.generation), ledger.sequence)
            return ledger._replace(cold=ledger.cold._replace(spent_seen=seen))
        case _:
            assert_never(event)


def _returned(ledger: Ledger, event: LicensesReturned, at: datetime) -> Ledger:
    device = event.device
    known = ledger.devices[device.serial]
    accepted = AcceptedReturn(event.document_digest, ledger.sequence, at, known.project)
    placed = ledger.placed(
        ledger.given_back(device.project, holdings_of(event.lots)),
        ledger.devices.set(device.serial, known.returned(device, accepted)),
    )
    freed = legacy.freed(ledger, device.serial, device.project)
    return placed if freed is ledger.cold else placed._replace(cold=freed)


def return_licenses(
    ledger: Ledger, command: ReturnLicenses, actor: Actor, *, now: datetime
) -> LicensesReturned | AlreadyDone | Rejection:
    """The ledger decides, not the document (rule C1): credited is every PBX license that stands on the device.

    A test ends without credit (rule C6).
    """
    device = ledger.devices.get(command.serial)
    if device is None:
        return _absent(ledger, command, actor)
    if refused := refuse_device(ledger, actor, command.serial, device, "return"):
        return _done_before(ledger, command, actor, device.returns) or refused
    if done := _done_before(ledger, command, actor, device.returns):
        return done
    if command.generation < device.generation:
        spent = device.returns[command.generation - 1 : command.generation]
        return Rejection("generation_spent", {"generation": device.generation}, tuple(one.sequence for one in spent))
    if command.generation > device.generation:
        return Rejection("generation_unknown", {"generation": device.generation})
    if refused := legacy.refuse_return(ledger, command.serial, device.project):
        return refused
    recent = recent_returns(ledger, command.serial, device, now=now)
    if len(recent) >= MAX_RETURNS:
        return Rejection("return_limit", {"limit": MAX_RETURNS, "days": RETURN_DAYS}, recent)
    credited = {name: n for name, n in device.holdings.items() if ledger.catalog[name] in RETURNABLE}
    if refused := _refuse_credit(ledger, device.project, credited):
        return refused
    after = device._replace(
        generation=device.generation + 1,
        issue=device.issue + 1,
        holdings=minus(device.holdings, credited),
        test=None,
    )
    return LicensesReturned(
        company=device.company,
        spent_generation=device.generation,
        document_digest=command.document_digest,
        certificate_sha256=command.certificate_sha256,
        firmware=command.firmware,
        firmware_stated=command.firmware_stated,
        counts_differ=dict(command.stated) != dict(device.holdings),
        document=command.document,
        lots=ledger.lots(credited),
        device=ledger.device_licenses(command.serial, after),
    )


def _done_before(
    ledger: Ledger, command: ReturnLicenses, actor: Actor, returns: tuple[AcceptedReturn, ...]
) -> AlreadyDone | None:
    """The same document gets the same receipt: for the box, and for `return` where it was credited (rule C7)."""
    for accepted in returns:
        if accepted.document_digest == command.document_digest:
            itself = isinstance(actor, DeviceActor) and actor.serial == command.serial
            may = itself or has_right(ledger, actor, accepted.project, "return")
            return AlreadyDone(accepted.sequence) if may else None
    return None


def _absent(ledger: Ledger, command: ReturnLicenses, actor: Actor) -> AlreadyDone | Rejection:
    """A device that was replaced or released has nothing to give back; what it gave back before has its receipt."""
    gone = ledger.cold.replaced.get(command.serial) or ledger.released.get(command.serial)
    done = _done_before(ledger, command, actor, gone.returns) if gone else None
    return done or absent(ledger, actor, command.serial)


def _refuse_credit(ledger: Ledger, project: str, credited: Holdings) -> Rejection | None:
    free = ledger.projects[project].free
    for name, count in credited.items():
        if free.get(name, 0) + count > MAX_HELD:
            return Rejection("balance_limit", {"license_type": name, "limit": MAX_HELD})
    return None


def release_limit(
    ledger: Ledger, command: ReleaseReturnLimit, actor: Actor, *, now: datetime
) -> ReturnLimitReleased | Rejection:
    """Staff has checked: the device's returns so far no longer count."""
    if refused := refuse_staff_only(ledger, actor):
        return refused
    device = ledger.devices.get(command.serial)
    if device is None:
        return absent(ledger, actor, command.serial)
    if len(recent_returns(ledger, command.serial, device, now=now)) < MAX_RETURNS:
        return Rejection("return_limit_not_reached")
    return ReturnLimitReleased(
        company=device.company,
        project=device.project,
        serial=command.serial,
        reason=command.reason,
        reference=command.reference,
    )


def report_spent(
    ledger: Ledger, command: ReportSpentCertificate, actor: Actor
) -> SpentCertificateSeen | AlreadyDone | Rejection:
    """Recorded once for each device and generation, however often the box presents it (rule T6).

    A device in no project is recorded where it was last.
    """
    serial = command.serial
    device = ledger.devices.get(serial) or ledger.released.get(serial) or ledger.cold.replaced.get(serial)
    if device is None or not isinstance(actor, DeviceActor) or actor.serial != serial:
        return Rejection("device_unknown")
    if command.generation >= device.generation:
        return Rejection("generation_unknown", {"generation": device.generation})
    seen = ledger.cold.spent_seen.get((serial, command.generation))
    if seen is not None:
        return AlreadyDone(seen)
    return SpentCertificateSeen(
        company=ledger.projects[device.project].company,
        project=device.project,
        serial=serial,
        generation=command.generation,
        current_generation=device.generation,
        certificate_sha256=command.certificate_sha256,
    )


def recent_returns(ledger: Ledger, serial: str, device: Device, *, now: datetime) -> tuple[int, ...]:
    """The entries of the returns that count for the limit: those within the days, and after staff's last release.

    None where there are fewer than the limit anyway.
    """
    if len(device.returns) < MAX_RETURNS:
        return ()
    released = ledger.cold.limits_released.get(serial, 0)
    since = now - timedelta(days=RETURN_DAYS)
    return tuple(one.sequence for one in device.returns if one.sequence > released and one.at > since)
