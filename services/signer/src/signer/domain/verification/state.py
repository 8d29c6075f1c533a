"""What the entries so far add up to, as the signer verified them itself.

The ledger's writer decides by its rules. The signer trusts none of those decisions: it repeats what must hold whatever
the rules are, so that a wrong or stolen writer cannot get a signature for licenses that nobody has. The modules beside
this one verify and post one family of events each, all on this one value.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from contracts.catalog import LicenseTypeFacts
from contracts.events.corrections import CorrectionProposed, DeliveryCorrectionProposed, LinkedCorrectionsProposed
from contracts.events.set_aside import SettingAsideProposed
from contracts.legacy import ListedKey
from contracts.licenses import DeviceLicenses, TestLicenses
from contracts.software_service import ServicePeriod

Units = dict[str, int]
"""Licenses by type, none of them zero."""
Changed = tuple[DeviceLicenses, ...]
"""The devices that an event changed, as they stand after it, each proven."""


@dataclass(frozen=True, slots=True)
class DeviceLife:
    """Where a device is, in which certificate generation, and how often it has changed."""

    project: str
    generation: int
    issue: int

    def next_issue(self) -> "DeviceLife":
        """After one more change in the same project."""
        return DeviceLife(self.project, self.generation, self.issue + 1)

    def next_generation(self) -> "DeviceLife":
        """After its certificate was spent, by a return or a replacement."""
        return DeviceLife(self.project, self.generation + 1, self.issue + 1)

    def moved_to(self, project: str) -> "DeviceLife":
        """After a move to that project."""
        return replace(self.next_issue(), project=project)


@dataclass(frozen=True, slots=True)
class Warranty:
    """Since when, for how many months in all, and how many of them came with a device of this model."""

    delivered_on: date
    months: int
    base_months: int
    model: str


@dataclass(slots=True)
class VerifiedLedger:
    """The state of one ledger. After a LawBrokenError it is half posted and of no further use."""

    accounts: dict[str, Units] = field(default_factory=dict[str, Units])
    catalog: dict[str, LicenseTypeFacts] = field(default_factory=dict[str, LicenseTypeFacts])

    projects: dict[str, str] = field(default_factory=dict[str, str])
    """The company of each project."""
    archived_projects: set[str] = field(default_factory=set[str])
    imported_companies: set[str] = field(default_factory=set[str])
    """Companies that went over into another one, and are closed."""
    company_offers: dict[str, str] = field(default_factory=dict[str, str])
    """The company that a company is offered to."""

    activation_keys: dict[str, Mapping[str, int] | None] = field(default_factory=dict[str, Mapping[str, int] | None])
    """What an issued key stands for, by digest; None once it is redeemed."""

    devices: dict[str, DeviceLife] = field(default_factory=dict[str, DeviceLife])
    """Devices that are in a project."""
    released_devices: dict[str, DeviceLife] = field(default_factory=dict[str, DeviceLife])
    """Devices that were in a project and are in none."""
    replaced_devices: dict[str, DeviceLife] = field(default_factory=dict[str, DeviceLife])
    """Devices that were replaced and are not back in stock."""
    rmas: set[str] = field(default_factory=set[str])
    device_offers: dict[str, str] = field(default_factory=dict[str, str])
    """The company that a device is offered to."""
    delivered_licenses: dict[str, Units] = field(default_factory=dict[str, Units])
    """The PBX licenses in the last license file of a device's generation that was delivered."""
    devices_in_contact: set[str] = field(default_factory=set[str])
    """Devices that took a file with licenses where they are, or came in by themselves."""
    claim_codes: dict[str, str | None] = field(default_factory=dict[str, str | None])
    """The project of a claim code, by digest; None once it is used up."""

    warranties: dict[str, Warranty] = field(default_factory=dict[str, Warranty])
    tests: dict[str, TestLicenses] = field(default_factory=dict[str, TestLicenses])
    """The one test that a device gets; removed only when staff releases it."""
    ended_tests: set[str] = field(default_factory=set[str])
    """Devices whose test was given back, or is the one of the device that they replaced."""
    service_periods: dict[str, ServicePeriod] = field(default_factory=dict[str, ServicePeriod])
    """The software service of each project."""

    corrections: dict[str, CorrectionProposed | LinkedCorrectionsProposed | DeliveryCorrectionProposed | None] = field(
        default_factory=dict[str, CorrectionProposed | LinkedCorrectionsProposed | DeliveryCorrectionProposed | None]
    )
    """Proposals that wait for a second person; None once closed."""
    set_asides: dict[str, SettingAsideProposed | None] = field(default_factory=dict[str, SettingAsideProposed | None])
    """Proposals to set entries aside; None once approved."""
    legacy_licenses: dict[str, Units] = field(default_factory=dict[str, Units])
    """Old licenses by account."""
    listed_legacy_keys: dict[str, ListedKey] = field(default_factory=dict[str, ListedKey])
    """Keys of the old manager that are not imported yet, by digest."""
    imported_legacy_keys: set[str] = field(default_factory=set[str])
    legacy_consents: set[str] = field(default_factory=set[str])
    """Devices whose old licenses may be converted."""

    def balance(self, account: str) -> Mapping[str, int]:
        """What an account holds, by type."""
        return self.accounts.get(account, {})

    def legacy(self, account: str) -> Mapping[str, int]:
        """What old licenses an account holds, by name."""
        return self.legacy_licenses.get(account, {})
