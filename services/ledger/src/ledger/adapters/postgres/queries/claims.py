"""Queries of claim codes."""

from ledger.adapters.postgres.queries.snapshots import SnapshotReader
from ledger.application.queries.claims import ClaimCodeView
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page, one_page

_CODES = """
SELECT code_digest, code_hint, expires, serial, sequence, time AS created,
       CASE WHEN serial IS NOT NULL THEN 'used' WHEN withdrawn THEN 'withdrawn' ELSE 'open' END AS state
  FROM claim_codes WHERE ledger = $1 AND project = $2 AND sequence > $3 ORDER BY sequence LIMIT $4"""


class PostgresClaimQueries(SnapshotReader):
    """Implements ClaimQueries."""

    async def claim_codes(self, viewer: Viewer, project: str, after: int, limit: int) -> Page[ClaimCodeView] | None:
        async with self.seen(viewer) as (connection, scope):
            if not await self._may(connection, scope, project, "licenses"):
                return None
            rows = await connection.fetch(_CODES, self.ledger, project, after, limit + 1)
            return one_page((ClaimCodeView(**row) for row in rows), limit)
