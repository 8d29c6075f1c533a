"""Claim codes: an account makes one for a project, and a device in no project puts itself into it (rule F7)."""

from datetime import datetime, timedelta
from typing import assert_never

from contracts.accounts import device_account
from contracts.actors import Actor, Device, account_of
from contracts.codes.claim_code import VALID_DAYS
from contracts.commands.claims import ClaimCommand, ClaimDevice, CreateClaimCode, WithdrawClaimCode
from contracts.events.claims import ClaimCodeCreated, ClaimCodeWithdrawn, ClaimEvent, DeviceClaimed
from ledger.domain.decisions import AlreadyDone, Decision, Rejection
from ledger.domain.devices import arrived, arriving, refuse_arriving
from ledger.domain.rights import block_of, has_right, refuse_blocked_company, refuse_project
from ledger.domain.state import Device as KnownDevice
from ledger.domain.state import Ledger, OpenClaimCode, SpentClaimCode


def decide(ledger: Ledger, command: ClaimCommand, actor: Actor, *, now: datetime) -> Decision:
    """Answer a command of this family."""
    match command:
        case CreateClaimCode():
            return create_claim_code(ledger, command, actor, now)
        case WithdrawClaimCode():
            return withdraw_claim_code(ledger, command, actor)
        case ClaimDevice():
            return claim_device(ledger, command, actor, now)
        case _:
            assert_never(command)


def evolve(ledger: Ledger, event: ClaimEvent, *, at: datetime, by: str) -> Ledger:
    """The ledger after an event of this family."""
    match event:
        case ClaimCodeCreated():
            code = OpenClaimCode(event.project, event.expires, account_of(by))
            return ledger._replace(claim_codes=ledger.claim_codes.set(event.code_digest, code))
        case ClaimCodeWithdrawn():
            return _spent(ledger, event.code_digest, SpentClaimCode(ledger.sequence))
        case DeviceClaimed():
            free = ledger if event.former_project is None else _taken_out(ledger, event.device.serial)
            here = arrived(free, event.company, event.device, in_contact=True)
            spent = SpentClaimCode(ledger.sequence, event.device.serial, event.device.project)
            return _spent(here, event.code_digest, spent)
        case _:
            assert_never(event)


def _spent(ledger: Ledger, digest: str, spent: SpentClaimCode) -> Ledger:
    return ledger._replace(claim_codes=ledger.claim_codes.set(digest, spent))


def _taken_out(ledger: Ledger, serial: str) -> Ledger:
    """The device as it was, in no project; an offer of it ends."""
    device = ledger.devices[serial]
    return ledger._replace(
        projects=ledger.without_device(device.project, device.holdings),
        devices=ledger.devices.delete(serial),
        released=ledger.released.set(serial, device),
        offers=ledger.offers.delete(serial) if serial in ledger.offers else ledger.offers,
    )


def create_claim_code(
    ledger: Ledger, command: CreateClaimCode, actor: Actor, now: datetime
) -> ClaimCodeCreated | Rejection:
    """Whoever may add devices to a project makes a code by which one device adds itself; it works for 30 days."""
    if refused := refuse_project(ledger, actor, command.project, "licenses"):
        return refused
    if command.code_digest in ledger.claim_codes:
        return Rejection("claim_code_exists")
    return ClaimCodeCreated(
        company=ledger.projects[command.project].company,
        project=command.project,
        code_digest=command.code_digest,
        code_hint=command.code_hint,
        expires=now + timedelta(days=VALID_DAYS),
    )


def withdraw_claim_code(ledger: Ledger, command: WithdrawClaimCode, actor: Actor) -> ClaimCodeWithdrawn | Rejection:
    """Whoever may make codes for a project withdraws one that was not used yet."""
    if refused := refuse_project(ledger, actor, command.project, "licenses"):
        return refused
    code = ledger.claim_codes.get(command.code_digest)
    if isinstance(code, SpentClaimCode):
        return Rejection("claim_code_used", entries=(code.sequence,))
    if code is None or code.project != command.project:
        return Rejection("claim_code_unknown")
    return ClaimCodeWithdrawn(
        company=ledger.projects[command.project].company, project=command.project, code_digest=command.code_digest
    )


def claim_device(
    ledger: Ledger, command: ClaimDevice, actor: Actor, now: datetime
) -> DeviceClaimed | AlreadyDone | Rejection:
    """The device claims itself, by its certificate: from no project, or from one where it is only a serial."""
    if not isinstance(actor, Device) or actor.serial != command.serial:
        return Rejection("no_right")
    code = ledger.claim_codes.get(command.code_digest)
    if code is None:
        return Rejection("claim_code_unknown")
    if isinstance(code, SpentClaimCode):
        return AlreadyDone(code.sequence) if _is_where_it_went(ledger, code, command) else Rejection("claim_code_used")
    project = ledger.projects[code.project]
    if now >= code.expires or project.archived or not _has_its_maker(ledger, code):
        return Rejection("claim_code_expired")
    if refused := refuse_blocked_company(ledger, project.company):
        return refused
    known = ledger.devices.get(command.serial)
    if known is not None:
        return _claim_away(ledger, command, code.project, known)
    if refused := refuse_arriving(ledger, command.serial, code.project):
        return refused
    return DeviceClaimed(
        company=project.company,
        code_digest=command.code_digest,
        device=arriving(ledger, command.serial, code.project),
    )


def _has_its_maker(ledger: Ledger, code: OpenClaimCode) -> bool:
    """Whether the account that made the code may still add devices there: it works no longer than that (rule X8)."""
    return code.made_by is not None and has_right(ledger, code.made_by, code.project, "licenses")


def _is_where_it_went(ledger: Ledger, code: SpentClaimCode, command: ClaimDevice) -> bool:
    """Whether this device used the code up, and is still in the company that it came to."""
    device = ledger.devices.get(command.serial)
    if device is None or code.project is None or code.serial != command.serial:
        return False
    return device.company == ledger.projects[code.project].company


def _claim_away(ledger: Ledger, command: ClaimDevice, project: str, known: KnownDevice) -> DeviceClaimed | Rejection:
    """A typed serial may be another's: whoever has the box and its certificate has the stronger claim."""
    if known.project == project:
        return Rejection("device_in_project")
    if known.in_contact or not _is_bare(ledger, command.serial, known):
        return Rejection("device_known_elsewhere")
    if refused := refuse_blocked_company(ledger, known.company):
        return refused
    return DeviceClaimed(
        company=ledger.projects[project].company,
        code_digest=command.code_digest,
        device=ledger.device_licenses(command.serial, known._replace(project=project, issue=known.issue + 1)),
        former_company=known.company,
        former_project=known.project,
    )


def _is_bare(ledger: Ledger, serial: str, device: KnownDevice) -> bool:
    """Whether nothing stands on the device: no license of any class, no test, no old ones, no return, no block."""
    stands = device.holdings or device.test or device.returns or block_of(ledger, "devices", serial)
    return not stands and device_account(serial) not in ledger.cold.legacy
