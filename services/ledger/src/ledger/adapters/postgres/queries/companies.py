"""Queries of companies."""

from typing import Any

from contracts.fields import CompanyKind
from ledger.adapters.postgres.queries import block_columns
from ledger.adapters.postgres.queries.snapshots import SnapshotReader
from ledger.application.queries.companies import CompanyView
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page, Start, one_page
from runtime.postgres.walks import walked

_COMPANY = f"""
SELECT c.company, c.kind, c.default_project, c.sequence, c.time AS registered, c.imported_into,
       {block_columns.COLUMNS}
  FROM companies AS c {block_columns.join(block_columns.company("c.company"), ledger="c.ledger")}"""  # noqa: S608


class PostgresCompanyQueries(SnapshotReader):
    """Implements CompanyQueries."""

    async def companies(self, viewer: Viewer, kind: CompanyKind | None, start: Start, limit: int) -> Page[CompanyView]:
        async with self.seen(viewer) as (connection, scope):
            arguments: list[Any] = [kind] if kind else []
            where = "WHERE ledger = $1 AND c.sequence {behind} $2" + (" AND c.kind = $4" if kind else "")
            if not scope.sees_all:
                arguments.append(viewer.account)
                where = f"JOIN members AS a USING (ledger, company) {where} AND a.account = ${len(arguments) + 3}"
            query = f"{_COMPANY} {where} ORDER BY c.sequence {{direction}} LIMIT $3"
            rows = await connection.fetch(walked(query, start), self.ledger, start.after, limit + 1, *arguments)
            return one_page((CompanyView(**block_columns.viewed(row)) for row in rows), limit)

    async def company(self, viewer: Viewer, company: str) -> CompanyView | None:
        query = f"{_COMPANY} WHERE ledger = $1 AND company = $2"
        async with self.seen(viewer) as (connection, scope):
            if not scope.sees_all and company != scope.company:
                return None
            row = await connection.fetchrow(query, self.ledger, company)
            return row and CompanyView(**block_columns.viewed(row))
