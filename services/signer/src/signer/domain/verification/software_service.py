"""The signer's laws of software service: nothing is upgraded without it, and what it costs follows from its dates.

How many licenses a price counted is the ledger's to say; months, credits and ends are proven here.
"""

from datetime import date

from contracts.events.software_service import HeldLicensesReleased, LicensesUpgraded, SoftwareServiceBought
from contracts.licenses import CREDIT, Lot
from contracts.software_service import Coverage, ServicePeriod, credits_for, extended
from signer.domain.laws import LawBrokenError
from signer.domain.verification.catalog import Catalog


class ServiceBooks:
    """The service of one ledger's projects. After a LawBrokenError they are of no further use."""

    __slots__ = ("_periods",)

    def __init__(self) -> None:
        self._periods: dict[str, ServicePeriod] = {}

    def buy(self, event: SoftwareServiceBought) -> None:
        """A period began or reaches further."""
        must_be = extended(self._periods.get(event.project), event.months, event.on)
        if must_be != (event.period, event.charged_months) or event.ends_on != event.period.ends_on:
            raise LawBrokenError("service_wrong", f"the service of project {event.project} has other months or ends")
        _require_charge(event.lots, event.units * event.charged_months)
        self._periods[event.project] = event.period

    def release(self, event: HeldLicensesReleased) -> None:
        """Held licenses were paid to the end of the period."""
        if event.charged_months != self._left(event.project, event.on):
            raise LawBrokenError("service_wrong", f"project {event.project} owes other months for held licenses")
        _require_charge(event.lots, event.units * event.charged_months)

    def cover(self, project: str, coverage: Coverage) -> None:
        """Licenses came into a project whose service runs: paid to its end, or held."""
        if coverage.months != self._left(project, coverage.on) or coverage.months == 0:
            raise LawBrokenError("service_wrong", f"project {project} owes other months for new licenses")
        if bool(coverage.charged) == bool(coverage.held):
            raise LawBrokenError("service_wrong", f"new licenses of project {project} are neither paid nor held")
        if coverage.charged:
            _require_charge(coverage.charged, coverage.units * coverage.months)

    def upgrade(self, event: LicensesUpgraded, catalog: Catalog) -> dict[str, str]:
        """As many licenses of each family as there were, all PBX, none older, while service runs.

        Returns what each type became.
        """
        if not self._left(event.project, event.on):
            raise LawBrokenError("upgrade_wrong", f"the service of project {event.project} does not run")
        if _families(event.given_up, catalog) != _families(event.lots, catalog):
            raise LawBrokenError("upgrade_wrong", "an upgrade makes or loses licenses")
        older = all((catalog[lot.license_type].version or 0) < event.version for lot in event.given_up)
        newer = all(catalog[lot.license_type].version == event.version for lot in event.lots)
        if not older or not newer:
            raise LawBrokenError("upgrade_wrong", f"an upgrade leads to version {event.version} and from older ones")
        became = {catalog[lot.license_type].family: lot.license_type for lot in event.lots}
        return {lot.license_type: became[catalog[lot.license_type].family] for lot in event.given_up}

    def _left(self, project: str, today: date) -> int:
        period = self._periods.get(project)
        return period.left(today) if period else 0


def _require_charge(lots: tuple[Lot, ...], unit_months: int) -> None:
    charged = {lot.license_type: lot.count for lot in lots}
    charge = credits_for(unit_months)
    if charged != ({CREDIT: charge} if charge else {}):
        raise LawBrokenError("service_wrong", f"{unit_months} unit-months cost {charge} credits and nothing else")


def _families(lots: tuple[Lot, ...], catalog: Catalog) -> dict[str, int]:
    units: dict[str, int] = {}
    for lot in lots:
        if lot.license_class != "pbx":
            raise LawBrokenError("upgrade_wrong", f"{lot.license_type} is not upgraded")
        family = catalog[lot.license_type].family
        units[family] = units.get(family, 0) + lot.count
    return units
