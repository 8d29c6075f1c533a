"""The laws of software service: nothing is upgraded without it, and what it costs follows from its dates.

How many licenses a price counted is the ledger's to say; months, credits and ends are proven here.
"""

from datetime import date

from contracts.events.software_service import HeldLicensesReleased, LicensesUpgraded, SoftwareServiceBought
from contracts.licenses import CREDIT, DeviceLicenses, Lot
from contracts.log.postings import postings
from contracts.software_service import Coverage, credits_for, extended
from signer.domain.laws import LawBrokenError
from signer.domain.verification.accounts import move
from signer.domain.verification.catalog import require_lots
from signer.domain.verification.companies import require_project
from signer.domain.verification.devices import bind_as_upgraded, life_of, live_on, require_licenses
from signer.domain.verification.state import Changed, Units, VerifiedLedger


def software_service_bought(ledger: VerifiedLedger, event: SoftwareServiceBought) -> None:
    """A period begins or reaches further, and held licenses are free."""
    _require_payment(ledger, event)
    must_be = extended(ledger.service_periods.get(event.project), event.months, event.on)
    if must_be != (event.period, event.charged_months) or event.ends_on != event.period.ends_on:
        raise LawBrokenError("service_wrong", f"the service of project {event.project} has other months or ends")
    _require_charge(event.lots, event.units * event.charged_months)
    ledger.service_periods[event.project] = event.period
    move(ledger, postings(event))


def held_licenses_released(ledger: VerifiedLedger, event: HeldLicensesReleased) -> None:
    """Held licenses are paid to the end of the period, and free."""
    _require_payment(ledger, event)
    if event.charged_months != _months_left(ledger, event.project, event.on):
        raise LawBrokenError("service_wrong", f"project {event.project} owes other months for held licenses")
    _require_charge(event.lots, event.units * event.charged_months)
    move(ledger, postings(event))


def licenses_upgraded(ledger: VerifiedLedger, event: LicensesUpgraded) -> Changed:
    """Licenses of a project or a device become those of a newer version."""
    require_project(ledger, event.project, event.company)
    require_lots(ledger, event.given_up)
    require_lots(ledger, event.lots)
    became = _upgraded(ledger, event)
    if event.device is None:
        move(ledger, postings(event))
        return ()
    _change_upgraded(ledger, event, event.device, became)
    return (event.device,)


def cover(ledger: VerifiedLedger, project: str, coverage: Coverage | None) -> None:
    """Licenses come into a project: while its service runs they are paid to its end, or held; raises LawBrokenError."""
    if coverage is None:
        return
    require_lots(ledger, coverage.charged + coverage.held)
    if coverage.months != _months_left(ledger, project, coverage.on) or coverage.months == 0:
        raise LawBrokenError("service_wrong", f"project {project} owes other months for new licenses")
    if bool(coverage.charged) == bool(coverage.held):
        raise LawBrokenError("service_wrong", f"new licenses of project {project} are neither paid nor held")
    if coverage.charged:
        _require_charge(coverage.charged, coverage.units * coverage.months)


def _require_payment(ledger: VerifiedLedger, event: SoftwareServiceBought | HeldLicensesReleased) -> None:
    require_project(ledger, event.project, event.company)
    require_lots(ledger, event.lots)
    require_lots(ledger, event.released)


def _change_upgraded(
    ledger: VerifiedLedger, event: LicensesUpgraded, device: DeviceLicenses, became: dict[str, str]
) -> None:
    before = life_of(ledger, device.serial)
    if before.project != event.project:
        raise LawBrokenError("device_project_wrong", f"device {device.serial} is in another project")
    live_on(ledger, device, before.next_issue())
    bind_as_upgraded(ledger, device.serial, became)
    move(ledger, postings(event))
    require_licenses(ledger, device)


def _upgraded(ledger: VerifiedLedger, event: LicensesUpgraded) -> dict[str, str]:
    """As many licenses of each family as there were, all PBX, none older, while service runs.

    Returns what each type became.
    """
    catalog = ledger.catalog
    if not _months_left(ledger, event.project, event.on):
        raise LawBrokenError("upgrade_wrong", f"the service of project {event.project} does not run")
    if _units_by_family(ledger, event.given_up) != _units_by_family(ledger, event.lots):
        raise LawBrokenError("upgrade_wrong", "an upgrade makes or loses licenses")
    older = all((catalog[lot.license_type].version or 0) < event.version for lot in event.given_up)
    newer = all(catalog[lot.license_type].version == event.version for lot in event.lots)
    if not older or not newer:
        raise LawBrokenError("upgrade_wrong", f"an upgrade leads to version {event.version} and from older ones")
    became = {catalog[lot.license_type].family: lot.license_type for lot in event.lots}
    return {lot.license_type: became[catalog[lot.license_type].family] for lot in event.given_up}


def _months_left(ledger: VerifiedLedger, project: str, today: date) -> int:
    period = ledger.service_periods.get(project)
    return period.left(today) if period else 0


def _require_charge(lots: tuple[Lot, ...], unit_months: int) -> None:
    charged = {lot.license_type: lot.count for lot in lots}
    charge = credits_for(unit_months)
    if charged != ({CREDIT: charge} if charge else {}):
        raise LawBrokenError("service_wrong", f"{unit_months} unit-months cost {charge} credits and nothing else")


def _units_by_family(ledger: VerifiedLedger, lots: tuple[Lot, ...]) -> Units:
    units: Units = {}
    for lot in lots:
        if lot.license_class != "pbx":
            raise LawBrokenError("upgrade_wrong", f"{lot.license_type} is not upgraded")
        family = ledger.catalog[lot.license_type].family
        units[family] = units.get(family, 0) + lot.count
    return units
