"""Queries of offers of companies."""

from ledger.adapters.postgres.queries.snapshots import SnapshotReader
from ledger.application.queries.company_imports import CompanyOfferView
from ledger.application.queries.visibility import Viewer
from runtime.denied import NoRight
from runtime.pages import Page, one_page

_COMPANY_OFFERS = """
SELECT company, offered_to, sequence, time AS offered FROM company_offers
 WHERE ledger = $1 AND ($2 OR offered_to = $3 OR company = $3) AND company > $4 ORDER BY company LIMIT $5"""


class PostgresCompanyImportQueries(SnapshotReader):
    """Implements CompanyImportQueries."""

    async def company_offers(self, viewer: Viewer, after: str, limit: int) -> Page[CompanyOfferView]:
        async with self.seen(viewer) as (connection, scope):
            if not scope.administers:
                raise NoRight("rights")
            rows = await connection.fetch(_COMPANY_OFFERS, self.ledger, scope.sees_all, scope.company, after, limit + 1)
            return one_page((CompanyOfferView(**row) for row in rows), limit)
