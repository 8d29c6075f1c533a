"""The signer's laws of the catalog: what a license that somebody has already is never changes."""

from collections.abc import Iterable

from contracts.catalog import LicenseTypeFacts
from signer.domain.laws import LawBrokenError

Catalog = dict[str, LicenseTypeFacts]
"""License types by name."""


def define(catalog: Catalog, defined: Iterable[LicenseTypeFacts]) -> None:
    """Add types, or change the weight and limits of known ones. Raises LawBrokenError."""
    named: set[str] = set()
    for facts in defined:
        if facts.license_type in named:
            raise LawBrokenError("lots_repeated", f"the catalog names {facts.license_type} twice")
        named.add(facts.license_type)
        known = catalog.get(facts.license_type)
        if known is not None and _identity(known) != _identity(facts):
            raise LawBrokenError("license_type_changed", f"{facts.license_type} became another license")
        catalog[facts.license_type] = facts


def _identity(facts: LicenseTypeFacts) -> tuple[object, ...]:
    return facts.license_class, facts.family, facts.version, facts.months
