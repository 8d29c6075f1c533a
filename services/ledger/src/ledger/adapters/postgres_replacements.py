"""The queries about broken devices and what stands in for them, on PostgreSQL."""

import json
from typing import Any

from ledger.adapters.postgres_legacy import PostgresLegacyQueries
from ledger.adapters.postgres_queries import one_page, snapshot
from ledger.adapters.postgres_scope import Scope, scope_of
from ledger.application.queries import LicensesView, Page, Viewer
from ledger.application.queries_replacements import ReplacementView

_COLUMNS = """
SELECT r.serial, r.replacement, r.rma, r.project, r.reason, r.other_model, r.lots, r.sequence, r.time AS replaced,
       p.company
  FROM replacements AS r JOIN projects AS p USING (ledger, project)"""
_ALL = f"{_COLUMNS} WHERE r.ledger = $1 AND r.sequence > $2 ORDER BY r.sequence LIMIT $3"
_OWN = f"""
({_COLUMNS} WHERE r.ledger = $1 AND r.sequence > $2 AND p.company = $4 ORDER BY r.sequence LIMIT $3)
UNION
({_COLUMNS} WHERE r.ledger = $1 AND r.sequence > $2 AND p.project = ANY($5) ORDER BY r.sequence LIMIT $3)
ORDER BY sequence LIMIT $3"""
_ONE = f"{_COLUMNS} WHERE r.ledger = $1 AND r.serial = $2"


class PostgresReplacementQueries(PostgresLegacyQueries):
    """Implements ReplacementQueries for one ledger, on a pool whose search_path is the schema."""

    async def replacements(self, viewer: Viewer, after: int, limit: int) -> Page[ReplacementView]:
        async with snapshot(self._pool) as connection:
            scope = await scope_of(connection, self._ledger, viewer)
            everything, *own = scope.lists()
            query, arguments = (_ALL, []) if everything else (_OWN, own)
            rows = await connection.fetch(query, self._ledger, after, limit + 1, *arguments)
            return one_page((_view(row, scope) for row in rows), limit)

    async def replacement(self, viewer: Viewer, serial: str) -> ReplacementView | None:
        async with snapshot(self._pool) as connection:
            scope = await scope_of(connection, self._ledger, viewer)
            row = await connection.fetchrow(_ONE, self._ledger, serial)
            return _view(row, scope) if row and scope.may(row["company"], row["project"], "view") else None


def _view(row: Any, scope: Scope) -> ReplacementView:
    """Why staff did it, is for the company's administrators and for staff."""
    said = {name: value for name, value in row.items() if name not in ("lots", "company")}
    if not scope.sees_all and not (scope.administers and row["company"] == scope.company):
        said["reason"] = None
    return ReplacementView(**said, licenses=[LicensesView(**lot) for lot in json.loads(row["lots"])])
