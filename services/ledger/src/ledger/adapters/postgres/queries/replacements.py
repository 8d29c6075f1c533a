"""Queries of broken devices and what stands in for them."""

from typing import Any

from ledger.adapters.postgres.queries.lots import lots
from ledger.adapters.postgres.queries.snapshots import SnapshotReader
from ledger.adapters.postgres.queries.texts import with_texts
from ledger.adapters.postgres.queries.visibility import Scope
from ledger.application.queries.replacements import ReplacementView
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page, Start, one_page
from runtime.postgres.walks import walked

_COLUMNS = """
SELECT serial, replacement, rma, company, project, reason, other_model, lots, sequence, time AS replaced,
       recommissioned_sequence, recommissioned
  FROM replacements"""
_ALL = f"{_COLUMNS} WHERE ledger = $1 AND sequence {{behind}} $2 ORDER BY sequence {{direction}} LIMIT $3"
# A walk for the company and one for each granted project, as far as the page goes.
_OWN = f"""
({_COLUMNS} WHERE ledger = $1 AND company = $4 AND sequence {{behind}} $2 ORDER BY sequence {{direction}} LIMIT $3)
UNION
(SELECT shown.* FROM unnest($5::text[]) AS granted (id) CROSS JOIN LATERAL (
        {_COLUMNS} WHERE ledger = $1 AND project = granted.id AND sequence {{behind}} $2
         ORDER BY sequence {{direction}} LIMIT $3) AS shown)
ORDER BY sequence {{direction}} LIMIT $3"""  # noqa: S608 - made of our own words
_ONE = f"{_COLUMNS} WHERE ledger = $1 AND serial = $2 ORDER BY sequence DESC LIMIT 1"


class PostgresReplacementQueries(SnapshotReader):
    """Implements ReplacementQueries."""

    async def replacements(self, viewer: Viewer, start: Start, limit: int) -> Page[ReplacementView]:
        async with self.seen(viewer) as (connection, scope):
            everything, *own = scope.lists()
            query, arguments = (_ALL, []) if everything else (_OWN, own)
            rows = await connection.fetch(walked(query, start), self.ledger, start.after, limit + 1, *arguments)
            told = await with_texts(connection, self.ledger, rows)
            return one_page((_view(row, scope) for row in told), limit)

    async def replacement(self, viewer: Viewer, serial: str) -> ReplacementView | None:
        async with self.seen(viewer) as (connection, scope):
            row = await connection.fetchrow(_ONE, self.ledger, serial)
            if row is None or not scope.may(row["company"], row["project"], "view"):
                return None
            return _view((await with_texts(connection, self.ledger, [row]))[0], scope)


def _view(row: Any, scope: Scope) -> ReplacementView:
    """Why staff did it, is for the company's administrators and for staff."""
    said = {name: value for name, value in row.items() if name not in ("lots", "company")}
    if not scope.sees_all and not (scope.administers and row["company"] == scope.company):
        said["reason"] = None
    return ReplacementView(**said, licenses=lots(row["lots"]))
