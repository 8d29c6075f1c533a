"""Exports from PostgreSQL by a server-side cursor: memory does not grow with the number of rows."""

from collections.abc import AsyncGenerator
from typing import Any, NamedTuple

from contracts.concerns import COMPANY, subject
from ledger.adapters.postgres_queries import PostgresQueries
from ledger.adapters.postgres_scope import Scope, predecessors_of
from ledger.application.queries import Viewer
from ledger.application.queries_exports import Batch, Wanted

ROWS = 5_000
"""Rows of a batch: about a megabyte."""

_COLUMNS = "m.sequence, m.line, m.time, m.account, m.license_type, m.units, m.held, m.event_type, m.actor, m.command_id"
_ALL_MOVEMENTS = f"""
SELECT {_COLUMNS} FROM movements AS m
 WHERE m.ledger = $1 AND m.sequence > $2 AND m.sequence <= $3 ORDER BY m.sequence, m.line"""  # noqa: S608
_ALL_BALANCES = """
SELECT account, license_type, held, sequence, time FROM (
       SELECT DISTINCT ON (m.account, m.license_type) m.account, m.license_type, m.held, m.sequence, m.time
         FROM movements AS m WHERE m.ledger = $1 AND m.sequence > $2 AND m.sequence <= $3
        ORDER BY m.account DESC, m.license_type DESC, m.sequence DESC, m.line DESC) AS newest
 WHERE held > 0"""

# $4, $5, $7: the viewer's reach (all, a company, single projects); $6: one project with its devices, or all of these.
_SEEN = "($4 OR company = $5 OR project = ANY ($7))"
_GRANTED = "(company IS DISTINCT FROM $5 AND project = ANY ($7))"
_ACCOUNTS = """
SELECT 'project/' || project AS account FROM projects
 WHERE ledger = $1 AND {seen} AND ($6::text IS NULL OR project = $6)
UNION ALL
SELECT 'held/' || project FROM projects
 WHERE ledger = $1 AND {seen} AND ($6::text IS NULL OR project = $6)
UNION ALL
SELECT 'device/' || serial FROM known_devices
 WHERE ledger = $1 AND {seen} AND ($6::text IS NULL OR project = $6)"""
# What happened to a device while it was none of these companies' ($8) is not shown. Asked entry by entry, lest all are
# read.
_SHOWN = """
       m.ledger = $1 AND m.account = a.account AND m.sequence > $2 AND m.sequence <= $3
   AND ($4 OR (SELECT e.companies && $8::text[] FROM entries AS e WHERE e.ledger = $1 AND e.sequence = m.sequence))"""
_OWNERS = """
SELECT coalesce(array_agg(DISTINCT company), '{}') FROM projects
 WHERE ledger = $1 AND NOT $2 AND (company = $3 OR project = ANY ($4))"""
# Account by account, and then put into the order of the ledger: for a few projects.
_MOVEMENTS = f"""
SELECT {_COLUMNS} FROM ({_ACCOUNTS}) AS a JOIN movements AS m ON {_SHOWN} ORDER BY m.sequence, m.line"""  # noqa: S608
_IS_ITS_OWN_NOW = """
    $5 = CASE WHEN m.account LIKE 'device/%'
              THEN (SELECT company FROM known_devices WHERE ledger = $1 AND serial = split_part(m.account, '/', 2))
              ELSE (SELECT company FROM projects WHERE ledger = $1 AND project = split_part(m.account, '/', 2)) END"""
# Entry by entry, so that the first rows of a company with many devices come at once. $9 are the companies that it took
# over, as subjects; an entry that concerns several of all these comes once.
_COMPANY_MOVEMENTS = f"""
(SELECT {_COLUMNS} FROM subject_entries AS s JOIN movements AS m USING (ledger, sequence)
  WHERE s.ledger = $1 AND s.subject = 'companies/' || $5 AND s.sequence > $2 AND s.sequence <= $3
    AND {_IS_ITS_OWN_NOW}
  ORDER BY sequence, line)
UNION ALL
(SELECT {_COLUMNS}
   FROM (SELECT DISTINCT p.ledger, p.sequence FROM subject_entries AS p
          WHERE p.ledger = $1 AND p.subject = ANY ($9) AND p.sequence > $2 AND p.sequence <= $3
            AND NOT EXISTS (SELECT FROM subject_entries AS own WHERE own.ledger = $1
                               AND own.subject = 'companies/' || $5 AND own.sequence = p.sequence)) AS s
   JOIN movements AS m USING (ledger, sequence)
  WHERE {_IS_ITS_OWN_NOW}
  ORDER BY sequence, line)
UNION ALL ({_MOVEMENTS.format(seen=_GRANTED)}) ORDER BY sequence, line"""  # noqa: S608
_BALANCES = f"""
SELECT account, license_type, held, sequence, time
  FROM (SELECT account FROM ({_ACCOUNTS}) AS seen ORDER BY account DESC) AS a
 CROSS JOIN LATERAL (
       SELECT DISTINCT ON (m.license_type) m.license_type, m.held, m.sequence, m.time FROM movements AS m
        WHERE {_SHOWN} ORDER BY m.license_type DESC, m.sequence DESC, m.line DESC) AS newest
 WHERE held > 0"""  # noqa: S608


class Export(NamedTuple):
    """The same rows, asked in the way that suits the reach: the whole ledger, a company, or some projects.

    None where a company is asked for as its projects are.
    """

    ledger: str
    company: str | None
    projects: str


MOVEMENTS = Export(_ALL_MOVEMENTS, _COMPANY_MOVEMENTS, _MOVEMENTS.format(seen=_SEEN))
BALANCES = Export(_ALL_BALANCES, None, _BALANCES.format(seen=_SEEN))


class PostgresExports:
    """Implements Exports with the rights that queries have."""

    def __init__(self, queries: PostgresQueries) -> None:
        self._queries = queries

    def movements(self, viewer: Viewer, wanted: Wanted) -> AsyncGenerator[Batch]:
        return self._batches(MOVEMENTS, viewer, wanted)

    def balances(self, viewer: Viewer, wanted: Wanted) -> AsyncGenerator[Batch]:
        return self._batches(BALANCES, viewer, wanted)

    async def _batches(self, export: Export, viewer: Viewer, wanted: Wanted) -> AsyncGenerator[Batch]:
        async with self._queries.seen(viewer) as (connection, scope):
            query, arguments = await self.query(connection, export, scope, wanted)
            cursor: Any = await connection.cursor(query, *arguments)
            rows = await cursor.fetch(ROWS)
            yield rows
            while len(rows) == ROWS:
                rows = await cursor.fetch(ROWS)
                yield rows

    async def query(self, connection: Any, export: Export, scope: Scope, wanted: Wanted) -> tuple[str, list[Any]]:
        """The query for this reach and its arguments."""
        ledger, (everything, company, projects) = self._queries.ledger, scope.lists()
        span = [ledger, wanted.after, wanted.until]
        if everything and wanted.project is None:
            return export.ledger, span
        owners: list[str] = await connection.fetchval(_OWNERS, ledger, everything, company, projects)
        owners += await predecessors_of(connection, ledger, owners)
        asked = [*span, everything, company, wanted.project, projects, owners]
        if export.company is None or company is None or wanted.project is not None:
            return export.projects, asked
        former = await predecessors_of(connection, ledger, [company])
        return export.company, [*asked, [subject(COMPANY, one) for one in former]]
