"""Queries of members and rights."""

from ledger.adapters.postgres.queries.snapshots import SnapshotReader
from ledger.application.queries.members import GrantView, MemberView
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page, one_page

_MEMBERS = """
SELECT account, administrator, sequence, time AS since FROM members
 WHERE ledger = $1 AND company = $2 AND account > $3 ORDER BY account LIMIT $4"""
_GRANTS = """
SELECT account, acting_for, rights, sequence, time AS since FROM grants
 WHERE ledger = $1 AND project = $2 AND (account, acting_for) > ($3, $4) ORDER BY account, acting_for LIMIT $5"""


class PostgresMemberQueries(SnapshotReader):
    """Implements MemberQueries."""

    async def members(self, viewer: Viewer, company: str, after: str, limit: int) -> Page[MemberView] | None:
        async with self.seen(viewer) as (connection, scope):
            if not scope.administers_or_staff(company):
                return None
            rows = await connection.fetch(_MEMBERS, self.ledger, company, after, limit + 1)
            return one_page((MemberView(**row) for row in rows), limit)

    async def grants(self, viewer: Viewer, project: str, after: tuple[str, str], limit: int) -> Page[GrantView] | None:
        async with self.seen(viewer) as (connection, scope):
            if not await self._may(connection, scope, project, "rights"):
                return None
            rows = await connection.fetch(_GRANTS, self.ledger, project, *after, limit + 1)
            return one_page((GrantView(**row) for row in rows), limit)
