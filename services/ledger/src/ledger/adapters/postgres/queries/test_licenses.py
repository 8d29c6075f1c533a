"""Queries of test licenses."""

import json

from contracts.identifiers import MAX_SEQUENCE
from ledger.adapters.postgres.queries.past_visibility import past_of, was_seen
from ledger.adapters.postgres.queries.snapshots import SnapshotReader
from ledger.application.queries.test_licenses import TestView
from ledger.application.queries.visibility import Viewer

# A replacement's own test has ended with the swap, though its certificate stays.
_TEST = """
SELECT t.serial, t.version, t.slave, t.count, t.issued_on, t.expires AS ends_on, t.licenses, t.sequence,
       t.generation IS DISTINCT FROM $3 OR EXISTS (
           SELECT FROM replacements AS r
            WHERE r.ledger = $1 AND r.replacement = $2 AND r.sequence > t.sequence AND r.sequence <= $4) AS returned
  FROM test_licenses AS t WHERE ledger = $1 AND serial = $2 AND t.sequence <= $4
   AND t.sequence > (SELECT coalesce(max(d.sequence), 0) FROM test_releases AS d
                      WHERE d.ledger = $1 AND d.serial = $2 AND d.sequence <= $4)
 ORDER BY t.sequence DESC LIMIT 1"""
_GENERATION_THEN = """
SELECT generation FROM device_versions WHERE ledger = $1 AND serial = $2 AND sequence <= $3
 ORDER BY sequence DESC LIMIT 1"""


class PostgresTestLicensesQueries(SnapshotReader):
    """Implements TestLicensesQueries."""

    async def test(self, viewer: Viewer, serial: str, as_of: int | None) -> TestView | None:
        async with self.seen(viewer) as (connection, scope):
            past = await past_of(connection, self.ledger, scope)
            until = MAX_SEQUENCE if as_of is None else as_of
            if not await was_seen(connection, self.ledger, scope, past, serial, until):
                return None
            generation = await connection.fetchval(_GENERATION_THEN, self.ledger, serial, until)
            row = await connection.fetchrow(_TEST, self.ledger, serial, generation, until)
            return row and TestView(**{**row, "licenses": json.loads(row["licenses"])}, as_of=as_of)
