"""What a ledger knows, as one immutable value; an older one stays valid when a newer is made from it.

Holdings are plain dictionaries that nobody changes after they are made: a device's are small, and there are many.
What every entry makes anew is a NamedTuple: a frozen dataclass takes four times as long to make, which replay feels.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from immutables import Map

from contracts.commands import CompanyKind
from contracts.licenses import DeviceLicenses, LicenseClass, Lot

Holdings = Mapping[str, int]
"""Licenses by type; a type that is not held is absent."""


@dataclass(frozen=True, slots=True)
class Company:
    """A group of accounts; its administrators have every right in all its projects."""

    kind: CompanyKind
    administrators: frozenset[str]


class Project(NamedTuple):
    """A part of a company with its own balance."""

    company: str
    free: Holdings


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A key that waits to be redeemed."""

    licenses: Holdings


@dataclass(frozen=True, slots=True)
class RedeemedKey:
    """A key that is used up: by whom, for which project, and as which entry."""

    company: str
    project: str
    sequence: int


@dataclass(frozen=True, slots=True)
class AcceptedReturn:
    """The one document that spent a generation, and the entry that accepted it."""

    document_digest: str
    sequence: int


class Device(NamedTuple):
    """A device in a project; `returns[n]` spent generation n + 1, `delivered` is the last issue that left (0: none)."""

    company: str
    project: str
    generation: int
    issue: int
    holdings: Holdings
    delivered: int = 0
    delivered_sequence: int = 0
    returns: tuple[AcceptedReturn, ...] = ()

    def changed(self, stated: DeviceLicenses) -> "Device":
        """It as an event states it."""
        return Device(
            company=self.company,
            project=stated.project,
            generation=stated.generation,
            issue=stated.issue,
            holdings=holdings_of(stated.licenses),
            delivered=self.delivered,
            delivered_sequence=self.delivered_sequence,
            returns=self.returns,
        )


class Ledger(NamedTuple):
    """All that the rules need to know; `sequence` is the last entry's."""

    sequence: int = 0
    vendor: str | None = None
    catalog: Map[str, LicenseClass] = Map[str, LicenseClass]()
    companies: Map[str, Company] = Map[str, Company]()
    projects: Map[str, Project] = Map[str, Project]()
    project_names: Map[tuple[str, str], str] = Map[tuple[str, str], str]()
    keys: Map[str, IssuedKey | RedeemedKey] = Map[str, IssuedKey | RedeemedKey]()
    devices: Map[str, Device] = Map[str, Device]()

    def lots(self, holdings: Holdings) -> tuple[Lot, ...]:
        """Holdings as an event states them: with their class, in the order of their names."""
        return tuple(
            Lot(license_type=name, license_class=self.catalog[name], count=count)
            for name, count in sorted(holdings.items())
        )

    def credited(self, project: str, units: Holdings) -> Map[str, Project]:
        """All projects, with these licenses added to the balance of one."""
        known = self.projects[project]
        return self.projects.set(project, Project(known.company, plus(known.free, units)))

    def debited(self, project: str, units: Holdings) -> Map[str, Project]:
        """All projects, with these licenses taken from the balance of one."""
        known = self.projects[project]
        return self.projects.set(project, Project(known.company, minus(known.free, units)))

    def device_licenses(self, serial: str, device: Device) -> DeviceLicenses:
        """A device as an event states it."""
        return DeviceLicenses(
            serial=serial,
            project=device.project,
            generation=device.generation,
            issue=device.issue,
            licenses=self.lots(device.holdings),
        )


def plus(holdings: Holdings, other: Holdings) -> Holdings:
    """Both together."""
    total = dict(holdings)
    for name, count in other.items():
        total[name] = total.get(name, 0) + count
    return total


def minus(holdings: Holdings, other: Holdings) -> Holdings:
    """What stays when `other` is taken away; it must be there."""
    rest = dict(holdings)
    for name, count in other.items():
        left = rest[name] - count
        if left > 0:
            rest[name] = left
        else:
            del rest[name]
    return rest


def holdings_of(lots: tuple[Lot, ...]) -> Holdings:
    """An event's lots as holdings."""
    return {lot.license_type: lot.count for lot in lots}
