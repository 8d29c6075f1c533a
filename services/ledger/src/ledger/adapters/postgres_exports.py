"""Exports from PostgreSQL by a server-side cursor: memory does not grow with the number of rows."""

from collections.abc import AsyncGenerator
from typing import Any

from ledger.adapters.postgres_queries import PostgresQueries
from ledger.application.queries import Viewer
from ledger.application.queries_exports import Batch, Wanted

ROWS = 5_000
"""Rows of a batch: about a megabyte."""

# $2, $3, $7: the viewer's reach (all, a company, single projects); $4: one project with its devices, or all of these.
_SEEN = "($2 OR company = $3 OR project = ANY ($7))"
_ACCOUNTS = f"""
SELECT 'project/' || project FROM projects
 WHERE ledger = $1 AND {_SEEN} AND ($4::text IS NULL OR project = $4)
UNION ALL
SELECT 'held/' || project FROM projects
 WHERE ledger = $1 AND {_SEEN} AND ($4::text IS NULL OR project = $4)
UNION ALL
SELECT 'device/' || serial FROM devices
 WHERE ledger = $1 AND {_SEEN} AND ($4::text IS NULL OR project = $4)"""  # noqa: S608
# What happened to a device while it was another company's is not shown.
_SHOWN = f"""
       m.ledger = $1 AND m.sequence > $5 AND m.sequence <= $6
   AND (($2 AND $4::text IS NULL) OR m.account IN ({_ACCOUNTS}))
   AND ($2 OR EXISTS (SELECT FROM entries AS e
                       WHERE e.ledger = $1 AND e.sequence = m.sequence AND e.companies && $8))"""
_OWNERS = """
SELECT coalesce(array_agg(DISTINCT company), '{}') FROM projects
 WHERE ledger = $1 AND NOT $2 AND (company = $3 OR project = ANY ($4))"""
_MOVEMENTS = f"""
SELECT m.sequence, m.line, m.time, m.account, m.license_type, m.units, m.held, m.event_type, m.actor, m.command_id
  FROM movements AS m WHERE {_SHOWN} ORDER BY m.sequence, m.line"""  # noqa: S608
_BALANCES = f"""
SELECT account, license_type, held, sequence, time FROM (
       SELECT DISTINCT ON (m.account, m.license_type) m.account, m.license_type, m.held, m.sequence, m.time
         FROM movements AS m WHERE {_SHOWN}
        ORDER BY m.account DESC, m.license_type DESC, m.sequence DESC, m.line DESC) AS newest
 WHERE held > 0"""  # noqa: S608


class PostgresExports:
    """Implements Exports with the rights that queries have."""

    def __init__(self, queries: PostgresQueries) -> None:
        self._queries = queries

    def movements(self, viewer: Viewer, wanted: Wanted) -> AsyncGenerator[Batch]:
        return self._batches(_MOVEMENTS, viewer, wanted)

    def balances(self, viewer: Viewer, wanted: Wanted) -> AsyncGenerator[Batch]:
        return self._batches(_BALANCES, viewer, wanted)

    async def _batches(self, query: str, viewer: Viewer, wanted: Wanted) -> AsyncGenerator[Batch]:
        async with self._queries.seen(viewer) as (connection, scope):
            everything, company, projects = scope.lists()
            owners: list[str] = await connection.fetchval(_OWNERS, self._queries.ledger, everything, company, projects)
            cursor: Any = await connection.cursor(
                query,
                self._queries.ledger,
                everything,
                company,
                wanted.project,
                wanted.after,
                wanted.until,
                projects,
                owners,
            )
            rows = await cursor.fetch(ROWS)
            yield rows
            while len(rows) == ROWS:
                rows = await cursor.fetch(ROWS)
                yield rows
