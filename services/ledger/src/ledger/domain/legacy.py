"""Old licenses: imported as the old manager has them, kept apart, and converted once (rules section 7)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import assert_never

from contracts.accounts import device_account, project_account
from contracts.actors import Account, Actor
from contracts.commands.legacy import ConvertLegacyLicenses, GiveLegacyConsent, ImportLegacyLicenses, LegacyCommand
from contracts.dates import civil_day
from contracts.events.legacy import LegacyConsentGiven, LegacyEvent, LegacyLicensesConverted, LegacyLicensesImported
from contracts.legacy import (
    MAX_LEGACY_NAMES,
    Inconvertible,
    convert,
    lots_of,
    preview_digest,
    units_of,
    unknown_name,
)
from contracts.licenses import MAX_HELD
from ledger.domain.cold_state import ColdState, LegacyHeld, LegacyKey, UnimportedKey
from ledger.domain.decisions import AlreadyDone, Decision, Rejection
from ledger.domain.rights import absent, refuse_device, refuse_project, refuse_staff_only
from ledger.domain.software_service import coverage, covered
from ledger.domain.state import Ledger, holdings_of, plus

NOTHING = LegacyHeld()


def decide(ledger: Ledger, command: LegacyCommand, actor: Actor, *, now: datetime) -> Decision:
    """Answer a command of this family."""
    match command:
        case ImportLegacyLicenses():
            return import_licenses(ledger, command, actor)
        case GiveLegacyConsent():
            return give_consent(ledger, command, actor)
        case ConvertLegacyLicenses():
            return convert_licenses(ledger, command, actor, civil_day(now))
        case _:
            assert_never(command)


def evolve(ledger: Ledger, event: LegacyEvent, *, at: datetime, by: str) -> Ledger:
    """The ledger after an event of this family."""
    match event:
        case LegacyLicensesImported():
            return _with(ledger, _imported(ledger, event))
        case LegacyConsentGiven():
            consents = ledger.cold.legacy_consents.set(event.serial, ledger.sequence)
            return _with(ledger, ledger.cold._replace(legacy_consents=consents))
        case LegacyLicensesConverted():
            credited = ledger._replace(projects=ledger.credited(event.project, holdings_of(event.lots)))
            paid = covered(credited, event.project, event.coverage)
            return _with(paid, _converted(ledger.cold, event.project))
        case _:
            assert_never(event)


def import_licenses(ledger: Ledger, command: ImportLegacyLicenses, actor: Actor) -> LegacyLicensesImported | Rejection:
    """The vendor's staff imports from the old manager's lists; a key of it once."""
    if refused := refuse_staff_only(ledger, actor):
        return refused
    project = ledger.projects.get(command.project)
    if project is None:
        return Rejection("project_unknown")
    if project.archived:
        return Rejection("project_archived")
    if command.serial is not None and (refused := _refuse_place(ledger, actor, command.serial, command.project)):
        return refused
    added = units_of(command.licenses)
    if refused := refuse_names(added):
        return refused
    if command.key_digest and (refused := _refuse_key(ledger, command.key_digest, project.company, added)):
        return refused
    if refused := refuse_more(ledger, command.project, command.serial, added):
        return refused
    return LegacyLicensesImported(
        company=project.company,
        project=command.project,
        serial=command.serial,
        key_digest=command.key_digest,
        licenses=lots_of(added),
        reference=command.reference,
    )


def give_consent(
    ledger: Ledger, command: GiveLegacyConsent, actor: Actor
) -> LegacyConsentGiven | AlreadyDone | Rejection:
    """A person agrees for a device with old licenses, so an account gives the consent, never the device."""
    device = ledger.devices.get(command.serial)
    if device is None or not isinstance(actor, Account):
        return absent(ledger, actor, command.serial)
    if refused := refuse_device(ledger, actor, command.serial, device, "return"):
        return refused
    given = ledger.cold.legacy_consents.get(command.serial)
    if given is not None:
        return AlreadyDone(given)
    if device_account(command.serial) not in ledger.cold.legacy:
        return Rejection("no_legacy_licenses")
    return LegacyConsentGiven(
        company=device.company,
        project=device.project,
        serial=command.serial,
        generation=device.generation,
        account=actor.account,
    )


def convert_licenses(
    ledger: Ledger, command: ConvertLegacyLicenses, actor: Actor, today: date
) -> LegacyLicensesConverted | Rejection:
    """All free old licenses of the project or none, and only as the person has seen it in the preview (and rule D6)."""
    if refused := refuse_project(ledger, actor, command.project, "licenses"):
        return refused
    old = ledger.cold.legacy.get(project_account(command.project), NOTHING).licenses
    if not old:
        return Rejection("no_legacy_licenses")
    if refused := _refuse_size(old):
        return refused
    new = convert(old)
    if isinstance(new, Inconvertible):
        return Rejection(new.code, {"license_name": new.license_name})
    if command.preview_digest != preview_digest(command.project, old, new):
        return Rejection("preview_stale")
    if refused := _refuse_credit(ledger, command.project, new):
        return refused
    return LegacyLicensesConverted(
        company=ledger.projects[command.project].company,
        project=command.project,
        licenses=lots_of(old),
        lots=ledger.lots(new),
        preview_digest=command.preview_digest,
        coverage=coverage(ledger, command.project, new, today),
    )


def refuse_names(names: Iterable[str]) -> Rejection | None:
    """Rejects a name that no conversion takes: it would block the conversion of the whole project permanently."""
    unknown = unknown_name(names)
    return None if unknown is None else Rejection("legacy_name_unknown", {"license_name": unknown})


def refuse_more(ledger: Ledger, project: str, serial: str | None, added: Mapping[str, int]) -> Rejection | None:
    """Rejects more old licenses than a project or a device may hold, once all of them come together."""
    return _refuse_size(plus(_all_of(ledger, project, serial), added))


def refuse_return(ledger: Ledger, serial: str, project: str) -> Rejection | None:
    """A device with old licenses gives back only after consent (rule C3), and no more than the project may hold.

    Where it would be too many, those in the project are converted first, or the device moves to another one.
    """
    if device_account(serial) not in ledger.cold.legacy:
        return None
    if serial not in ledger.cold.legacy_consents:
        return Rejection("v7_consent_required")
    return _refuse_size(_all_of(ledger, project, serial))


def freed(ledger: Ledger, serial: str, project: str) -> ColdState:
    """Old licenses of a device that gave back are the project's, free to be converted."""
    on_device = ledger.cold.legacy.get(device_account(serial))
    if on_device is None:
        return ledger.cold
    account = project_account(project)
    rest = ledger.cold.legacy.delete(device_account(serial))
    return ledger.cold._replace(legacy=rest.set(account, _both(rest.get(account, NOTHING), on_device)))


