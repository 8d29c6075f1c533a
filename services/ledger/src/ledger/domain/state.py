"""What a ledger knows, as one immutable value; an older one stays valid when a newer is made from it.

Holdings are plain dictionaries that nobody changes after they are made: a device's are small, and there are many.
What every entry makes anew is a NamedTuple: a frozen dataclass takes four times as long to make, which replay feels.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from immutables import Map

from contracts.actors import Account
from contracts.catalog import DeviceModel, LicenseTypeFacts
from contracts.fields import CompanyKind, Right
from contracts.licenses import DeviceLicenses, LicenseClass, Lot, TestLicenses
from contracts.software_service import ServicePeriod
from ledger.domain.cold_state import AcceptedReturn, ColdState

Holdings = Mapping[str, int]
"""Licenses by type; a type that is not held is absent."""
NOTHING: Holdings = {}
Rights = frozenset[Right]
"""What an account may do in a project; `view` is among them whenever there are any."""
Person = tuple[str, str]
"""An account and the company that it acts for: rights of one company never mix with those of another (rule F4)."""


@dataclass(frozen=True, slots=True)
class Company:
    """A group of accounts; its administrators have every right in all its projects, its other members none as such."""

    kind: CompanyKind
    administrators: frozenset[str]
    members: frozenset[str] = frozenset()


class Project(NamedTuple):
    """A part of a company with its own balance; `devices` are in it. Nothing happens in an archived one any more.

    `allocated` is what stands on all its devices together, so that no rule has to look at each of them.
    """

    company: str
    name: str
    free: Holdings = NOTHING
    devices: int = 0
    archived: bool = False
    allocated: Holdings = NOTHING

    def holding(self, free: Holdings) -> "Project":
        """The project with another balance."""
        return Project(self.company, self.name, free, self.devices, self.archived, self.allocated)


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A key that waits to be redeemed."""

    licenses: Holdings


@dataclass(frozen=True, slots=True)
class RedeemedKey:
    """A key that is used up: for which project, and as which entry."""

    project: str
    sequence: int


@dataclass(frozen=True, slots=True)
class OpenClaimCode:
    """A code that waits for its device, and who made it."""

    project: str
    expires: datetime
    made_by: Account | None


@dataclass(frozen=True, slots=True)
class SpentClaimCode:
    """A code that is used up: as which entry, by which device and into which project (none: it was withdrawn)."""

    sequence: int
    serial: str | None = None
    project: str | None = None


class Device(NamedTuple):
    """A device in a project; `returns[n]` spent generation n + 1, `delivered` is the last issue that left (0: none).

    `bound` is what the last file held that left for the present generation: only a return frees that (rule R5), or a
    correction that takes it off the device, so that never more is bound than stands there.
    `in_contact` says that the device itself has shown its certificate since it came into a project.
    """

    company: str
    project: str
    generation: int
    issue: int
    holdings: Holdings
    delivered: int = 0
    delivered_sequence: int = 0
    returns: tuple[AcceptedReturn, ...] = ()
    test: TestLicenses | None = None
    bound: Holdings = NOTHING
    in_contact: bool = False

    def changed(self, stated: DeviceLicenses) -> "Device":
        """The device as an event states it."""
        return self._as(stated, self.returns, self.bound)

    def returned(self, stated: DeviceLicenses, accepted: AcceptedReturn) -> "Device":
        """The device as the event of a return states it: nothing is bound to the next generation yet."""
        return self._as(stated, (*self.returns, accepted), NOTHING)

    def _as(self, stated: DeviceLicenses, returns: tuple[AcceptedReturn, ...], bound: Holdings) -> "Device":
        return Device(
            self.company,
            stated.project,
            stated.generation,
            stated.issue,
            holdings_of(stated.licenses),
            self.delivered,
            self.delivered_sequence,
            returns,
            stated.test,
            bound,
            self.in_contact,
        )


@dataclass(frozen=True, slots=True)
class Delivered:
    """A device that the vendor delivered, and the months of warranty that it has in all, extensions included.

    `base_months` are those that it came with, `delivered_to` is the company that got it, where the vendor said so.
    """

    model: str
    delivered_on: date
    warranty_months: int
    base_months: int
    delivered_to: str | None = None


@dataclass(frozen=True, slots=True)
class IssuedTest:
    """The one test that a serial ever gets, and the entry that issued it."""

    test: TestLicenses
    sequence: int


