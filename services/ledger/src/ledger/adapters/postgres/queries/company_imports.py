"""Queries of offers of companies."""

from ledger.adapters.postgres.queries.past_visibility import past_of
from ledger.adapters.postgres.queries.snapshots import SnapshotReader
from ledger.application.queries.company_imports import CompanyOfferView
from ledger.application.queries.visibility import Viewer
from runtime.denied import NoRight
from runtime.pages import Page, one_page

_COMPANY_OFFERS = """
SELECT o.company, o.offered_to, o.sequence, o.time AS offered, e.actor
  FROM company_offers AS o JOIN entries AS e USING (ledger, sequence)
 WHERE ledger = $1 AND ($2 OR o.offered_to = $3 OR o.company = $3) AND o.company > $4 ORDER BY o.company LIMIT $5"""


class PostgresCompanyImportQueries(SnapshotReader):
    """Implements CompanyImportQueries."""

    async def company_offers(self, viewer: Viewer, after: str, limit: int) -> Page[CompanyOfferView]:
        async with self.seen(viewer) as (connection, scope):
            if not scope.administers:
                raise NoRight("rights")
            rows = await connection.fetch(_COMPANY_OFFERS, self.ledger, scope.sees_all, scope.company, after, limit + 1)
            past = await past_of(connection, self.ledger, scope)
            return one_page((CompanyOfferView(**past.told(row), company=row["company"]) for row in rows), limit)
