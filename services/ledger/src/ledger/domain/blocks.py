"""Blocks: staff stops a key, a device or a company with reason and reference, and releases it likewise (rule X5)."""

from datetime import datetime
from typing import assert_never

from contracts.actors import Actor
from contracts.commands.blocks import (
    BlockActivationKey,
    BlockCommand,
    BlockCompany,
    BlockDevice,
    UnblockActivationKey,
    UnblockCompany,
    UnblockDevice,
)
from contracts.events.blocks import (
    ActivationKeyBlocked,
    ActivationKeyUnblocked,
    BlockEvent,
    CompanyBlocked,
    CompanyUnblocked,
    DeviceBlocked,
    DeviceUnblocked,
)
from ledger.domain.activation_keys import key_redeemed
from ledger.domain.decisions import Decision, Rejection
from ledger.domain.rights import absent, block_of, refuse_staff_only
from ledger.domain.state import Ledger, RedeemedKey


def decide(ledger: Ledger, command: BlockCommand, actor: Actor, *, now: datetime) -> Decision:
    """Answer a command of this family."""
    if refused := refuse_staff_only(ledger, actor):
        return refused
    match command:
        case BlockActivationKey() | UnblockActivationKey():
            return _key(ledger, command)
        case BlockDevice() | UnblockDevice():
            return _device(ledger, command, actor)
        case BlockCompany() | UnblockCompany():
            return _company(ledger, command)
        case _:
            assert_never(command)


def evolve(ledger: Ledger, event: BlockEvent, *, at: datetime, by: str) -> Ledger:
    """The ledger after an event of this family."""
    match event:
        case DeviceBlocked():
            device = event.device
            known = ledger.devices[device.serial].changed(device)
            blocked = ledger._replace(devices=ledger.devices.set(device.serial, known))
            return _with(blocked, event.subject)
        case ActivationKeyBlocked() | CompanyBlocked():
            return _with(ledger, event.subject)
        case ActivationKeyUnblocked() | DeviceUnblocked() | CompanyUnblocked():
            rest = ledger.cold.blocked.delete(event.subject)
            return ledger._replace(cold=ledger.cold._replace(blocked=rest))
        case _:
            assert_never(event)


def _with(ledger: Ledger, subject: str) -> Ledger:
    blocked = ledger.cold.blocked.set(subject, ledger.sequence)
    return ledger._replace(cold=ledger.cold._replace(blocked=blocked))


def _key(
    ledger: Ledger, command: BlockActivationKey | UnblockActivationKey
) -> ActivationKeyBlocked | ActivationKeyUnblocked | Rejection:
    """Only a key that waits to be redeemed can be stopped: the licenses of a used one are on their way."""
    digest, said = command.key_digest, {"reason": command.reason, "reference": command.reference}
    key = ledger.keys.get(digest)
    if key is None:
        return Rejection("key_unknown")
    if isinstance(key, RedeemedKey):
        return key_redeemed(key)
    blocks = isinstance(command, BlockActivationKey)
    if refused := _refuse(block_of(ledger, "activation-keys", digest), blocks=blocks):
        return refused
    if blocks:
        return ActivationKeyBlocked(key_digest=digest, **said)
    return ActivationKeyUnblocked(key_digest=digest, **said)


def _device(
    ledger: Ledger, command: BlockDevice | UnblockDevice, actor: Actor
) -> DeviceBlocked | DeviceUnblocked | Rejection:
    """A block is a change of the device, so that files which left before no longer count: it must be in a project.

    Releasing it changes nothing, so it may be anywhere by then.
    """
    serial, said = command.serial, {"reason": command.reason, "reference": command.reference}
    blocks = isinstance(command, BlockDevice)
    device = ledger.devices.get(serial) or (None if blocks else ledger.released.get(serial))
    if device is None:
        return absent(ledger, actor, serial)
    if refused := _refuse(block_of(ledger, "devices", serial), blocks=blocks):
        return refused
    if not blocks:
        company = ledger.projects[device.project].company
        return DeviceUnblocked(company=company, project=device.project, serial=serial, **said)
    stated = ledger.device_licenses(serial, device).model_copy(update={"issue": device.issue + 1})
    return DeviceBlocked(company=device.company, device=stated, **said)


def _company(ledger: Ledger, command: BlockCompany | UnblockCompany) -> CompanyBlocked | CompanyUnblocked | Rejection:
    company, said = command.company, {"reason": command.reason, "reference": command.reference}
    if company not in ledger.companies:
        return Rejection("company_unknown")
    if company == ledger.vendor:
        return Rejection("vendor_not_blockable")
    if company in ledger.cold.imported:
        return Rejection("company_closed", entries=(ledger.cold.imported[company].sequence,))
    blocks = isinstance(command, BlockCompany)
    if refused := _refuse(block_of(ledger, "companies", company), blocks=blocks):
        return refused
    return CompanyBlocked(company=company, **said) if blocks else CompanyUnblocked(company=company, **said)


def _refuse(block: int | None, *, blocks: bool) -> Rejection | None:
    if block is None:
        return None if blocks else Rejection("not_blocked")
    return Rejection("already_blocked", entries=(block,)) if blocks else None
