"""Rows of what staff does: blocks, corrections, return limits, spent certificates, and old licenses."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from contracts.events import Event
from contracts.events.blocks import (
    ActivationKeyBlocked,
    ActivationKeyUnblocked,
    BlockEvent,
    CompanyBlocked,
    CompanyUnblocked,
    DeviceBlocked,
    DeviceUnblocked,
)
from contracts.events.corrections import (
    CorrectionApplied,
    CorrectionEvent,
    CorrectionProposed,
    CorrectionRejected,
    DeliveryCorrected,
    DeliveryCorrectionProposed,
)
from contracts.events.devices import LicenseFileDownloaded
from contracts.events.legacy import LegacyConsentGiven, LegacyEvent, LegacyLicensesConverted, LegacyLicensesImported
from contracts.events.legacy_keys import LegacyKeyEvent, LegacyKeysRegistered
from contracts.events.replacements import DeviceReplaced, ReplacementEvent
from contracts.events.returns import ReturnLimitReleased, SpentCertificateSeen
from contracts.legacy import LegacyLicenses, LegacyLot
from contracts.licenses import DeviceLicenses, Lot
from contracts.log.entries import Entry
from contracts.log.postings import device_account, held_account, project_account

Held = dict[str, int]
"""Units by name."""


class BlockRow(NamedTuple):
    subject: str
    company: str | None
    reason: str
    reference: str
    sequence: int
    time: datetime


class UnblockRow(NamedTuple):
    subject: str
    reason: str
    reference: str
    sequence: int
    time: datetime


class CorrectionRow(NamedTuple):
    """Of licenses between two accounts, or of a delivery."""

    correction: str
    company: str
    source: str | None
    target: str | None
    lots: tuple[Lot, ...]
    serial: str | None
    model: str | None
    delivered_on: date | None
    reason: str
    reference: str
    proposed_by: str
    sequence: int
    time: datetime


class CorrectionEndRow(NamedTuple):
    correction: str
    state: str
    decided_by: str
    decision_reason: str | None
    sequence: int
    time: datetime


class LimitReleaseRow(NamedTuple):
    serial: str
    reason: str
    reference: str
    sequence: int
    time: datetime


class DownloadRow(NamedTuple):
    serial: str
    generation: int
    issue: int
    file_sha256: str
    company: str
    project: str
    reason: str
    reference: str
    actor: str
    sequence: int
    time: datetime


class SpentCertificateRow(NamedTuple):
    serial: str
    generation: int
    current_generation: int
    certificate_sha256: str
    company: str
    project: str
    sequence: int
    time: datetime


class LegacyKeyRow(NamedTuple):
    key_digest: str
    company: str | None
    licenses: tuple[LegacyLicenses, ...]
    reference: str
    sequence: int
    time: datetime


class LegacyImportRow(NamedTuple):
    company: str
    project: str
    serial: str | None
    key_digest: str | None
    licenses: tuple[LegacyLot, ...]
    reference: str
    sequence: int
    time: datetime


class LegacyConsentRow(NamedTuple):
    serial: str
    company: str
    project: str
    account: str
    sequence: int
    time: datetime


class LegacyConversionRow(NamedTuple):
    company: str
    project: str
    licenses: tuple[LegacyLot, ...]
    lots: tuple[Lot, ...]
    sequence: int
    time: datetime


@dataclass(slots=True)
class StaffChanges:
    """Rows to add, in the order of their entries, and what old licenses the touched accounts hold afterwards."""

    legacy: defaultdict[str, Held] = field(default_factory=lambda: defaultdict[str, Held](dict))
    blocks: list[BlockRow | UnblockRow] = field(default_factory=list[BlockRow | UnblockRow])
    corrections: list[CorrectionRow] = field(default_factory=list[CorrectionRow])
    correction_ends: list[CorrectionEndRow] = field(default_factory=list[CorrectionEndRow])
    limit_releases: list[LimitReleaseRow] = field(default_factory=list[LimitReleaseRow])
    spent_certificates: list[SpentCertificateRow] = field(default_factory=list[SpentCertificateRow])
    downloads: list[DownloadRow] = field(default_factory=list[DownloadRow])
    legacy_keys: list[LegacyKeyRow] = field(default_factory=list[LegacyKeyRow])
    legacy_imports: list[LegacyImportRow] = field(default_factory=list[LegacyImportRow])
    legacy_consents: list[LegacyConsentRow] = field(default_factory=list[LegacyConsentRow])
    legacy_conversions: list[LegacyConversionRow] = field(default_factory=list[LegacyConversionRow])


StaffEvent = (
    BlockEvent
    | CorrectionEvent
    | LegacyKeyEvent
    | LegacyEvent
    | ReplacementEvent
    | ReturnLimitReleased
    | SpentCertificateSeen
    | LicenseFileDownloaded
)


def accounts_of(event: Event) -> frozenset[str]:
    """The accounts that an event of these families moves something in or out of."""
    match event:
        case CorrectionApplied():
            return frozenset({event.source, event.target})
        case DeviceBlocked():
            return frozenset({device_account(event.device.serial)})
        case LegacyLicensesImported(serial=str(serial)):
            return frozenset({device_account(serial)})
        case LegacyLicensesImported() | LegacyLicensesConverted(coverage=None):
            return frozenset({project_account(event.project)})
        case LegacyLicensesConverted():
            return frozenset({project_account(event.project), held_account(event.project)})
        case _:
            return frozenset()


def note(changes: StaffChanges, entry: Entry[Event], event: StaffEvent) -> None:
    """Note an event of these families."""
    at = (entry.sequence, entry.time)
    match event:
        case CorrectionProposed() | CorrectionApplied() | CorrectionRejected():
            _correction(changes, event, at)
        case DeliveryCorrectionProposed() | DeliveryCorrected():
            _correction(changes, event, at)
        case LegacyLicensesImported() | LegacyConsentGiven() | LegacyLicensesConverted() | LegacyKeysRegistered():
            _legacy(changes, event, at)
        case ReturnLimitReleased():
            changes.limit_releases.append(LimitReleaseRow(event.serial, event.reason, event.reference, *at))
        case SpentCertificateSeen():
            changes.spent_certificates.append(_spent(event, at))
        case DeviceReplaced():
            freed(changes, event.former)
        case LicenseFileDownloaded():
            changes.downloads.append(_download(event, entry))
        case _:
            _block(changes, event, at)


def freed(changes: StaffChanges, device: DeviceLicenses) -> None:
    """Old licenses of a device that gave back, or was replaced, are its project's."""
    held = changes.legacy.get(device_account(device.serial))
    if held:
        _add(changes.legacy[project_account(device.project)], held.items())
        held.clear()


