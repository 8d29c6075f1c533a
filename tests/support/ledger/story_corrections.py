"""What staff does, for the tests of its rules."""

from datetime import date

from contracts.actors import Account
from contracts.commands.blocks import (
    BlockActivationKey,
    BlockCompany,
    BlockDevice,
    UnblockActivationKey,
    UnblockCompany,
    UnblockDevice,
)
from contracts.commands.corrections import (
    ApproveCorrection,
    ProposeCorrection,
    ProposeDeliveryCorrection,
    RejectCorrection,
)
from contracts.commands.devices import DownloadLicenseFile
from contracts.commands.legacy import (
    ConvertLegacyLicenses,
    GiveLegacyConsent,
    ImportLegacyKey,
    ImportLegacyLicenses,
    RegisterLegacyKeys,
)
from contracts.commands.members import AddMember
from contracts.commands.replacements import ReplaceDevice
from contracts.commands.returns import ReleaseReturnLimit, ReportSpentCertificate
from contracts.identifiers import derived_id
from contracts.legacy import Inconvertible, LegacyLicenses, ListedKey, convert, preview_digest
from contracts.log.postings import device_account, project_account
from ledger.domain.cold_state import LegacyHeld
from tests.support.ledger.story import ADRIA, CERTIFICATE, HOTEL, KEY, SERIAL, VENDOR, Story, licenses, staff

SECOND = derived_id("w", "account")
CORRECTION = derived_id("c", "correction")
REASON, REFERENCE = "Ordered by mistake", "CASE-2026-0117"
PLACE = project_account(HOTEL)
ON_DEVICE = device_account(SERIAL)
SPARE = "0090330102f0"
RMA = "RMA-2026-000117"

second = Account(account=SECOND, company=VENDOR)


def with_a_second_clerk(story: Story) -> Story:
    """The vendor has two accounts, as two persons are needed for a correction."""
    return story.given((staff, AddMember(company=VENDOR, account=SECOND, administrator=True)))


def block_key(key: str = KEY) -> BlockActivationKey:
    return BlockActivationKey(key_digest=key, reason=REASON, reference=REFERENCE)


def unblock_key(key: str = KEY) -> UnblockActivationKey:
    return UnblockActivationKey(key_digest=key, reason=REASON, reference=REFERENCE)


def block_device(serial: str = SERIAL) -> BlockDevice:
    return BlockDevice(serial=serial, reason=REASON, reference=REFERENCE)


def unblock_device(serial: str = SERIAL) -> UnblockDevice:
    return UnblockDevice(serial=serial, reason=REASON, reference=REFERENCE)


def block_company(company: str = ADRIA) -> BlockCompany:
    return BlockCompany(company=company, reason=REASON, reference=REFERENCE)


def unblock_company(company: str = ADRIA) -> UnblockCompany:
    return UnblockCompany(company=company, reason=REASON, reference=REFERENCE)


def propose(source: str, target: str, correction: str = CORRECTION, **counts: int) -> ProposeCorrection:
    return ProposeCorrection(
        correction=correction,
        source=source,
        target=target,
        licenses=licenses(**counts),
        reason=REASON,
        reference=REFERENCE,
    )


def propose_delivery(
    on: str = "2026-06-01", model: str = "IP811", serial: str = SERIAL, correction: str = CORRECTION
) -> ProposeDeliveryCorrection:
    return ProposeDeliveryCorrection(
        correction=correction,
        serial=serial,
        model=model,
        delivered_on=date.fromisoformat(on),
        reason=REASON,
        reference=REFERENCE,
    )


def approve(correction: str = CORRECTION) -> ApproveCorrection:
    return ApproveCorrection(correction=correction)


def reject(correction: str = CORRECTION) -> RejectCorrection:
    return RejectCorrection(correction=correction, reason="It was right")


def release_limit(serial: str = SERIAL) -> ReleaseReturnLimit:
    return ReleaseReturnLimit(serial=serial, reason=REASON, reference=REFERENCE)


def report_spent(generation: int = 1, serial: str = SERIAL) -> ReportSpentCertificate:
    return ReportSpentCertificate(serial=serial, generation=generation, certificate_sha256=CERTIFICATE)


def download(generation: int, issue: int, serial: str = SERIAL) -> DownloadLicenseFile:
    return DownloadLicenseFile(
        serial=serial,
        generation=generation,
        issue=issue,
        file_sha256="f0" * 32,
        reason=REASON,
        reference=REFERENCE,
    )


def bring_in(
    old: dict[str, int], *, on: str | None = None, key: str | None = None, into: str = HOTEL
) -> ImportLegacyLicenses:
    return ImportLegacyLicenses(
        project=into,
        serial=on,
        key_digest=key,
        licenses=tuple(LegacyLicenses(license_name=name, count=count) for name, count in old.items()),
        reference="EXPORT-7",
    )


def listed(key: str, old: dict[str, int], company: str | None = None) -> RegisterLegacyKeys:
    """A key as it stands on the old manager's list."""
    lots = tuple(LegacyLicenses(license_name=name, count=count) for name, count in old.items())
    return RegisterLegacyKeys(keys=(ListedKey(key_digest=key, licenses=lots, company=company),), reference="EXPORT-8")


def old_key(key: str, into: str = HOTEL) -> ImportLegacyKey:
    return ImportLegacyKey(project=into, key_digest=key)


def consent(serial: str = SERIAL) -> GiveLegacyConsent:
    return GiveLegacyConsent(serial=serial)


def replace(
    serial: str = SERIAL,
    replacement: str = SPARE,
    rma: str = RMA,
    *,
    other_model: bool = False,
    project: str | None = None,
) -> ReplaceDevice:
    said = {"serial": serial, "replacement": replacement, "rma": rma, "reason": "It does not start."}
    return ReplaceDevice.model_validate({**said, "other_model": other_model, "project": project})


def old(story: Story, account: str = PLACE) -> dict[str, int]:
    return dict(story.ledger.rare.legacy.get(account, LegacyHeld()).licenses)


def convert_as_seen(story: Story, project: str = HOTEL) -> ConvertLegacyLicenses:
    """The command that carries the digest of the preview of now."""
    there = old(story, project_account(project))
    new = convert(there)
    digest = "0" * 64 if isinstance(new, Inconvertible) else preview_digest(project, there, new)
    return ConvertLegacyLicenses(project=project, preview_digest=digest)
