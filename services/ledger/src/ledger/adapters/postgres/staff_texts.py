"""The texts of staff in PostgreSQL: whoever may read an entry's texts, by what the read side says of it."""

from collections.abc import Mapping
from typing import Any

from ledger.adapters.postgres.queries.snapshots import SnapshotReader
from ledger.application.queries.visibility import Viewer
from runtime.postgres.staff_texts import PostgresTexts
from runtime.staff_texts import EntryTextsView, KeptTexts, StaffTextView

TABLE = "texts.staff_texts"
_COMMAND_OF = "SELECT command_id FROM entries WHERE ledger = $1 AND sequence = $2"


class PostgresStaffTexts:
    """Implements StaffTexts, with the rights that queries have."""

    def __init__(self, pool: Any, reader: SnapshotReader) -> None:
        self._texts = PostgresTexts(pool, reader.ledger, TABLE)
        self._reader = reader

    async def keep(self, command_id: str, texts: Mapping[str, str]) -> KeptTexts:
        return await self._texts.keep(command_id, texts)

    async def confirm(self, command_id: str, kept: KeptTexts) -> None:
        await self._texts.confirm(command_id, kept)

    async def discard(self, command_id: str, kept: KeptTexts) -> None:
        await self._texts.discard(command_id, kept)

    async def of_entry(self, viewer: Viewer, sequence: int) -> EntryTextsView | None:
        async with self._reader.seen_by_staff(viewer) as connection:
            command_id = await self._command_of(connection, sequence)
            if command_id is None:
                return None
            texts = await self._texts.of_command(connection, command_id)
            return EntryTextsView(sequence=sequence, texts=[StaffTextView(**one._asdict()) for one in texts])

    async def erase(self, viewer: Viewer, sequence: int) -> EntryTextsView | None:
        async with self._reader.seen_by_staff(viewer) as connection:
            command_id = await self._command_of(connection, sequence)
        if command_id is not None:
            await self._texts.erase(command_id, by=viewer.account)
        return await self.of_entry(viewer, sequence)

    async def _command_of(self, connection: Any, sequence: int) -> str | None:
        found: str | None = await connection.fetchval(_COMMAND_OF, self._reader.ledger, sequence)
        return found
