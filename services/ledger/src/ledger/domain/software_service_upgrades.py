"""Upgrades: PBX licenses of a newer major version while software service runs (rule F3)."""

from datetime import date

from contracts.actors import Actor
from contracts.commands.software_service import UpgradeLicenses
from contracts.events.software_service import LicensesUpgraded
from contracts.licenses import MAX_HELD, MAX_LOTS
from ledger.domain.catalog import refuse_limits
from ledger.domain.decisions import Rejection
from ledger.domain.rights import absent, refuse_blocked_device, refuse_project
from ledger.domain.state import NOTHING, Holdings, Ledger, holdings_of, minus, plus


def upgraded(ledger: Ledger, event: LicensesUpgraded) -> Ledger:
    """The ledger after licenses became newer ones."""
    if event.device is not None:
        known = ledger.devices[event.device.serial]
        device = known.changed(event.device)._replace(bound=_still_bound(ledger, known.bound, event))
        return ledger._replace(
            projects=ledger.exchanged(event.project, holdings_of(event.given_up), holdings_of(event.lots)),
            devices=ledger.devices.set(event.device.serial, device),
        )
    without = ledger._replace(projects=ledger.debited(event.project, holdings_of(event.given_up)))
    return without._replace(projects=without.credited(event.project, holdings_of(event.lots)))


def _still_bound(ledger: Ledger, bound: Holdings, event: LicensesUpgraded) -> Holdings:
    """What a delivered file held stays bound as what it became: an upgrade frees nothing (rule R5)."""
    became = {ledger.facts[lot.license_type].family: lot.license_type for lot in event.lots}
    after = dict(bound)
    for lot in event.given_up:
        delivered = after.pop(lot.license_type, 0)
        target = became[ledger.facts[lot.license_type].family]
        if delivered:
            after[target] = after.get(target, 0) + delivered
    return after


def upgrade_licenses(
    ledger: Ledger, command: UpgradeLicenses, actor: Actor, today: date
) -> LicensesUpgraded | Rejection:
    """As many as there were, in the newer version, if service runs today; held licenses are not in it."""
    if refused := refuse_project(ledger, actor, command.project, "licenses"):
        return refused
    period = ledger.service.get(command.project)
    if period is None or not period.runs(today):
        return Rejection("ssa_not_running")
    targets = _targets(ledger, command.version)
    if not targets:
        return Rejection("version_unreleased", {"version": command.version})
    if command.serial is None:
        return _in_balance(ledger, command, targets, today)
    return _on_device(ledger, command, actor, targets, today)


def _in_balance(
    ledger: Ledger, command: UpgradeLicenses, targets: dict[str, str], today: date
) -> LicensesUpgraded | Rejection:
    free = ledger.projects[command.project].free
    change = _change(ledger, free, command.version, targets)
    if isinstance(change, Rejection):
        return change
    return _upgraded(ledger, command, change, today)


def _on_device(
    ledger: Ledger, command: UpgradeLicenses, actor: Actor, targets: dict[str, str], today: date
) -> LicensesUpgraded | Rejection:
    serial = command.serial or ""
    device = ledger.devices.get(serial)
    if device is None:
        return absent(ledger, actor, serial)
    if device.company != ledger.projects[command.project].company:
        return Rejection("device_unknown")
    if device.project != command.project:
        return Rejection("device_not_in_project", {"project": device.project})
    if refused := refuse_blocked_device(ledger, serial):
        return refused
    change = _change(ledger, device.holdings, command.version, targets)
    if isinstance(change, Rejection):
        return change
    given_up, gained = change
    without = device._replace(issue=device.issue + 1, holdings=minus(device.holdings, given_up))
    emptied = ledger._replace(projects=ledger.exchanged(command.project, given_up, NOTHING))
    if refused := refuse_limits(emptied, without, gained):
        return refused
    after = without._replace(holdings=plus(without.holdings, gained))
    event = _upgraded(ledger, command, change, today)
    return event.model_copy(update={"device": ledger.device_licenses(serial, after)})


def _upgraded(
    ledger: Ledger, command: UpgradeLicenses, change: tuple[Holdings, Holdings], today: date
) -> LicensesUpgraded:
    given_up, gained = change
    return LicensesUpgraded(
        company=ledger.projects[command.project].company,
        project=command.project,
        on=today,
        version=command.version,
        given_up=ledger.lots(given_up),
        lots=ledger.lots(gained),
    )


def _targets(ledger: Ledger, version: int) -> dict[str, str]:
    """The PBX type of each family in this version."""
    return {
        facts.family: facts.license_type
        for facts in ledger.facts.values()
        if facts.license_class == "pbx" and facts.version == version
    }


def _change(
    ledger: Ledger, holdings: Holdings, version: int, targets: dict[str, str]
) -> tuple[Holdings, Holdings] | Rejection:
    """What is given up and what is gained; a family that the version does not have stays as it is."""
    given_up: dict[str, int] = {}
    gained: dict[str, int] = {}
    for name, count in holdings.items():
        facts = ledger.facts[name]
        if facts.license_class != "pbx" or facts.family not in targets or (facts.version or version) >= version:
            continue
        given_up[name] = count
        target = targets[facts.family]
        gained[target] = gained.get(target, 0) + count
    if not given_up:
        return Rejection("nothing_to_upgrade", {"version": version})
    if len(given_up) > MAX_LOTS:
        return Rejection("too_many_license_types", {"limit": MAX_LOTS})
    for name, count in gained.items():
        if holdings.get(name, 0) + count > MAX_HELD:
            return Rejection("balance_limit", {"license_type": name, "limit": MAX_HELD})
    return given_up, gained
