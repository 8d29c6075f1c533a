"""All queries of one ledger, as one port.

Each answer holds only what the viewer may see (rule X7) and comes from one snapshot.
"""

from typing import Protocol

from ledger.application.queries.activation_keys import ActivationKeyQueries, RedemptionQueries
from ledger.application.queries.balances import BalanceQueries
from ledger.application.queries.blocks import BlockQueries
from ledger.application.queries.catalog import CatalogQueries
from ledger.application.queries.claims import ClaimQueries
from ledger.application.queries.companies import CompanyQueries
from ledger.application.queries.company_imports import CompanyImportQueries
from ledger.application.queries.corrections import CorrectionQueries
from ledger.application.queries.delivered_devices import DeliveredDeviceQueries
from ledger.application.queries.device_moves import DeviceMoveQueries
from ledger.application.queries.devices import DeviceQueries
from ledger.application.queries.expirations import ExpirationQueries
from ledger.application.queries.history import HistoryQueries
from ledger.application.queries.invitations import InvitationQueries
from ledger.application.queries.legacy import LegacyQueries
from ledger.application.queries.legacy_keys import LegacyKeyQueries
from ledger.application.queries.license_file_downloads import LicenseFileDownloadQueries
from ledger.application.queries.license_files import LicenseFileQueries
from ledger.application.queries.me import MeQueries
from ledger.application.queries.members import MemberQueries
from ledger.application.queries.projects import ProjectQueries
from ledger.application.queries.replacements import ReplacementQueries
from ledger.application.queries.returns import ReturnQueries
from ledger.application.queries.search import SearchQueries
from ledger.application.queries.set_aside import StopQueries
from ledger.application.queries.software_service import SoftwareServiceQueries
from ledger.application.queries.support_cases import SupportCaseQueries
from ledger.application.queries.test_licenses import TestLicensesQueries
from ledger.application.queries.warranty import WarrantyQueries
from runtime.positions import Positions


class Queries(
    Positions,
    CompanyQueries,
    ProjectQueries,
    BalanceQueries,
    DeviceQueries,
    LicenseFileQueries,
    LicenseFileDownloadQueries,
    ReturnQueries,
    ActivationKeyQueries,
    RedemptionQueries,
    CatalogQueries,
    DeliveredDeviceQueries,
    WarrantyQueries,
    TestLicensesQueries,
    SoftwareServiceQueries,
    MeQueries,
    MemberQueries,
    InvitationQueries,
    CompanyImportQueries,
    DeviceMoveQueries,
    ClaimQueries,
    BlockQueries,
    CorrectionQueries,
    LegacyQueries,
    LegacyKeyQueries,
    ReplacementQueries,
    StopQueries,
    HistoryQueries,
    ExpirationQueries,
    SearchQueries,
    SupportCaseQueries,
    Protocol,
):
    """What ledger-api asks of one ledger: the queries of every family, and the views across them."""