class Ledger(NamedTuple):
    """All that the rules need to know; `sequence` is the last entry's.

    `released` are devices in no project, by serial; `grants` are a person's rights by project; `offers` are the
    companies that devices are offered to, by serial. `facts` say about a type what `catalog` does not; `tests` are the
    one test that each serial ever gets; `held` are a project's licenses that wait until its service is paid for them.
    """

    sequence: int = 0
    projects: Map[str, Project] = Map[str, Project]()
    devices: Map[str, Device] = Map[str, Device]()
    vendor: str | None = None
    catalog: Map[str, LicenseClass] = Map[str, LicenseClass]()
    companies: Map[str, Company] = Map[str, Company]()
    project_names: Map[tuple[str, str], str] = Map[tuple[str, str], str]()
    keys: Map[str, IssuedKey | RedeemedKey] = Map[str, IssuedKey | RedeemedKey]()
    released: Map[str, Device] = Map[str, Device]()
    grants: Map[Person, Map[str, Rights]] = Map[Person, Map[str, Rights]]()
    offers: Map[str, str] = Map[str, str]()
    claim_codes: Map[str, OpenClaimCode | SpentClaimCode] = Map[str, OpenClaimCode | SpentClaimCode]()
    facts: Map[str, LicenseTypeFacts] = Map[str, LicenseTypeFacts]()
    models: Map[str, DeviceModel] = Map[str, DeviceModel]()
    delivered: Map[str, Delivered] = Map[str, Delivered]()
    tests: Map[str, IssuedTest] = Map[str, IssuedTest]()
    service: Map[str, ServicePeriod] = Map[str, ServicePeriod]()
    held: Map[str, Holdings] = Map[str, Holdings]()
    cold: ColdState = ColdState()

    def following(self) -> "Ledger":
        """The ledger at the sequence of the next entry."""
        return Ledger(self.sequence + 1, *self[1:])

    def placed(self, projects: Map[str, Project], devices: Map[str, Device]) -> "Ledger":
        """The ledger with other projects and devices: what nearly every entry changes."""
        return Ledger(self.sequence, projects, devices, *self[3:])

    def lots(self, holdings: Holdings) -> tuple[Lot, ...]:
        """Holdings as an event states them: with their class, in the order of their names."""
        return tuple(_lot(name, self.catalog[name], count) for name, count in sorted(holdings.items()))

    def credited(self, project: str, units: Holdings) -> Map[str, Project]:
        """All projects, with these licenses added to the balance of one."""
        known = self.projects[project]
        return self.projects.set(project, known.holding(plus(known.free, units)))

    def debited(self, project: str, units: Holdings) -> Map[str, Project]:
        """All projects, with these licenses taken from the balance of one."""
        known = self.projects[project]
        return self.projects.set(project, known.holding(minus(known.free, units)))

    def allocated(self, project: str, units: Holdings) -> Map[str, Project]:
        """All projects, with these licenses gone from the balance of one to a device in it."""
        company, name, free, devices, archived, there = self.projects[project]
        gone, more = minus(free, units), plus(there, units)
        return self.projects.set(project, Project(company, name, gone, devices, archived, more))

    def given_back(self, project: str, units: Holdings) -> Map[str, Project]:
        """All projects, with these licenses come back from a device to the balance of one."""
        company, name, free, devices, archived, there = self.projects[project]
        more, gone = plus(free, units), minus(there, units)
        return self.projects.set(project, Project(company, name, more, devices, archived, gone))

    def exchanged(self, project: str, gone: Holdings, come: Holdings) -> Map[str, Project]:
        """All projects, with other licenses on a device of one."""
        known = self.projects[project]
        return self.projects.set(project, known._replace(allocated=plus(minus(known.allocated, gone), come)))

    def with_device(self, project: str, holdings: Holdings) -> Map[str, Project]:
        """All projects, with one more device in one, and what stands on it."""
        known = self.projects[project]
        there = known._replace(devices=known.devices + 1, allocated=plus(known.allocated, holdings))
        return self.projects.set(project, there)

    def without_device(self, project: str, holdings: Holdings) -> Map[str, Project]:
        """All projects, with one device less in one, and what stands on it."""
        known = self.projects[project]
        there = known._replace(devices=known.devices - 1, allocated=minus(known.allocated, holdings))
        return self.projects.set(project, there)

    def device_licenses(self, serial: str, device: Device) -> DeviceLicenses:
        """A device as an event states it."""
        return DeviceLicenses(
            serial=serial,
            project=device.project,
            generation=device.generation,
            issue=device.issue,
            licenses=self.lots(device.holdings),
            test=device.test,
        )


@lru_cache(maxsize=16_384)
def _lot(license_type: str, license_class: LicenseClass, count: int) -> Lot:
    """A lot is immutable and few are different, so that one that is checked serves every event that states it."""
    return Lot(license_type=license_type, license_class=license_class, count=count)


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


def at_most(holdings: Holdings, limit: Holdings) -> Holdings:
    """The same, but of no type more than `limit` has."""
    return {name: min(count, limit[name]) for name, count in holdings.items() if name in limit}


def holdings_of(lots: tuple[Lot, ...]) -> Holdings:
    """An event's lots as holdings."""
    return {lot.license_type: lot.count for lot in lots}