def _block(changes: StaffChanges, event: BlockEvent, at: tuple[int, datetime]) -> None:
    match event:
        case ActivationKeyUnblocked() | DeviceUnblocked() | CompanyUnblocked():
            changes.blocks.append(UnblockRow(event.subject, event.reason, event.reference, *at))
        case ActivationKeyBlocked():
            changes.blocks.append(BlockRow(event.subject, None, event.reason, event.reference, *at))
        case DeviceBlocked() | CompanyBlocked():
            changes.blocks.append(BlockRow(event.subject, event.company, event.reason, event.reference, *at))


def _correction(changes: StaffChanges, event: CorrectionEvent, at: tuple[int, datetime]) -> None:
    match event:
        case CorrectionProposed():
            row = CorrectionRow(
                event.correction,
                event.company,
                event.source,
                event.target,
                event.lots,
                None,
                None,
                None,
                event.reason,
                event.reference,
                event.proposed_by,
                *at,
            )
            changes.corrections.append(row)
        case DeliveryCorrectionProposed():
            changes.corrections.append(_delivery(event, at))
        case CorrectionApplied() | DeliveryCorrected():
            changes.correction_ends.append(CorrectionEndRow(event.correction, "applied", event.approved_by, None, *at))
        case CorrectionRejected():
            end = CorrectionEndRow(event.correction, "rejected", event.rejected_by, event.reason, *at)
            changes.correction_ends.append(end)


def _delivery(event: DeliveryCorrectionProposed, at: tuple[int, datetime]) -> CorrectionRow:
    return CorrectionRow(
        event.correction,
        event.company,
        None,
        None,
        (),
        event.serial,
        event.model,
        event.delivered_on,
        event.reason,
        event.reference,
        event.proposed_by,
        *at,
    )


def _legacy(changes: StaffChanges, event: LegacyEvent | LegacyKeyEvent, at: tuple[int, datetime]) -> None:
    match event:
        case LegacyKeysRegistered():
            changes.legacy_keys += [
                LegacyKeyRow(key.key_digest, key.company, key.licenses, event.reference, *at) for key in event.keys
            ]
        case LegacyLicensesImported():
            account = device_account(event.serial) if event.serial else project_account(event.project)
            _add(changes.legacy[account], ((lot.license_name, lot.count) for lot in event.licenses))
            changes.legacy_imports.append(_import(event, at))
        case LegacyConsentGiven():
            changes.legacy_consents.append(
                LegacyConsentRow(event.serial, event.company, event.project, event.account, *at)
            )
        case LegacyLicensesConverted():
            changes.legacy[project_account(event.project)].clear()
            changes.legacy_conversions.append(
                LegacyConversionRow(event.company, event.project, event.licenses, event.lots, *at)
            )


def _import(event: LegacyLicensesImported, at: tuple[int, datetime]) -> LegacyImportRow:
    return LegacyImportRow(
        event.company, event.project, event.serial, event.key_digest, event.licenses, event.reference, *at
    )


def _download(event: LicenseFileDownloaded, entry: Entry[Event]) -> DownloadRow:
    return DownloadRow(
        event.serial,
        event.generation,
        event.issue,
        event.file_sha256,
        event.company,
        event.project,
        event.reason,
        event.reference,
        entry.actor,
        entry.sequence,
        entry.time,
    )


def _spent(event: SpentCertificateSeen, at: tuple[int, datetime]) -> SpentCertificateRow:
    return SpentCertificateRow(
        event.serial,
        event.generation,
        event.current_generation,
        event.certificate_sha256,
        event.company,
        event.project,
        *at,
    )


def _add(held: Held, units: Iterable[tuple[str, int]]) -> None:
    for name, count in units:
        held[name] = held.get(name, 0) + count
