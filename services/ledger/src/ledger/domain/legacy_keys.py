"""Keys of the old manager: staff registers its list, and a partner imports the key that they hold (rules section 7)."""

from datetime import datetime
from typing import assert_never

from contracts.actors import Actor
from contracts.commands.legacy_keys import ImportLegacyKey, LegacyKeyCommand, RegisterLegacyKeys
from contracts.events.legacy import LegacyLicensesImported
from contracts.events.legacy_keys import LegacyKeyEvent, LegacyKeysRegistered
from contracts.legacy import lots_of, units_of
from ledger.domain.cold_state import LegacyKey, UnimportedKey
from ledger.domain.decisions import Decision, Rejection
from ledger.domain.legacy import refuse_more, refuse_names
from ledger.domain.rights import has_right, refuse_project, refuse_staff_only
from ledger.domain.state import Ledger


def decide(ledger: Ledger, command: LegacyKeyCommand, actor: Actor, *, now: datetime) -> Decision:
    """Answer a command of this family."""
    match command:
        case RegisterLegacyKeys():
            return register_keys(ledger, command, actor)
        case ImportLegacyKey():
            return import_key(ledger, command, actor)
        case _:
            assert_never(command)


def evolve(ledger: Ledger, event: LegacyKeyEvent, *, at: datetime, by: str) -> Ledger:
    """The ledger after an event of this family."""
    listed = {key.key_digest: UnimportedKey(units_of(key.licenses), event.reference, key.company) for key in event.keys}
    cold = ledger.cold._replace(legacy_listed=ledger.cold.legacy_listed.update(listed))
    return ledger._replace(cold=cold)


def register_keys(ledger: Ledger, command: RegisterLegacyKeys, actor: Actor) -> LegacyKeysRegistered | Rejection:
    """The ledger knows the old manager's keys by its list; a key stands on it once."""
    if refused := refuse_staff_only(ledger, actor):
        return refused
    digests = {key.key_digest for key in command.keys}
    for key in command.keys:
        if key.key_digest in ledger.cold.legacy_keys or key.key_digest in ledger.cold.legacy_listed:
            return Rejection("legacy_key_registered", {"key_digest": key.key_digest})
        if key.company is not None and key.company not in ledger.companies:
            return Rejection("company_unknown", {"company": key.company})
        if key.company is not None and key.company in ledger.cold.imported:
            return Rejection("company_closed", {"company": key.company})
        if refused := refuse_names(one.license_name for one in key.licenses):
            return refused
    if len(digests) != len(command.keys):
        return Rejection("legacy_key_repeated")
    return LegacyKeysRegistered(keys=command.keys, reference=command.reference)


def import_key(ledger: Ledger, command: ImportLegacyKey, actor: Actor) -> LegacyLicensesImported | Rejection:
    """Imports a key once, for accounts with `licenses` in the project; none that another company redeemed."""
    if refused := refuse_project(ledger, actor, command.project, "licenses"):
        return refused
    company = ledger.projects[command.project].company
    used = ledger.cold.legacy_keys.get(command.key_digest)
    if used is not None:
        return _refuse_used(ledger, actor, used, company)
    listed = ledger.cold.legacy_listed.get(command.key_digest)
    if listed is None:
        return Rejection("key_unknown")
    if listed.company not in (None, company):
        return Rejection("key_already_redeemed")
    refused = refuse_names(listed.licenses) or refuse_more(ledger, command.project, None, listed.licenses)
    if refused:
        return refused
    return LegacyLicensesImported(
        company=company,
        project=command.project,
        key_digest=command.key_digest,
        licenses=lots_of(listed.licenses),
        reference=listed.reference,
    )


def _refuse_used(ledger: Ledger, actor: Actor, key: LegacyKey, company: str) -> Rejection:
    """Only those who may see the project learn where it went; another company learns only that it is used."""
    if ledger.projects[key.project].company != company:
        return Rejection("key_already_redeemed")
    code = "key_already_converted" if key.is_converted else "key_already_imported"
    if not has_right(ledger, actor, key.project, "view"):
        return Rejection(code)
    return Rejection(code, {"project": key.project, "sequence": key.sequence}, (key.sequence,))