def without_consent(cold: ColdState, serial: str) -> ColdState:
    """A consent binds the company that gave it: it ends when the device leaves that company."""
    if serial not in cold.legacy_consents:
        return cold
    return cold._replace(legacy_consents=cold.legacy_consents.delete(serial))


def _imported(ledger: Ledger, event: LegacyLicensesImported) -> ColdState:
    account = device_account(event.serial) if event.serial else project_account(event.project)
    keys, listed = ledger.cold.legacy_keys, ledger.cold.legacy_listed
    came_with: frozenset[str] = frozenset()
    if event.key_digest:
        keys = keys.set(event.key_digest, LegacyKey(event.project, ledger.sequence))
        listed = listed.delete(event.key_digest) if event.key_digest in listed else listed
        came_with = frozenset({event.key_digest})
    held = _both(ledger.cold.legacy.get(account, NOTHING), LegacyHeld(units_of(event.licenses), came_with))
    legacy = ledger.cold.legacy.set(account, held)
    return ledger.cold._replace(legacy=legacy, legacy_keys=keys, legacy_listed=listed)


def _converted(cold: ColdState, project: str) -> ColdState:
    """The licenses end, and the keys that they came with are dead."""
    account, keys = project_account(project), cold.legacy_keys
    for digest in cold.legacy[account].keys:
        keys = keys.set(digest, replace(keys[digest], is_converted=True))
    return cold._replace(legacy=cold.legacy.delete(account), legacy_keys=keys)


def _both(held: LegacyHeld, more: LegacyHeld) -> LegacyHeld:
    return LegacyHeld(plus(held.licenses, more.licenses), held.keys | more.keys)


def _refuse_place(ledger: Ledger, actor: Actor, serial: str, project: str) -> Rejection | None:
    device = ledger.devices.get(serial)
    if device is None:
        return absent(ledger, actor, serial)
    return None if device.project == project else Rejection("device_not_in_project", {"project": device.project})


def _refuse_key(ledger: Ledger, digest: str, company: str, added: Mapping[str, int]) -> Rejection | None:
    """A key that one company redeemed goes to no other; a key on the list is worth what the list says."""
    key = ledger.cold.legacy_keys.get(digest)
    if key is None:
        return _refuse_listed(ledger.cold.legacy_listed.get(digest), company, added)
    if ledger.projects[key.project].company != company:
        return Rejection("key_already_redeemed")
    code = "key_already_converted" if key.is_converted else "key_already_imported"
    return Rejection(code, {"project": key.project, "sequence": key.sequence}, (key.sequence,))


def _refuse_listed(listed: UnimportedKey | None, company: str, added: Mapping[str, int]) -> Rejection | None:
    if listed is None:
        return None
    if listed.company not in (None, company):
        return Rejection("key_already_redeemed")
    return None if listed.licenses == added else Rejection("legacy_licenses_differ")


def _all_of(ledger: Ledger, project: str, serial: str | None) -> Mapping[str, int]:
    """What will come together in the project once the device gives back, as far as this import is concerned."""
    free = ledger.cold.legacy.get(project_account(project), NOTHING).licenses
    return plus(free, ledger.cold.legacy.get(device_account(serial), NOTHING).licenses) if serial else free


def _refuse_size(units: Mapping[str, int]) -> Rejection | None:
    if len(units) > MAX_LEGACY_NAMES:
        return Rejection("too_many_license_types", {"limit": MAX_LEGACY_NAMES})
    for name, count in units.items():
        if count > MAX_HELD:
            return Rejection("balance_limit", {"license_name": name, "limit": MAX_HELD})
    return None


def _refuse_credit(ledger: Ledger, project: str, new: Mapping[str, int]) -> Rejection | None:
    free = ledger.projects[project].free
    for name, count in new.items():
        if name not in ledger.catalog:
            return Rejection("license_type_unknown", {"license_type": name})
        if free.get(name, 0) + count > MAX_HELD:
            return Rejection("balance_limit", {"license_type": name, "limit": MAX_HELD})
    return None


def _with(ledger: Ledger, cold: ColdState) -> Ledger:
    return ledger._replace(cold=cold)
