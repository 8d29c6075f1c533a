"""Queries of members and rights."""

from ledger.adapters.postgres.queries.snapshots import SnapshotReader
from ledger.application.queries.members import CompanyGrantView, GrantPlace, GrantView, MemberView
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page, one_page

_MEMBERS = """
SELECT account, administrator, sequence, time AS since FROM members
 WHERE ledger = $1 AND company = $2 AND account > $3 ORDER BY account LIMIT $4"""
_GRANTS = """
SELECT account, acting_for, rights, sequence, time AS since FROM grants
 WHERE ledger = $1 AND project = $2 AND (account, acting_for) > ($3, $4) ORDER BY account, acting_for LIMIT $5"""

_COMPANY_GRANTS = """
SELECT g.account, g.acting_for, g.project, p.name AS project_name, g.rights, g.sequence, g.time AS since
  FROM grants AS g JOIN projects AS p USING (ledger, project)
 WHERE ledger = $1 AND g.company = $2 AND (g.account, g.acting_for, project) > ($3, $4, $5){account}
 ORDER BY g.account, g.acting_for, project LIMIT $6"""


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

    async def company_grants(
        self, viewer: Viewer, company: str, account: str | None, after: GrantPlace, limit: int
    ) -> Page[CompanyGrantView] | None:
        async with self.seen(viewer) as (connection, scope):
            if not scope.administers_or_staff(company):
                return None
            query = _COMPANY_GRANTS.format(account="" if account is None else " AND g.account = $7")
            narrower = [] if account is None else [account]
            rows = await connection.fetch(query, self.ledger, company, *after, limit + 1, *narrower)
            return one_page((CompanyGrantView(**row) for row in rows), limit)
