"""Queries of the old manager's keys."""

from typing import Any

from ledger.adapters.postgres.queries.legacy import with_old_licenses
from ledger.adapters.postgres.queries.snapshots import SnapshotReader
from ledger.adapters.postgres.queries.texts import with_texts
from ledger.application.queries.legacy_keys import LegacyKeyView
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page, Start, one_page
from runtime.postgres.walks import walked

_KEYS = """
SELECT k.key_digest, k.company, k.licenses, k.reference, k.sequence, k.time AS registered, i.project,
       i.sequence AS imported_sequence
  FROM legacy_keys AS k LEFT JOIN legacy_imports AS i USING (ledger, key_digest)
 WHERE ledger = $1 AND (k.sequence, k.key_digest) {behind} ($2, $3)
 ORDER BY k.sequence {direction}, k.key_digest {direction} LIMIT $4"""


class PostgresLegacyKeyQueries(SnapshotReader):
    """Implements LegacyKeyQueries."""

    async def legacy_keys(self, viewer: Viewer, start: Start, behind: str, limit: int) -> Page[LegacyKeyView]:
        async with self.seen_by_staff(viewer) as connection:
            rows = await connection.fetch(walked(_KEYS, start), self.ledger, start.after, behind, limit + 1)
            return one_page(map(_key, await with_texts(connection, self.ledger, rows)), limit)


def _key(row: Any) -> LegacyKeyView:
    return LegacyKeyView(**with_old_licenses(row))
