"""What a run of ledger entries does to the tables of the read side: a pure fold, with the ledger's laws checked."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from contracts.events import Event
from contracts.events.activation_keys import ActivationKeyIssued, ActivationKeyRedeemed
from contracts.events.blocks import DeviceBlocked
from contracts.events.catalog import DeviceModelsDefined, LicenseTypesDefined
from contracts.events.claims import ClaimCodeCreated, ClaimCodeWithdrawn, DeviceClaimed
from contracts.events.companies import CompanyRegistered, LedgerFounded, ProjectCreated
from contracts.events.company_imports import CompanyImported, CompanyOffered, CompanyOfferWithdrawn
from contracts.events.corrections import CorrectionApplied, DeliveryCorrected
from contracts.events.delivered_devices import DevicesRegistered
from contracts.events.device_moves import DeviceMoved, DeviceOffered, DeviceOfferWithdrawn, DeviceReleased
from contracts.events.devices import DeviceAdded, LicenseFileDelivered, LicensesAllocated
from contracts.events.invitations import InvitationAccepted, InvitationCreated, InvitationWithdrawn
from contracts.events.legacy import LegacyLicensesConverted
from contracts.events.members import MemberAdded, MemberRemoved, RightsGranted, RightsRevoked
from contracts.events.projects import LicensesDeallocated, LicensesMoved, ProjectArchived, ProjectRenamed
from contracts.events.replacements import DeviceReplaced
from contracts.events.returns import LicensesReturned
from contracts.events.software_service import HeldLicensesReleased, LicensesUpgraded, SoftwareServiceBought
from contracts.events.test_licenses import TestLicensesIssued
from contracts.events.warranty import WarrantyExtended
from contracts.licenses import DeviceLicenses, Lot
from contracts.log.entries import Entry
from contracts.log.postings import UNHELD, Posting, device_account, postings
from contracts.software_service import Coverage
from ledger.application.projection import catalog, joining, replacements, staff
from ledger.application.projection.catalog import CatalogChanges
from ledger.application.projection.history import DeviceVersionRow, EntryRow, StayRow, SubjectRow, history_rows
from ledger.application.projection.joining import JoiningChanges
from ledger.application.projection.members import PeopleChanges
from ledger.application.projection.replacements import ReplacementRow
from ledger.application.projection.staff import StaffChanges

DEFAULT_PROJECT_NAME = "DEFAULT"


class LawBroken(Exception):  # noqa: N818 - states the world
    """An entry breaks a law of the ledger: whoever wrote it has a defect, and nothing may be built on it."""


class CompanyRow(NamedTuple):
    company: str
    kind: str
    default_project: str
    sequence: int
    time: datetime


class ProjectRow(NamedTuple):
    project: str
    company: str
    name: str
    sequence: int
    time: datetime


class KeyRow(NamedTuple):
    key_digest: str
    key_hint: str
    lots: tuple[Lot, ...]
    order_number: str
    customer_reference: str | None
    sequence: int
    time: datetime


class RedemptionRow(NamedTuple):
    key_digest: str
    company: str
    project: str
    sequence: int
    time: datetime


class DeviceRow(NamedTuple):
    serial: str
    company: str
    project: str
    generation: int
    issue: int
    sequence: int
    time: datetime
    licenses: tuple[Lot, ...]


class DeliveryRow(NamedTuple):
    serial: str
    generation: int
    issue: int
    file_sha256: str
    path: str
    sequence: int
    time: datetime


class MovementRow(NamedTuple):
    sequence: int
    line: int
    account: str
    license_type: str
    units: int
    time: datetime
    actor: str
    event_type: str
    command_id: str
    held: int | None


Held = dict[str, int]
"""Units by license type."""


@dataclass(slots=True)
class Changes:
    """Rows to add, and what the touched accounts hold afterwards. `released` devices are in no project then."""

    held: defaultdict[str, Held]
    classes: dict[str, str] = field(default_factory=dict[str, str])
    companies: list[CompanyRow] = field(default_factory=list[CompanyRow])
    projects: list[ProjectRow] = field(default_factory=list[ProjectRow])
    keys: list[KeyRow] = field(default_factory=list[KeyRow])
    redemptions: list[RedemptionRow] = field(default_factory=list[RedemptionRow])
    devices: dict[str, DeviceRow] = field(default_factory=dict[str, DeviceRow])
    released: set[str] = field(default_factory=set[str])
    deliveries: list[DeliveryRow] = field(default_factory=list[DeliveryRow])
    movements: list[MovementRow] = field(default_factory=list[MovementRow])
    entries: list[EntryRow] = field(default_factory=list[EntryRow])
    subjects: list[SubjectRow] = field(default_factory=list[SubjectRow])
    versions: list[DeviceVersionRow] = field(default_factory=list[DeviceVersionRow])
    stays: list[StayRow] = field(default_factory=list[StayRow])
    catalog: CatalogChanges = field(default_factory=CatalogChanges)
    staff: StaffChanges = field(default_factory=StaffChanges)
    people: PeopleChanges = field(default_factory=PeopleChanges)
    joining: JoiningChanges = field(default_factory=JoiningChanges)
    replacements: list[ReplacementRow] = field(default_factory=list[ReplacementRow])


def fold(
    entries: Iterable[Entry[Event]], held: Mapping[str, Mapping[str, int]], legacy: Mapping[str, Mapping[str, int]]
) -> Changes:
    """All that the entries change, given what the touched accounts held before; raises LawBroken.

    `legacy` are the old licenses that they held, by name.
    """
    changes = Changes(defaultdict(dict, {account: dict(units) for account, units in held.items()}))
    changes.staff.legacy.update({account: dict(units) for account, units in legacy.items()})
    for entry in entries:
        _enter(changes, entry)
        _post(changes, entry)
        _paid(changes, entry.data)
        _note(changes, entry)
        _stay(changes, entry.sequence, entry.data)
    return changes


def _enter(changes: Changes, entry: Entry[Event]) -> None:
    row, subjects = history_rows(entry)
    changes.entries.append(row)
    changes.subjects += subjects


def _post(changes: Changes, entry: Entry[Event]) -> None:
    """Move the units: they sum to zero per type, and no account but issuance goes below zero."""
    moved = postings(entry.data)
    _must_balance(entry.sequence, moved)
    for line, posting in enumerate(moved):
        held = None
        if posting.account not in UNHELD:
            held = _hold(changes.held[posting.account], posting, entry.sequence)
        changes.movements.append(
            MovementRow(
                entry.sequence,
                line,
                posting.account,
                posting.license_type,
                posting.units,
                entry.time,
                entry.actor,
                entry.type,
                entry.commandid,
                held,
            )
        )


def _must_balance(sequence: int, moved: tuple[Posting, ...]) -> None:
    sums: defaultdict[str, int] = defaultdict(int)
    for posting in moved:
        sums[posting.license_type] += posting.units
    for license_type, units in sums.items():
        if units:
            raise LawBroken(f"entry {sequence} makes {units} {license_type} out of nothing")


def _hold(held: Held, posting: Posting, sequence: int) -> int:
    units = held.get(posting.license_type, 0) + posting.units
    if units < 0:
        raise LawBroken(f"entry {sequence} leaves {posting.account} with {units} {posting.license_type}")
    held[posting.license_type] = units
    return units


def _note(changes: Changes, entry: Entry[Event]) -> None:
    event, at = entry.data, (entry.sequence, entry.time)
    changes.people.note(entry)
    joining.note(changes.joining, changes.people, entry)
    match event:
        case LedgerFounded():
            _company(changes, entry, event.vendor, "vendor", event.default_project, event.administrator)
            catalog.note_founded(changes.catalog, event, entry.sequence)
        case CompanyRegistered():
            _company(changes, entry, event.company, event.kind, event.default_project, event.administrator)
        case ProjectCreated():
            changes.projects.append(ProjectRow(event.project, event.company, event.project_name, *at))
        case ActivationKeyIssued():
            changes.keys.append(
                KeyRow(event.key_digest, event.key_hint, event.lots, event.order_number, event.customer_reference, *at)
            )
        case ActivationKeyRedeemed():
            changes.redemptions.append(RedemptionRow(event.key_digest, event.company, event.project, *at))
            _classes(changes, event.lots)
        case LicensesMoved():
            _classes(changes, event.lots)
        case DeviceReleased():
            changes.released.add(event.serial)
        case DeviceAdded() | DeviceMoved() | DeviceClaimed():
            _device(changes, entry, event.company, event.device)
        case LicensesAllocated() | LicensesReturned() | LicensesDeallocated():
            _classes(changes, event.lots)
            _device(changes, entry, event.company, event.device)
            if isinstance(event, LicensesReturned):
                staff.freed(changes.staff, event.device)
        case LicenseFileDelivered():
            changes.deliveries.append(
                DeliveryRow(event.serial, event.generation, event.issue, event.file_sha256, event.path, *at)
            )
        case LicenseTypesDefined() | DeviceModelsDefined() | DevicesRegistered():
            catalog.note(changes.catalog, event, entry.sequence)
        case TestLicensesIssued():
            _device(changes, entry, event.company, event.device)
            catalog.note_test(changes.catalog, event, entry.sequence)
        case SoftwareServiceBought():
            _classes(changes, event.lots + event.released)
            catalog.note_service(changes.catalog, event, entry.sequence)
        case HeldLicensesReleased():
            _classes(changes, event.lots + event.released)
        case LicensesUpgraded():
            _classes(changes, event.given_up + event.lots)
            if event.device is not None:
                _device(changes, entry, event.company, event.device)
        case WarrantyExtended():
            _classes(changes, event.lots)
            catalog.note_warranty(changes.catalog, event, entry.sequence)
        case (
            MemberAdded()
            | MemberRemoved()
            | RightsGranted()
            | RightsRevoked()
            | ProjectRenamed()
            | ProjectArchived()
            | DeviceOffered()
            | DeviceOfferWithdrawn()
            | ClaimCodeCreated()
            | ClaimCodeWithdrawn()
            | InvitationCreated()
            | InvitationWithdrawn()
            | InvitationAccepted()
            | CompanyOffered()
            | CompanyOfferWithdrawn()
            | CompanyImported()
        ):
            pass  # changes.people or changes.joining has noted it
        case _:
            _note_staff(changes, entry, event)


def _note_staff(changes: Changes, entry: Entry[Event], event: staff.StaffEvent) -> None:
    staff.note(changes.staff, entry, event)
    match event:
        case DeviceReplaced():
            _replaced(changes, entry, event)
        case DeviceBlocked():
            _device(changes, entry, event.company, event.device)
        case CorrectionApplied():
            _classes(changes, event.lots)
            if event.device is not None:
                _device(changes, entry, event.company, event.device)
        case DeliveryCorrected():
            catalog.note_corrected(changes.catalog, event, entry.sequence)
        case LegacyLicensesConverted():
            _classes(changes, event.lots)
        case _:
            pass


def _company(
    changes: Changes, entry: Entry[Event], company: str, kind: str, default_project: str, administrator: str
) -> None:
    at = (entry.sequence, entry.time)
    changes.companies.append(CompanyRow(company, kind, default_project, *at))
    changes.people.member(entry, administrator, company, administrator=True)
    changes.projects.append(ProjectRow(default_project, company, DEFAULT_PROJECT_NAME, *at))


def _device(changes: Changes, entry: Entry[Event], company: str, device: DeviceLicenses) -> None:
    """Note the device as the event states it, which must be what the postings leave on it."""
    stated = {lot.license_type: lot.count for lot in device.licenses}
    posted = {name: units for name, units in changes.held[device_account(device.serial)].items() if units}
    if stated != posted:
        raise LawBroken(f"entry {entry.sequence} states {stated} on {device.serial}, but its postings leave {posted}")
    _classes(changes, device.licenses)
    changes.released.discard(device.serial)
    row = DeviceRow(
        device.serial,
        company,
        device.project,
        device.generation,
        device.issue,
        entry.sequence,
        entry.time,
        device.licenses,
    )
    changes.devices[device.serial] = row
    changes.versions.append(DeviceVersionRow(*row))


def _stay(changes: Changes, sequence: int, event: Event) -> None:
    """A broken device stays where it was: its past is the project's."""
    match event:
        case DeviceAdded() | DeviceMoved() | DeviceClaimed() | DeviceReplaced():
            changes.stays.append(StayRow(event.device.serial, sequence, event.company, event.device.project))
        case DeviceReleased():
            changes.stays.append(StayRow(event.serial, sequence, None, None))
        case _:
            pass


def _replaced(changes: Changes, entry: Entry[Event], event: DeviceReplaced) -> None:
    """The broken device is stated once more, empty, and is in no project from then on."""
    _device(changes, entry, event.company, event.former)
    changes.released.add(event.former.serial)
    _device(changes, entry, event.company, event.device)
    replacements.note(changes.replacements, event, entry.sequence, entry.time)
    catalog.note_inherited(changes.catalog, event, entry.sequence)


def _paid(changes: Changes, event: Event) -> None:
    match event:
        case (
            ActivationKeyRedeemed(coverage=Coverage(charged=charged))
            | LicensesMoved(coverage=Coverage(charged=charged))
            | LegacyLicensesConverted(coverage=Coverage(charged=charged))
            | DeviceMoved(coverage=Coverage(charged=charged))
        ):
            _classes(changes, charged)
        case _:
            pass


def _classes(changes: Changes, lots: Iterable[Lot]) -> None:
    for lot in lots:
        changes.classes[lot.license_type] = lot.license_class
