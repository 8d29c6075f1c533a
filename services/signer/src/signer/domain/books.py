"""The signer's own books of a ledger: small, kept from the entries alone, and strict.

The ledger's writer has decided by its rules already. These books believe it nothing: they repeat what must hold
whatever the rules are, so that a wrong or stolen writer cannot get a signature for licenses that nobody has.
"""

from collections.abc import Iterable, Mapping

from contracts.catalog import described
from contracts.events import Event
from contracts.events.activation_keys import ActivationKeyIssued, ActivationKeyRedeemed
from contracts.events.blocks import DeviceBlocked
from contracts.events.catalog import LicenseTypesDefined
from contracts.events.companies import CompanyRegistered, LedgerFounded, ProjectCreated
from contracts.events.company_imports import CompanyImported
from contracts.events.corrections import (
    CorrectionApplied,
    CorrectionProposed,
    CorrectionRejected,
    DeliveryCorrected,
    DeliveryCorrectionProposed,
)
from contracts.events.delivered_devices import DevicesRegistered
from contracts.events.devices import DeviceAdded, LicensesAllocated
from contracts.events.legacy import LegacyConsentGiven, LegacyLicensesConverted, LegacyLicensesImported
from contracts.events.legacy_keys import LegacyKeysRegistered
from contracts.events.replacements import DeviceReplaced
from contracts.events.returns import LicensesReturned
from contracts.events.software_service import HeldLicensesReleased, LicensesUpgraded, SoftwareServiceBought
from contracts.events.test_licenses import TestLicensesIssued
from contracts.events.warranty import WarrantyExtended
from contracts.licenses import DeviceLicenses, LicenseClass, Lot
from contracts.log.postings import Posting, device_account, postings
from contracts.software_service import Coverage
from signer.domain.books_accounts import Accounts
from signer.domain.books_catalog import Catalog, define
from signer.domain.books_moves import DeviceLife, Moves
from signer.domain.books_periods import Periods
from signer.domain.books_replacements import Replacements
from signer.domain.books_service import ServiceBooks
from signer.domain.books_staff import StaffBooks
from signer.domain.laws import LawBrokenError

RETURNABLE: LicenseClass = "pbx"
FIRST_GENERATION = 1
FIRST_ISSUE = 1


