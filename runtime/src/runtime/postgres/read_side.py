"""The tables of a read side: they follow from a log, so a change of them drops the rows, and the log is read again.

They lie in one of two schemas, `<schema>` and `<schema>_2`, the generations. The one row of `<schema>_live.generation`
says which of them is live; `roles.sql` makes it. A rebuild fills the other one and then changes that row, so whoever
reads sees one generation or the other, whole (runtime.postgres.generations).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from runtime.postgres.pool import STATEMENT_SECONDS, Address, open_pool
from runtime.postgres.tables import Tables

_LIVE = "SELECT set_config('search_path', schema, true) FROM generation"


_HOLD = "SELECT pg_advisory_xact_lock_shared({}, {});"
SWITCHING = 2
"""With the lock of a read side: held by each transaction that writes its rows, and alone by a switch."""


class OnLiveGeneration(asyncpg.Connection):  # type: ignore[misc]  # asyncpg is untyped
    """Each transaction sees the generation that is live at its beginning, and no other one.

    The question goes with BEGIN, so it costs no round trip, and a snapshot has its answer and its rows from one moment.
    """

    held = ""

    async def execute(self, query: str, *args: Any, timeout: float | None = None) -> str:  # noqa: ASYNC109 - asyncpg's
        asked = f"{query} {self.held} {_LIVE}" if query.startswith("BEGIN") else query
        done: str = await super().execute(asked, *args, timeout=timeout)
        return done


@dataclass(frozen=True, slots=True)
class ReadSide(Tables):
    """Tables whose rows follow from a log: they are thrown away when a migration is applied, and by `drop`.

    `positions` are the tables that say how far the rows have come (`next_offset`), and what each row of them is about.
    """

    positions: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    @property
    def generations(self) -> tuple[str, str]:
        """The schemas."""
        return self.schema, f"{self.schema}_2"

    def pool(self, address: Address, *, most: int, statement_seconds: float = STATEMENT_SECONDS) -> Any:
        """A pool whose transactions read the live generation."""
        return self._pool(address, most, statement_seconds, OnLiveGeneration)

    def writing_pool(self, address: Address, *, most: int, statement_seconds: float) -> Any:
        """The same for who writes rows: the generation stays live until its transaction ends."""
        held = {"held": _HOLD.format(self.lock, SWITCHING)}
        return self._pool(address, most, statement_seconds, type("HoldsLiveGeneration", (OnLiveGeneration,), held))

    def _pool(self, address: Address, most: int, statement_seconds: float, connection_class: type[Any]) -> Any:
        return open_pool(
            address,
            schema=f"{self.schema}, {self.schema}_live",
            most=most,
            statement_seconds=statement_seconds,
            connection_class=connection_class,
        )

    def pool_on(self, address: Address, generation: str, *, most: int, statement_seconds: float) -> Any:
        """A pool that works on this generation, whichever is live."""
        return open_pool(address, schema=generation, most=most, statement_seconds=statement_seconds)

    async def live(self, connection: Any) -> str:
        """The schema of the live generation."""
        found: str = await connection.fetchval(f"SELECT schema FROM {self.schema}_live.generation")  # noqa: S608 - a constant
        return found

    async def drop(self, connection: Any) -> None:
        """Throw every table away; `migrate` and the log bring them back. The schema stays: `roles.sql` made it."""
        async with connection.transaction():
            await self._take_lock(connection)
            await self.drop_tables(connection, await self.live(connection))

    async def drop_tables(self, connection: Any, generation: str) -> None:
        """Throw the tables of one generation away."""
        if tables := await self.tables(connection, generation):
            await connection.execute(f"DROP TABLE {', '.join(tables)} CASCADE")

    async def tables(self, connection: Any, generation: str) -> list[str]:
        """The names of its tables, in order, with the schema."""
        rows = await connection.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = $1 ORDER BY tablename", generation
        )
        return [f'{generation}."{row[0]}"' for row in rows]

    async def _schema(self, connection: Any) -> str:
        return await self.live(connection)

    async def _changed(self, connection: Any, schema: str, applied: Sequence[str]) -> None:
        """Take every row away, positions too: the projector begins at the first record again, and fills new columns."""
        if applied:
            tables = [one for one in await self.tables(connection, schema) if one != f'{schema}."migrations"']
            await connection.execute(f"TRUNCATE {', '.join(tables)}")
