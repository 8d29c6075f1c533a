"""Queries of blocks."""

from ledger.adapters.postgres.queries.snapshots import SnapshotReader
from ledger.adapters.postgres.queries.texts import with_texts
from ledger.application.queries.blocks import BlockView
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page, Start, one_page
from runtime.postgres.walks import walked

_BLOCKS = """
SELECT subject, reason, reference, sequence, time AS blocked, lifted_reason, lifted_reference, lifted_sequence, lifted
  FROM blocks
 WHERE ledger = $1 AND sequence {behind} $2 AND (NOT $3 OR lifted_sequence IS NULL) AND ($4 OR company = $5)
 ORDER BY sequence {direction} LIMIT $6"""


class PostgresBlockQueries(SnapshotReader):
    """Implements BlockQueries."""

    async def blocks(self, viewer: Viewer, start: Start, limit: int, *, only_holding: bool) -> Page[BlockView]:
        async with self.seen(viewer) as (connection, scope):
            seen = (only_holding, scope.sees_all, scope.company if scope.administers else None)
            rows = await connection.fetch(walked(_BLOCKS, start), self.ledger, start.after, *seen, limit + 1)
            return one_page((BlockView(**row) for row in await with_texts(connection, self.ledger, rows)), limit)
