"""What PBX licenses become in a newer version, as a preview shows it; the ledger decides by itself (rule F3)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from licensing_client.api import LicenseTypeView


@dataclass(frozen=True, slots=True)
class Upgrade:
    """So many licenses of one type, and the type of the newer version in their place."""

    license_type: str
    becomes: str
    count: int


def versions(types: Iterable[LicenseTypeView]) -> list[int]:
    """The versions of PBX types, the newest first."""
    return sorted({one["version"] for one in types if one["license_class"] == "pbx" and one["version"]}, reverse=True)


def upgrades(counts: Mapping[str, int], types: Iterable[LicenseTypeView], version: int) -> list[Upgrade]:
    """What is older than the version; a family that the version does not have stays as it is."""
    pbx = {one["license_type"]: one for one in types if one["license_class"] == "pbx"}
    targets = {one["family"]: one["license_type"] for one in pbx.values() if one["version"] == version}
    return [
        Upgrade(name, targets[known["family"]], count)
        for name, count in sorted(counts.items())
        if count and (known := pbx.get(name)) and known["family"] in targets and (known["version"] or version) < version
    ]


def after(counts: Mapping[str, int], changes: Iterable[Upgrade]) -> list[tuple[str, int, int]]:
    """Each type that changes: before and after."""
    then = dict(counts)
    for one in changes:
        then[one.license_type] = then.get(one.license_type, 0) - one.count
        then[one.becomes] = then.get(one.becomes, 0) + one.count
    return [(name, counts.get(name, 0), count) for name, count in sorted(then.items()) if count != counts.get(name, 0)]
