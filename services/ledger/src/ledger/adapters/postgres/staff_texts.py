"""The texts of staff in PostgreSQL, in a schema of their own: no rebuild of the read side touches them."""

import secrets
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from contracts.staff_texts import SALT_BYTES, digest_of
from ledger.adapters.postgres.database import database_trouble
from ledger.adapters.postgres.queries.snapshots import SnapshotReader
from ledger.application.queries.visibility import Viewer
from ledger.application.staff_texts import EntryTextsView, KeptText, KeptTexts, StaffTextView

# A repeated request waits for the first one, so that both come to one salt.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"
_OF_COMMAND = (
    "SELECT member, digest, salt, text FROM texts.staff_texts WHERE ledger = $1 AND command_id = $2 ORDER BY digest"
)
_KEEP = """
INSERT INTO texts.staff_texts (ledger, command_id, member, digest, salt, text) VALUES ($1, $2, $3, $4, $5, $6)"""
_CONFIRM = """
INSERT INTO texts.staff_texts (ledger, command_id, member, digest, salt, text, confirmed)
VALUES ($1, $2, $3, $4, $5, $6, true) ON CONFLICT (ledger, digest) DO UPDATE SET confirmed = true"""
_DISCARD = """
DELETE FROM texts.staff_texts
 WHERE ledger = $1 AND command_id = $2 AND digest = ANY ($3) AND NOT confirmed AND erased IS NULL"""
_COMMAND_OF = "SELECT command_id FROM entries WHERE ledger = $1 AND sequence = $2"
_VIEW = """
SELECT member, digest, text, encode(salt, 'hex') AS salt, erased, erased_by FROM texts.staff_texts
 WHERE ledger = $1 AND command_id = $2 ORDER BY member, digest"""
_ERASE = """
UPDATE texts.staff_texts SET text = NULL, salt = NULL, erased = now(), erased_by = $3
 WHERE ledger = $1 AND command_id = $2 AND erased IS NULL"""


class PostgresStaffTexts:
    """Implements StaffTexts, with the rights that queries have."""

    def __init__(self, pool: Any, reader: SnapshotReader) -> None:
        self._pool = pool
        self._reader = reader
        self._ledger = reader.ledger

    async def keep(self, command_id: str, texts: Mapping[str, str]) -> KeptTexts:
        async with self._writing("keep") as connection:
            await connection.execute(_LOCK, command_id)
            rows = await connection.fetch(_OF_COMMAND, self._ledger, command_id)
            known = {(row["member"], row["text"]): (row["digest"], row["salt"]) for row in rows}
            kept: dict[str, KeptText] = {}
            for member, text in texts.items():
                found = known.get((member, None)) or known.get((member, text))
                kept[member] = (
                    KeptText(*found, text) if found else await self._insert(connection, command_id, member, text)
                )
            return kept

    async def _insert(self, connection: Any, command_id: str, member: str, text: str) -> KeptText:
        salt = secrets.token_bytes(SALT_BYTES)
        kept = KeptText(digest_of(text, salt), salt, text)
        await connection.execute(_KEEP, self._ledger, command_id, member, *kept)
        return kept

    async def confirm(self, command_id: str, kept: KeptTexts) -> None:
        rows = [(self._ledger, command_id, member, *one) for member, one in kept.items() if one.salt is not None]
        async with self._writing("confirm") as connection:
            await connection.executemany(_CONFIRM, rows)

    async def discard(self, command_id: str, kept: KeptTexts) -> None:
        async with self._writing("discard") as connection:
            await connection.execute(_DISCARD, self._ledger, command_id, [one.digest for one in kept.values()])

    async def of_entry(self, viewer: Viewer, sequence: int) -> EntryTextsView | None:
        async with self._reader.seen_by_staff(viewer) as connection:
            command_id = await connection.fetchval(_COMMAND_OF, self._ledger, sequence)
            if command_id is None:
                return None
            rows = await connection.fetch(_VIEW, self._ledger, command_id)
            return EntryTextsView(sequence=sequence, texts=[StaffTextView(**row) for row in rows])

    async def erase(self, viewer: Viewer, sequence: int) -> EntryTextsView | None:
        async with self._reader.seen_by_staff(viewer) as connection:
            command_id = await connection.fetchval(_COMMAND_OF, self._ledger, sequence)
        if command_id is not None:
            async with self._writing("erase") as connection:
                await connection.execute(_ERASE, self._ledger, command_id, viewer.account)
        return await self.of_entry(viewer, sequence)

    @asynccontextmanager
    async def _writing(self, what: str) -> AsyncGenerator[Any]:
        async with database_trouble(what), self._pool.acquire() as connection, connection.transaction():
            yield connection
