"""Licenses of the old manager (version 7 and older), and what they become in version 8 (rules section 7).

The names are the old manager's: `Registrations`, `PBX7#100`, `PBX7#250@100` for an upgrade from 100 to 250.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from contracts import pasted
from contracts.identifiers import CompanyId, Sha256
from contracts.licenses import MAX_HELD, MAX_LOTS, Count, Held
from contracts.models import WireModel

MAX_LEGACY_NAMES = 400
"""How many names one conversion takes: some 25 KiB of an entry, and far more than the old manager had products."""

LegacyName = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z][A-Za-z0-9]{0,29}(#[0-9]{1,5}(@[0-9]{1,5})?)?$",
        description="A license as the old manager writes it.",
        examples=["Registrations", "PBX7#250@100"],
    ),
]


class LegacyLicenses(WireModel):
    """So many old licenses of one name, as a list of the old manager has them."""

    license_name: LegacyName
    count: Count


class LegacyLot(WireModel):
    """So many old licenses of one name, as an event states them."""

    license_name: LegacyName
    count: Held


MAX_LISTED_KEYS, MAX_NAMES_OF_KEY = 40, 20
"""Keys that one entry of the old manager's list names, and names of each: so it stays under MAX_ENTRY_BYTES."""


class ListedKey(WireModel):
    """A key as the old manager's export list has it; `company` is who redeemed it there, if anybody did."""

    key_digest: Sha256
    licenses: Annotated[tuple[LegacyLicenses, ...], Field(min_length=1, max_length=MAX_NAMES_OF_KEY)]
    company: CompanyId | None = None


ListedKeys = Annotated[tuple[ListedKey, ...], Field(min_length=1, max_length=MAX_LISTED_KEYS)]
SeveralLegacyLicenses = Annotated[tuple[LegacyLicenses, ...], Field(min_length=1, max_length=MAX_LOTS)]
LegacyLots = Annotated[tuple[LegacyLot, ...], Field(min_length=1, max_length=MAX_LEGACY_NAMES)]

BECOMES: dict[str, str] = {
    "Registrations": "Port8",
    "SoftwarePhones": "Softphone8",
    "Operators": "Operator8",
    "Channels": "Channel",
    "BRIs": "BRI",
    "PRIs": "PRI",
    "Gatekeeper7": "Gatekeeper8",
}
"""One for one, so that no customer loses any."""
CHAINS: dict[str, str | None] = {"PBX7": None, "Voicemail": "Voicemail8"}
"""Licenses that are upgraded in steps #n@m; what the highest step of each chain becomes, a unit for each of its n."""
_STEP = re.compile(r"([A-Za-z0-9]+)#([0-9]+)(?:@([0-9]+))?")


def unknown_name(names: Iterable[str]) -> str | None:
    """The first name that no conversion could ever take: not in the table, or an upgrade to no more than before."""
    return next((name for name in sorted(names) if not _is_known(name)), None)


def _is_known(name: str) -> bool:
    step = _STEP.fullmatch(name)
    if step is None or step[1] not in CHAINS:
        return name in BECOMES
    return step[3] is None or int(step[3]) < int(step[2])


@dataclass(frozen=True, slots=True)
class Inconvertible:
    """Why old licenses cannot be converted: a row of contracts.refusals, and the license that is the reason."""

    code: Literal["conversion_unknown", "upgrade_chain_broken", "balance_limit"]
    license_name: str


def convert(old: Mapping[str, int]) -> dict[str, int] | Inconvertible:
    """New licenses by type for old ones by name, or why not; the whole set or nothing."""
    new: dict[str, int] = {}
    chains: dict[str, dict[str, int]] = {}
    for name, count in sorted(old.items()):
        step = _STEP.fullmatch(name)
        if step is not None and step[1] in CHAINS:
            chains.setdefault(step[1], {})[name] = count
        elif name in BECOMES:
            new[BECOMES[name]] = count
        else:
            return Inconvertible("conversion_unknown", name)
    for family, links in chains.items():
        units = _highest(links)
        if isinstance(units, Inconvertible):
            return units
        if (target := CHAINS[family]) and units:
            new[target] = units
    for name, count in new.items():
        if count > MAX_HELD:
            return Inconvertible("balance_limit", name)
    return dict(sorted(new.items()))


def preview_digest(project: str, old: Mapping[str, int], new: Mapping[str, int]) -> str:
    """What a person saw before they agreed: SHA-256 over the project and both sides of the table."""
    lines = [f"old {name} {count}" for name, count in sorted(old.items())]
    lines += [f"new {name} {count}" for name, count in sorted(new.items())]
    return hashlib.sha256("\n".join(["licensing/legacy-conversion/v1", project, *lines]).encode()).hexdigest()


def _highest(links: Mapping[str, int]) -> int | Inconvertible:
    """The sum over the ends of all chains. A step #n@m takes the place of one #m, which must be there, and smaller."""
    ends: dict[int, int] = {}
    steps = [(int(step[2]), step[3], name) for name in links if (step := _STEP.fullmatch(name))]
    for size, _, name in steps:
        ends[size] = ends.get(size, 0) + links[name]
    for size, below, name in steps:
        if below is None:
            continue
        ends[int(below)] = ends.get(int(below), 0) - links[name]
        if int(below) >= size or ends[int(below)] < 0:
            return Inconvertible("upgrade_chain_broken", name)
    return sum(size * count for size, count in ends.items())


def units_of(lots: Iterable[LegacyLicenses | LegacyLot]) -> dict[str, int]:
    """Lots as counts by name, a name that stands twice added up."""
    units: dict[str, int] = {}
    for lot in lots:
        units[lot.license_name] = units.get(lot.license_name, 0) + lot.count
    return units


def lots_of(units: Mapping[str, int]) -> tuple[LegacyLot, ...]:
    """Counts by name as an event states them, in the order of their names."""
    return tuple(LegacyLot(license_name=name, count=count) for name, count in sorted(units.items()))


def key_digest(typed: str) -> str:
    """What the ledger knows a key of the old manager by; case, blanks and hyphens of all kinds do not matter."""
    symbols = pasted.plain(typed).upper()
    return hashlib.sha256(f"licensing/legacy-key/v1\n{symbols}".encode()).hexdigest()
