"""Query of the caller."""

from ledger.adapters.postgres.queries.snapshots import SnapshotReader
from ledger.application.queries.me import MAX_COMPANIES, Memberships, MembershipView, RightsView
from ledger.application.queries.visibility import Viewer
from runtime.pages import one_page

_COMPANIES = """
SELECT company, c.kind, c.default_project, m.administrator
  FROM members AS m JOIN companies AS c USING (ledger, company)
 WHERE m.ledger = $1 AND m.account = $2 ORDER BY c.sequence LIMIT $3"""
_RIGHTS = """
SELECT g.project, p.name AS project_name, p.company FROM grants AS g JOIN projects AS p USING (ledger, project)
 WHERE g.ledger = $1 AND g.account = $2 AND g.acting_for = $3 AND g.project > $4 ORDER BY g.project LIMIT $5"""


class PostgresMeQueries(SnapshotReader):
    """Implements MeQueries."""

    async def require_staff(self, viewer: Viewer) -> None:
        async with self.seen_by_staff(viewer):
            pass

    async def memberships(self, viewer: Viewer, after: str, limit: int) -> Memberships:
        async with self.seen(viewer) as (connection, scope):
            companies = await connection.fetch(_COMPANIES, self.ledger, viewer.account, MAX_COMPANIES)
            who = viewer.account, scope.company
            rows = await connection.fetch(_RIGHTS, self.ledger, *who, after, limit + 1)
            rights = (RightsView(**row, rights=list(scope.rights_in(row["company"], row["project"]))) for row in rows)
            return Memberships(
                staff=scope.sees_all,
                companies=[MembershipView(**row) for row in companies],
                rights=one_page(rights, limit),
            )
