"""The laws of the catalog: lots are of its types, and what a license that somebody has already is never changes."""

from collections.abc import Iterable

from contracts.catalog import LicenseTypeFacts
from contracts.events.catalog import LicenseTypesDefined
from contracts.licenses import Lot
from signer.domain.laws import LawBrokenError
from signer.domain.verification.state import Units, VerifiedLedger


def license_types_defined(ledger: VerifiedLedger, event: LicenseTypesDefined) -> None:
    """Types are added, or get another weight or other limits."""
    define(ledger, event.license_types)


def define(ledger: VerifiedLedger, defined: Iterable[LicenseTypeFacts]) -> None:
    """Add types, or change the weight and limits of known ones. Raises LawBrokenError."""
    named: set[str] = set()
    for facts in defined:
        if facts.license_type in named:
            raise LawBrokenError("lots_repeated", f"the catalog names {facts.license_type} twice")
        named.add(facts.license_type)
        known = ledger.catalog.get(facts.license_type)
        if known is not None and _identity(known) != _identity(facts):
            raise LawBrokenError("license_type_changed", f"{facts.license_type} became another license")
        ledger.catalog[facts.license_type] = facts


def units_of(ledger: VerifiedLedger, lots: Iterable[Lot]) -> Units:
    """What lots say, each type once and of the class that the catalog gives it; raises LawBrokenError."""
    units: Units = {}
    for lot in lots:
        known = ledger.catalog.get(lot.license_type)
        if known is None or known.license_class != lot.license_class:
            raise _wrong_class(ledger, lot)
        if lot.license_type in units:
            raise LawBrokenError("lots_repeated", f"{lot.license_type} is named twice")
        units[lot.license_type] = lot.count
    return units


def require_lots(ledger: VerifiedLedger, lots: Iterable[Lot]) -> None:
    """Each type once and of the class that the catalog gives it; raises LawBrokenError."""
    units_of(ledger, lots)


def _wrong_class(ledger: VerifiedLedger, lot: Lot) -> LawBrokenError:
    if lot.license_type not in ledger.catalog:
        return LawBrokenError("license_type_unknown", f"the catalog has no type {lot.license_type}")
    return LawBrokenError("license_class_wrong", f"{lot.license_type} is not of class {lot.license_class}")


def _identity(facts: LicenseTypeFacts) -> tuple[object, ...]:
    return facts.license_class, facts.family, facts.version, facts.months
