"""Exports from PostgreSQL by a server-side cursor: memory does not grow with the number of rows."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any, NamedTuple

from contracts.identifiers import MAX_SEQUENCE
from contracts.log.subjects import COMPANY, subject
from ledger.adapters.postgres.queries.past_visibility import past_of, visible_actor
from ledger.adapters.postgres.queries.snapshots import SnapshotReader
from ledger.adapters.postgres.queries.visibility import Scope
from ledger.application.queries.exports import Batch, Wanted
from ledger.application.queries.visibility import Viewer
from runtime.postgres.replica import replica_or_primary

ROWS = 5_000
"""Rows of a batch: about a megabyte."""

_COLUMNS = "m.sequence, m.line, m.time, m.account, m.license_type, m.units, m.held, m.event_type, {}, m.command_id"
_OWN = _COLUMNS.format("m.actor")
_REDACTED = _COLUMNS.format(visible_actor("a.company", "$9", "$4"))
_ALL_MOVEMENTS = f"""
SELECT {_OWN} FROM movements AS m
 WHERE m.ledger = $1 AND m.sequence > $2 AND m.sequence <= $3 ORDER BY m.sequence, m.line"""  # noqa: S608
_ALL_BALANCES = """
SELECT account, license_type, held, sequence, time FROM (
       SELECT DISTINCT ON (m.account, m.license_type) m.account, m.license_type, m.held, m.sequence, m.time
         FROM movements AS m WHERE m.ledger = $1 AND m.sequence > $2 AND m.sequence <= $3
        ORDER BY m.account DESC, m.license_type DESC, m.sequence DESC, m.line DESC) AS newest
 WHERE held > 0
UNION ALL
SELECT account, license_type, sum(units)::bigint, max(sequence), max(time) FROM movements
 WHERE ledger = $1 AND account IN ('issuance', 'retired') AND sequence > $2 AND sequence <= $3
 GROUP BY account, license_type"""
"""All accounts: each type sums to zero. Those that nobody holds have no running total, so their movements are added."""

# $4, $5, $7: the viewer's reach (all, a company, single projects); $6: one project with its devices, or all of these.
# $8 are the companies whose devices are seen, $9 the viewer's own ones. A device counts from when it came (`since`).
_SEEN = "($4 OR company = $5 OR project = ANY ($7))", "($4 OR company = ANY ($8) OR project = ANY ($7))"
_GRANTED = (
    "(company IS DISTINCT FROM $5 AND project = ANY ($7))",
    "(NOT coalesce(company = ANY ($8), false) AND project = ANY ($7))",
)
_ACCOUNTS = """
SELECT 'project/' || project AS account, NULL AS serial, 0 AS since, company FROM projects
 WHERE ledger = $1 AND {project} AND ($6::text IS NULL OR project = $6)
UNION ALL
SELECT 'held/' || project, NULL, 0, company FROM projects
 WHERE ledger = $1 AND {project} AND ($6::text IS NULL OR project = $6)
UNION ALL
SELECT 'device/' || serial, serial, sequence, company FROM device_stays
 WHERE ledger = $1 AND {stay} AND project IS NOT NULL AND ($6::text IS NULL OR project = $6)"""
_LEFT = """(
    SELECT min(n.sequence) FROM device_stays AS n
     WHERE n.ledger = $1 AND n.serial = a.serial AND n.sequence > a.since)"""
# Account by account, and then put into the order of the ledger: for a few projects.
_MOVEMENTS = f"""
SELECT {_REDACTED} FROM ({_ACCOUNTS}) AS a
  JOIN movements AS m ON m.ledger = $1 AND m.account = a.account AND m.sequence > $2 AND m.sequence <= $3
   AND m.sequence >= a.since AND m.sequence < coalesce({_LEFT}, {MAX_SEQUENCE + 1}::bigint)
 ORDER BY m.sequence, m.line"""  # noqa: S608
# What an entry of a company moved on a device, it moved while that was the company's; a project has its whole past.
_IS_ITS_OWN = """
    (m.account LIKE 'device/%'
     OR $5 = (SELECT company FROM projects WHERE ledger = $1 AND project = split_part(m.account, '/', 2)))"""
# Entry by entry, so that the first rows of a company with many devices come at once. $10 are the companies that it took
# over, as subjects; an entry that concerns several of all these comes once.
_COMPANY_MOVEMENTS = f"""
(SELECT {_OWN} FROM subject_entries AS s JOIN movements AS m USING (ledger, sequence)
  WHERE s.ledger = $1 AND s.subject = 'companies/' || $5 AND s.sequence > $2 AND s.sequence <= $3
    AND {_IS_ITS_OWN}
  ORDER BY sequence, line)
