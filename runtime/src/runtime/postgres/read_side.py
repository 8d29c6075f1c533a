"""The tables of a read side: they follow from a log, so a change of them drops the rows, and the log is read again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from runtime.postgres.tables import Tables


@dataclass(frozen=True, slots=True)
class ReadSide(Tables):
    """Tables whose rows follow from a log: they are thrown away when a migration is applied, and by `drop`."""

    async def drop(self, connection: Any) -> None:
        """Throw every table away; `migrate` and the log bring them back. The schema stays: `roles.sql` made it."""
        async with connection.transaction():
            await self._take_lock(connection)
            if tables := await self._tables(connection):
                await connection.execute(f"DROP TABLE {', '.join(tables)} CASCADE")

    async def _changed(self, connection: Any, applied: Sequence[str]) -> None:
        """Take every row away, positions too: the projector begins at the first record again, and fills new columns."""
        if applied:
            tables = [table for table in await self._tables(connection) if table != f'{self.schema}."migrations"']
            await connection.execute(f"TRUNCATE {', '.join(tables)}")

    async def _tables(self, connection: Any) -> list[str]:
        rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = $1", self.schema)
        return [f'{self.schema}."{row[0]}"' for row in rows]
