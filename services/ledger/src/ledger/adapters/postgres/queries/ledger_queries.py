"""All queries of one ledger on PostgreSQL."""

from ledger.adapters.postgres.queries.balances import PostgresBalanceQueries
from ledger.adapters.postgres.queries.blocks import PostgresBlockQueries
from ledger.adapters.postgres.queries.catalog import PostgresCatalogQueries
from ledger.adapters.postgres.queries.claims import PostgresClaimQueries
from ledger.adapters.postgres.queries.companies import PostgresCompanyQueries
from ledger.adapters.postgres.queries.company_imports import PostgresCompanyImportQueries
from ledger.adapters.postgres.queries.corrections import PostgresCorrectionQueries
from ledger.adapters.postgres.queries.delivered_devices import PostgresDeliveredDeviceQueries
from ledger.adapters.postgres.queries.device_moves import PostgresDeviceMoveQueries
from ledger.adapters.postgres.queries.expirations import PostgresExpirationQueries
from ledger.adapters.postgres.queries.history import PostgresHistoryQueries
from ledger.adapters.postgres.queries.invitations import PostgresInvitationQueries
from ledger.adapters.postgres.queries.legacy import PostgresLegacyQueries
from ledger.adapters.postgres.queries.legacy_keys import PostgresLegacyKeyQueries
from ledger.adapters.postgres.queries.license_file_downloads import PostgresLicenseFileDownloadQueries
from ledger.adapters.postgres.queries.license_files import PostgresLicenseFileQueries
from ledger.adapters.postgres.queries.me import PostgresMeQueries
from ledger.adapters.postgres.queries.members import PostgresMemberQueries
from ledger.adapters.postgres.queries.replacements import PostgresReplacementQueries
from ledger.adapters.postgres.queries.returns import PostgresReturnQueries
from ledger.adapters.postgres.queries.search import PostgresSearchQueries
from ledger.adapters.postgres.queries.set_aside import PostgresStopQueries
from ledger.adapters.postgres.queries.software_service import PostgresSoftwareServiceQueries
from ledger.adapters.postgres.queries.support_cases import PostgresSupportCaseQueries
from ledger.adapters.postgres.queries.test_licenses import PostgresTestLicensesQueries
from ledger.adapters.postgres.queries.totals import PostgresTotalQueries
from ledger.adapters.postgres.queries.warranty import PostgresWarrantyQueries


class PostgresQueries(
    PostgresCompanyQueries,
    PostgresBalanceQueries,
    PostgresLicenseFileQueries,
    PostgresLicenseFileDownloadQueries,
    PostgresReturnQueries,
    PostgresHistoryQueries,
    PostgresCatalogQueries,
    PostgresDeliveredDeviceQueries,
    PostgresWarrantyQueries,
    PostgresTestLicensesQueries,
    PostgresSoftwareServiceQueries,
    PostgresMeQueries,
    PostgresMemberQueries,
    PostgresInvitationQueries,
    PostgresCompanyImportQueries,
    PostgresDeviceMoveQueries,
    PostgresClaimQueries,
    PostgresBlockQueries,
    PostgresCorrectionQueries,
    PostgresLegacyQueries,
    PostgresLegacyKeyQueries,
    PostgresReplacementQueries,
    PostgresStopQueries,
    PostgresExpirationQueries,
    PostgresSearchQueries,
    PostgresSupportCaseQueries,
    PostgresTotalQueries,
):
    """Implements Queries: each base is a family, or a view across families."""