UNION ALL
(SELECT {_OWN}
   FROM (SELECT DISTINCT p.ledger, p.sequence FROM subject_entries AS p
          WHERE p.ledger = $1 AND p.subject = ANY ($10) AND p.sequence > $2 AND p.sequence <= $3
            AND NOT EXISTS (SELECT FROM subject_entries AS own WHERE own.ledger = $1
                               AND own.subject = 'companies/' || $5 AND own.sequence = p.sequence)) AS s
   JOIN movements AS m USING (ledger, sequence)
  WHERE {_IS_ITS_OWN}
  ORDER BY sequence, line)
UNION ALL ({_MOVEMENTS.format(project=_GRANTED[0], stay=_GRANTED[1])}) ORDER BY sequence, line"""  # noqa: S608
# What stands on a device that is there at $3, wherever it came from with that.
_BALANCES = f"""
SELECT account, license_type, held, sequence, time
  FROM (SELECT account, serial, since FROM ({_ACCOUNTS}) AS seen ORDER BY account DESC) AS a
 CROSS JOIN LATERAL (
       SELECT DISTINCT ON (m.license_type) m.license_type, m.held, m.sequence, m.time FROM movements AS m
        WHERE m.ledger = $1 AND m.account = a.account AND m.sequence > $2 AND m.sequence <= $3
          AND a.since <= $3 AND NOT coalesce({_LEFT} <= $3, false)
        ORDER BY m.license_type DESC, m.sequence DESC, m.line DESC) AS newest
 WHERE held > 0"""  # noqa: S608


# $2 to $4 are the viewer's reach, $5 one project or all of these.
_LABELS = """
SELECT l.project, l.kind, l.id, l.own_name, l.place, l.reference, l.note, l.changed
  FROM projects AS p JOIN texts.labels AS l USING (ledger, project)
 WHERE p.ledger = $1 AND ($2 OR p.company = $3 OR p.project = ANY ($4)) AND ($5::text IS NULL OR p.project = $5)
 ORDER BY l.project, l.kind, l.id"""


class Export(NamedTuple):
    """The same rows, asked in the way that suits the reach: the whole ledger, a company, or some projects.

    None where a company is asked for as its projects are.
    """

    ledger: str
    company: str | None
    projects: str


MOVEMENTS = Export(_ALL_MOVEMENTS, _COMPANY_MOVEMENTS, _MOVEMENTS.format(project=_SEEN[0], stay=_SEEN[1]))
BALANCES = Export(_ALL_BALANCES, None, _BALANCES.format(project=_SEEN[0], stay=_SEEN[1]))


class PostgresExports:
    """Implements Exports with the rights that queries have, on a replica where there is one that is as far."""

    def __init__(self, reader: SnapshotReader, replica: SnapshotReader | None = None) -> None:
        self._reader = reader
        self._replica = replica

    def movements(self, viewer: Viewer, wanted: Wanted) -> AsyncGenerator[Batch]:
        return self._batches(MOVEMENTS, viewer, wanted)

    def balances(self, viewer: Viewer, wanted: Wanted) -> AsyncGenerator[Batch]:
        return self._batches(BALANCES, viewer, wanted)

    async def labels(self, viewer: Viewer, project: str | None) -> AsyncGenerator[Batch]:
        reader = await replica_or_primary(self._reader, self._replica)
        async with (
            reader.seen(viewer) as (connection, scope),
            aclosing(_rows_of(connection, _LABELS, [self._reader.ledger, *scope.lists(), project])) as batches,
        ):
            async for batch in batches:
                yield batch

    async def _batches(self, export: Export, viewer: Viewer, wanted: Wanted) -> AsyncGenerator[Batch]:
        reader = await replica_or_primary(self._reader, self._replica)
        async with reader.seen(viewer) as (connection, scope):
            query, arguments = await self.query(connection, export, scope, wanted)
            async with aclosing(_rows_of(connection, query, arguments)) as batches:
                async for batch in batches:
                    yield batch

    async def query(self, connection: Any, export: Export, scope: Scope, wanted: Wanted) -> tuple[str, list[Any]]:
        """The query for this reach and its arguments."""
        ledger, (everything, company, projects) = self._reader.ledger, scope.lists()
        span = [ledger, wanted.after, wanted.until]
        if everything and wanted.project is None:
            return export.ledger, span
        past = await past_of(connection, ledger, scope)
        asked = [*span, everything, company, wanted.project, projects, past.companies]
        if export.company is None:
            return export.projects, asked
        asked.append(past.own)
        if company is None or wanted.project is not None:
            return export.projects, asked
        return export.company, [*asked, [subject(COMPANY, one) for one in past.companies if one != company]]


async def _rows_of(connection: Any, query: str, arguments: Sequence[Any]) -> AsyncGenerator[Batch]:
    """The rows of a query in batches; the first comes even if it is empty."""
    cursor: Any = await connection.cursor(query, *arguments)
    rows = await cursor.fetch(ROWS)
    yield rows
    while len(rows) == ROWS:
        rows = await cursor.fetch(ROWS)
        yield rows
