"""Queries of invitations."""

from ledger.adapters.postgres.queries.snapshots import SnapshotReader
from ledger.application.queries.invitations import InvitationView
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page, one_page

_INVITATIONS = """
SELECT code_digest, code_hint, expires, account, sequence, time AS created,
       CASE WHEN account IS NOT NULL THEN 'accepted' WHEN withdrawn THEN 'withdrawn' ELSE 'open' END AS state
  FROM invitations WHERE ledger = $1 AND company = $2 AND sequence > $3 ORDER BY sequence LIMIT $4"""

_JOINED = "SELECT company FROM invitations WHERE ledger = $1 AND code_digest = $2 AND account = $3"


class PostgresInvitationQueries(SnapshotReader):
    """Implements InvitationQueries."""

    async def invitations(self, viewer: Viewer, company: str, after: int, limit: int) -> Page[InvitationView] | None:
        async with self.seen(viewer) as (connection, scope):
            if not scope.administers_or_staff(company):
                return None
            rows = await connection.fetch(_INVITATIONS, self.ledger, company, after, limit + 1)
            return one_page((InvitationView(**row) for row in rows), limit)

    async def joined(self, account: str, code_digest: str) -> str | None:
        async with self.snapshot() as connection:
            found: str | None = await connection.fetchval(_JOINED, self.ledger, code_digest, account)
            return found
