"""Which table keeps which rows: one that grows, or one with a current row per key.

Rows that change other rows are written by the module of their family.
"""

from typing import Any

from ledger.adapters.postgres.projection.statements import CurrentTable, Table
from ledger.application.projection.activation_keys import KeyRow
from ledger.application.projection.catalog import LicenseTypeRow, ModelRow
from ledger.application.projection.changes import Changes
from ledger.application.projection.claims import ClaimCodeRow
from ledger.application.projection.companies import CompanyRow
from ledger.application.projection.company_imports import CompanyOfferRow
from ledger.application.projection.corrections import CorrectionRow
from ledger.application.projection.delivered_devices import DeliveredRow
from ledger.application.projection.device_moves import DeviceOfferRow
from ledger.application.projection.devices import ArrivalRow, DeviceRow, StayRow
from ledger.application.projection.fold import MovementRow
from ledger.application.projection.history import EntryRow, SubjectRow
from ledger.application.projection.invitations import InvitationRow
from ledger.application.projection.legacy import LegacyConsentRow, LegacyConversionRow, LegacyImportRow
from ledger.application.projection.legacy_keys import LegacyKeyRow
from ledger.application.projection.license_file_downloads import DownloadRow
from ledger.application.projection.license_files import LicenseFileDeliveryRow
from ledger.application.projection.members import GrantRow, MemberRow
from ledger.application.projection.projects import ProjectRow
from ledger.application.projection.replacements import ReplacementRow
from ledger.application.projection.returns import LimitReleaseRow, SpentCertificateRow
from ledger.application.projection.set_aside import SetAsideRow
from ledger.application.projection.software_service import ServiceRow
from ledger.application.projection.test_licenses import TestReleaseRow, TestRow
from ledger.application.projection.warranty import WarrantyRow

GROWING = (
    Table("activation_keys", KeyRow),
    Table("claim_codes", ClaimCodeRow),
    Table("companies", CompanyRow),
    Table("corrections", CorrectionRow),
    Table("delivered_devices", DeliveredRow),
    Table("deliveries", LicenseFileDeliveryRow),
    Table("device_stays", StayRow),
    Table("device_versions", DeviceRow),
    Table("entries", EntryRow),
    Table("invitations", InvitationRow),
    Table("legacy_consents", LegacyConsentRow),
    Table("legacy_conversions", LegacyConversionRow),
    Table("legacy_imports", LegacyImportRow),
    Table("legacy_keys", LegacyKeyRow),
    Table("movements", MovementRow),
    Table("projects", ProjectRow),
    Table("replacements", ReplacementRow),
    Table("return_limit_releases", LimitReleaseRow),
    Table("set_asides", SetAsideRow),
    Table("spent_certificates", SpentCertificateRow),
    Table("staff_downloads", DownloadRow),
    Table("subject_entries", SubjectRow),
    Table("test_licenses", TestRow, {"each": "count"}),
    Table("test_releases", TestReleaseRow),
    Table("warranty_versions", WarrantyRow),
)
CURRENT = (
    CurrentTable("company_offers", CompanyOfferRow),
    CurrentTable("device_arrivals", ArrivalRow),
    CurrentTable("device_models", ModelRow),
    CurrentTable("device_offers", DeviceOfferRow),
    CurrentTable("grants", GrantRow, keys=3),
    CurrentTable("license_types", LicenseTypeRow),
    CurrentTable("members", MemberRow, keys=2),
    CurrentTable("software_services", ServiceRow),
    CurrentTable("warranties", WarrantyRow),
)


async def add_rows(connection: Any, ledger: int, changes: Changes) -> None:
    """Let the growing tables grow."""
    for table in GROWING:
        await table.add(connection, ledger, changes.of(table.kind))


async def replace_rows(connection: Any, ledger: int, changes: Changes) -> None:
    """Bring the current rows up to date."""
    for table in CURRENT:
        await table.replace(connection, ledger, changes)