class Books:
    """What the entries so far add up to. After a LawBrokenError they are of no further use."""

    __slots__ = (
        "_accounts",
        "_catalog",
        "_devices",
        "_keys",
        "_moves",
        "_periods",
        "_projects",
        "_replacements",
        "_service",
        "_staff",
    )

    def __init__(self) -> None:
        self._catalog: Catalog = {}
        self._projects: dict[str, str] = {}  # its company
        self._keys: dict[str, Mapping[str, int] | None] = {}  # what an issued key stands for; None once redeemed
        self._devices: dict[str, DeviceLife] = {}
        self._accounts = Accounts()
        self._periods = Periods()
        self._service = ServiceBooks()
        self._moves = Moves(self)
        self._staff = StaffBooks()
        self._replacements = Replacements(self, moves=self._moves, periods=self._periods, staff=self._staff)

    def post(self, event: Event) -> tuple[DeviceLicenses, ...]:
        """Enter the next event; returns the devices that it changed, proven. Raises LawBrokenError."""
        if isinstance(event, DeviceReplaced):
            return self._replacements.post(event)
        device = self._post(event)
        return () if device is None else (device,)

    def _post(self, event: Event) -> DeviceLicenses | None:
        """An event that changes one device, or none."""
        match event:
            case LicensesAllocated():
                return self._allocated(event)
            case LicensesReturned():
                return self._returned(event)
            case TestLicensesIssued():
                return self._test_issued(event)
            case LicensesUpgraded():
                return self._upgraded(event)
            case DeviceAdded():
                return self._added(event)
            case DeviceBlocked():
                return self._changed(event.device, event.company)
            case CorrectionApplied():
                return self._corrected(event)
            case ActivationKeyRedeemed():
                self._redeemed(event)
            case ActivationKeyIssued():
                self._issued(event)
            case ProjectCreated():
                self._open(event.project, event.company)
            case CompanyRegistered():
                self._open(event.default_project, event.company)
            case LedgerFounded():
                self._founded(event)
            case LicenseTypesDefined():
                define(self._catalog, event.license_types)
            case DevicesRegistered():
                self._delivered(event)
            case SoftwareServiceBought() | HeldLicensesReleased():
                self._service_paid(event)
            case WarrantyExtended():
                self._warranty_extended(event)
            case _:
                return self._rare(event)
        return None

    def _rare(self, event: Event) -> DeviceLicenses | None:
        """What staff does, and old licenses; all else is a move, or nothing to these books."""
        match event:
            case CorrectionProposed():
                self.units(event.lots)
                self._staff.proposed(event)
            case DeliveryCorrectionProposed():
                self._staff.proposed(event)
            case DeliveryCorrected():
                self._delivery_corrected(event)
            case CorrectionRejected():
                self._staff.rejected(event)
            case LegacyKeysRegistered():
                self._staff.listed(event)
            case LegacyLicensesImported():
                self._imported(event)
            case LegacyConsentGiven():
                self._staff.consented(event)
            case LegacyLicensesConverted():
                self._converted(event)
            case _:
                return self._moves.post(event)
        return None

    def life(self, serial: str) -> DeviceLife:
        """Where a device is, which must be in a project; raises LawBrokenError."""
        life = self._devices.get(serial)
        if life is None:
            raise LawBrokenError("device_unknown", f"device {serial} was never added, or is released")
        return life

    def arrive(self, device: DeviceLicenses) -> DeviceLicenses:
        """A device comes into a project: new and empty, or released before and with what stayed on it."""
        self._replacements.require_not_replaced(device.serial)
        if device.serial in self._devices:
            raise LawBrokenError("device_added_once", f"device {device.serial} was added before")
        before = self._moves.taken_back(device.serial)
        generation, issue = (FIRST_GENERATION, FIRST_ISSUE) if before is None else (before.generation, before.issue + 1)
        self.live_on(device, DeviceLife(device.project, generation, issue))
        self.require_licenses(device)
        return device

    def leave(self, serial: str) -> DeviceLife:
        """A device is in no project from here on."""
        return self._devices.pop(serial)

    def take_over(self, event: CompanyImported) -> None:
        """All projects of a company are another one's from here on, and so is what waits for a second person."""
        theirs = {project for project, company in self._projects.items() if company == event.former_company}
        if theirs != {one.project for one in event.projects}:
            raise LawBrokenError("import_not_total", "an import takes all projects of the company and no others")
        self._projects.update(dict.fromkeys(theirs, event.company))
        self._staff.taken_over(event)

    def company_of(self, project: str) -> str | None:
        """The company of a project that was opened."""
        return self._projects.get(project)

    def returnable_on(self, serial: str) -> dict[str, int]:
        """The PBX licenses on a device."""
        held = self.balance(device_account(serial))
        return {name: units for name, units in held.items() if self._catalog[name].license_class == RETURNABLE}

    def balance(self, account: str) -> Mapping[str, int]:
        """What an account holds, by type."""
        return self._accounts.balance(account)

    def legacy(self, account: str) -> Mapping[str, int]:
        """What old licenses an account holds, by name."""
        return self._staff.legacy(account)

    def _delivered(self, event: DevicesRegistered) -> None:
        for one in event.devices:
            self._replacements.require_not_replaced(one.serial)
        self._periods.deliver(event)

    def _delivery_corrected(self, event: DeliveryCorrected) -> None:
        self._replacements.require_not_replaced(event.serial)
        self._staff.delivery_corrected(event)
        self._periods.correct_delivery(event)

    def _founded(self, event: LedgerFounded) -> None:
        if self._catalog:
            raise LawBrokenError("ledger_founded_once", "the ledger was founded before")
        define(self._catalog, (described(definition) for definition in event.catalog))
        self._open(event.default_project, event.vendor)

    def _open(self, project: str, company: str) -> None:
        if project in self._projects:
            raise LawBrokenError("project_opened_once", f"project {project} was opened before")
        self._moves.imports.require_not_closed(company)
        self._projects[project] = company

    def _issued(self, event: ActivationKeyIssued) -> None:
        if event.key_digest in self._keys:
            raise LawBrokenError("key_issued_once", "this activation key was issued before")
        self._keys[event.key_digest] = self.units(event.lots)

    def _redeemed(self, event: ActivationKeyRedeemed) -> None:
        stands_for = self._keys.get(event.key_digest)
        if stands_for is None:
            raise LawBrokenError("key_redeemed_once", "this activation key was never issued, or is redeemed already")
        if self.units(event.lots) != stands_for:
            raise LawBrokenError("key_lots_wrong", "the redeemed licenses are not those that the key was issued for")
        self.require_project(event.project, event.company)
        self.cover(event.project, event.coverage)
        self.move(postings(event))
        self._keys[event.key_digest] = None

    def _added(self, event: DeviceAdded) -> DeviceLicenses:
        device = event.device
        self.require_project(device.project, event.company)
        return self.arrive(device)

    def _allocated(self, event: LicensesAllocated) -> DeviceLicenses:
        self.life(event.device.serial)
        self.units(event.lots)
        return self._changed(event.device, event.company, postings(event))

    def _changed(self, device: DeviceLicenses, company: str, moves: tuple[Posting, ...] = ()) -> DeviceLicenses:
        """The device's next issue in its project and generation."""
        before = self.life(device.serial)
        self.require_project(device.project, company)
        self.live_on(device, DeviceLife(before.project, before.generation, before.issue + 1))
        self.move(moves)
        self.require_licenses(device)
        return device

    def _corrected(self, event: CorrectionApplied) -> DeviceLicenses | None:
        """What was proposed is moved, and a device is stated if one is touched."""
        self._staff.applied(event)
        for account in (event.source, event.target):
            if account.startswith("project/"):
                self.require_project(account.removeprefix("project/"), event.company)
        touched = {account for account in (event.source, event.target) if account.startswith("device/")}
        if touched != ({device_account(event.device.serial)} if event.device else set()):
            raise LawBrokenError("correction_device_wrong", "the device that is corrected is not the one stated")
        if event.device is not None:
            device = self._changed(event.device, event.company, postings(event))
            self._moves.corrected(device.serial)
            return device
        self.move(postings(event))
        return None

    def _imported(self, event: LegacyLicensesImported) -> None:
        self.require_project(event.project, event.company)
        if event.serial is not None:
            life = self._devices.get(event.serial)
            if life is None or life.project != event.project:
                raise LawBrokenError("device_project_wrong", f"device {event.serial} is not in the project")
        self._staff.imported(event)

    def _converted(self, event: LegacyLicensesConverted) -> None:
        self.require_project(event.project, event.company)
        self.units(event.lots)
        self._staff.converted(event)
        self.cover(event.project, event.coverage)
        self.move(postings(event))

    def _returned(self, event: LicensesReturned) -> DeviceLicenses:
        device = event.device
        before = self.life(device.serial)
        if event.spent_generation != before.generation:
            raise LawBrokenError(
                "device_generation_wrong",
                f"generation {event.spent_generation} was given back, but generation {before.generation} is current",
            )
        self.require_project(device.project, event.company)
        self.live_on(device, DeviceLife(before.project, before.generation + 1, before.issue + 1))
        self._require_total(event)
        self._periods.end_test(device.serial)
        self._staff.returned(device.serial, device.project)
        self._moves.returned(device.serial)
        self.move(postings(event))
        self.require_licenses(device)
        return device

    def _warranty_extended(self, event: WarrantyExtended) -> None:
        if self.life(event.serial).project != event.project:
            raise LawBrokenError("device_project_wrong", f"device {event.serial} is not in project {event.project}")
        self.require_project(event.project, event.company)
        self.units(event.lots)
        self._periods.extend_warranty(event, self._catalog)
        self.move(postings(event))

    def _test_issued(self, event: TestLicensesIssued) -> DeviceLicenses:
        device = event.device
        before = self.life(device.serial)
        self.require_project(device.project, event.company)
        self.live_on(device, DeviceLife(before.project, before.generation, before.issue + 1))
        self._periods.issue_test(device, self._catalog)
        self.require_licenses(device)
        return device

    def _service_paid(self, event: SoftwareServiceBought | HeldLicensesReleased) -> None:
        self.require_project(event.project, event.company)
        self.units(event.lots)
        self.units(event.released)
        if isinstance(event, SoftwareServiceBought):
            self._service.buy(event)
        else:
            self._service.release(event)
        self.move(postings(event))

    def _upgraded(self, event: LicensesUpgraded) -> DeviceLicenses | None:
        self.require_project(event.project, event.company)
        self.units(event.given_up)
        self.units(event.lots)
        became = self._service.upgrade(event, self._catalog)
        device = event.device
        if device is not None:
            before = self.life(device.serial)
            if before.project != event.project:
                raise LawBrokenError("device_project_wrong", f"device {device.serial} is in another project")
            self.live_on(device, DeviceLife(before.project, before.generation, before.issue + 1))
            self._moves.upgraded(device.serial, became)
        self.move(postings(event))
        if device is not None:
            self.require_licenses(device)
        return device

    def cover(self, project: str, coverage: Coverage | None) -> None:
        """Licenses come into a project: what they cost, or that they are held, must follow from its service."""
        if coverage is not None:
            self.units(coverage.charged + coverage.held)
            self._service.cover(project, coverage)

    def require_project(self, project: str, company: str) -> None:
        """The project is this company's, and not archived; raises LawBrokenError."""
        owner = self._projects.get(project)
        if owner is None:
            raise LawBrokenError("project_unknown", f"project {project} was never created")
        if owner != company:
            raise LawBrokenError("company_wrong", f"project {project} is not of company {company}")
        self._moves.require_open(project)

    def live_on(self, device: DeviceLicenses, life: DeviceLife) -> None:
        """The device goes on as `life`, which is what the event must state."""
        if device.project != life.project:
            raise LawBrokenError("device_project_wrong", f"device {device.serial} is in another project")
        if device.generation != life.generation:
            raise LawBrokenError(
                "device_generation_wrong", f"generation {device.generation} stands where {life.generation} must"
            )
        if device.issue != life.issue:
            raise LawBrokenError("device_issue_wrong", f"issue {device.issue} stands where {life.issue} must")
        self._devices[device.serial] = life

    def _require_total(self, event: LicensesReturned) -> None:
        """All PBX licenses of the device are credited, and nothing else is (domain rules R6 and C1)."""
        if self.units(event.lots) != self.returnable_on(event.device.serial):
            raise LawBrokenError("return_not_total", "a return credits all PBX licenses of the device and no others")

    def require_licenses(self, device: DeviceLicenses) -> None:
        """What the event says that the device has is what its account holds."""
        if self.units(device.licenses) != self.balance(device_account(device.serial)):
            raise LawBrokenError(
                "device_licenses_wrong", f"the licenses stated for device {device.serial} are not those it holds"
            )
        self._periods.require_test(device)

    def units(self, lots: Iterable[Lot]) -> dict[str, int]:
        """What lots say, each type once and of the class that the catalog gives it; raises LawBrokenError."""
        units: dict[str, int] = {}
        for lot in lots:
            known = self._catalog.get(lot.license_type)
            if known is None or known.license_class != lot.license_class:
                raise self._wrong_class(lot)
            if lot.license_type in units:
                raise LawBrokenError("lots_repeated", f"{lot.license_type} is named twice")
            units[lot.license_type] = lot.count
        return units

    def _wrong_class(self, lot: Lot) -> LawBrokenError:
        if lot.license_type not in self._catalog:
            return LawBrokenError("license_type_unknown", f"the catalog has no type {lot.license_type}")
        return LawBrokenError("license_class_wrong", f"{lot.license_type} is not of class {lot.license_class}")

    def move(self, moves: tuple[Posting, ...]) -> None:
        """Post; raises LawBrokenError if an account would go below zero."""
        self._accounts.move(moves)
