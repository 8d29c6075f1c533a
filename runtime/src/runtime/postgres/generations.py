"""Fill the tables of a read side anew beside the live ones, and make them the live ones in one transaction."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg

from runtime.postgres.pool import Address, connect
from runtime.postgres.read_side import SWITCHING, ReadSide

DROP_SECONDS = 2
"""How long a drop waits for somebody who still reads: who comes after him waits behind it."""
_BESIDE_THE_LOCK_OF_MIGRATIONS = 1


class GenerationRefused(Exception):  # noqa: N818 - states the world
    """The generations are not as they have to be; nothing was changed."""


@dataclass(frozen=True, slots=True)
class TableDifference:
    """A table whose rows are others in the two generations, at the same positions."""

    table: str
    live_rows: int
    other_rows: int


@dataclass(frozen=True, slots=True)
class Generations:
    """The two generations of a read side, on a connection of their owner."""

    read_side: ReadSide
    connection: Any

    @classmethod
    @asynccontextmanager
    async def alone(cls, read_side: ReadSide, address: Address) -> AsyncGenerator["Generations"]:
        """For one rebuild at a time; raises GenerationRefused. Statements take as long as they take."""
        connection = await connect(address)
        try:
            lock = read_side.lock, _BESIDE_THE_LOCK_OF_MIGRATIONS
            if not await connection.fetchval("SELECT pg_try_advisory_lock($1, $2)", *lock):
                raise GenerationRefused(f"somebody else rebuilds {read_side.schema} just now")
            yield cls(read_side, connection)
        finally:
            connection.terminate()

    async def live(self) -> str:
        return await self.read_side.live(self.connection)

    async def other(self) -> str:
        live = await self.live()
        return next(one for one in self.read_side.generations if one != live)

    async def keeps_old(self) -> bool:
        """Whether the other generation is the one that was live before, whole and not followed any more."""
        found: bool = await self.connection.fetchval(f"SELECT keeps_old FROM {self._table}")  # noqa: S608 - a constant
        return found

    async def begin(self) -> str:
        """The other generation with empty tables, whatever an unfinished rebuild left there."""
        other = await self.other()
        await self._drop(other)
        await self.read_side.migrate(self.connection, into=other)
        return other

    async def drop_old(self) -> str:
        """Drop the generation that was live before; its name. Raises GenerationRefused."""
        if not await self.keeps_old():
            raise GenerationRefused(f"there is no generation of {self.read_side.schema} but the live one")
        other = await self.other()
        await self._drop(other)
        return other

    async def differences(self) -> list[TableDifference] | None:
        """The tables whose rows differ, seen in one moment; None if the two do not stand at the same records."""
        live, other = await self.live(), await self.other()
        async with self.connection.transaction(isolation="repeatable_read", readonly=True):
            for name in self.read_side.positions:
                if await self._content(f"{live}.{name}") != await self._content(f"{other}.{name}"):
                    return None
            names = [one.removeprefix(f"{live}.") for one in await self.read_side.tables(self.connection, live)]
            found: list[TableDifference] = []
            for name in names:
                rows, others = await self._content(f"{live}.{name}"), await self._content(f"{other}.{name}")
                if rows != others:
                    found.append(TableDifference(name.strip('"'), rows[0], others[0]))
            return found

    async def switch(self, catch_up: Callable[[], Awaitable[None]]) -> None:
        """Make the other generation the live one. Raises GenerationRefused if it is not as far.

        From its lock on nobody writes live rows, so `catch_up` brings the others at least as far, and who asks again
        for what he has read finds no older rows. Readers are not held up.
        """
        live, other = await self.live(), await self.other()
        async with self.connection.transaction():
            await self.connection.execute("SELECT pg_advisory_xact_lock($1, $2)", self.read_side.lock, SWITCHING)
            if await self._migrations(live) != await self._migrations(other):
                raise GenerationRefused(f"{live} was migrated meanwhile: rebuild when the upgrade is done")
            await catch_up()
            for name, about in self.read_side.positions.items():
                if behind := await self.connection.fetch(_BEHIND.format(live, other, name, ", ".join(about))):
                    which = ", ".join(f"{name} {tuple(row)}" for row in behind)
                    raise GenerationRefused(f"the new rows are not as far as the live ones, so those stay: {which}")
            await self.connection.execute(f"UPDATE {self._table} SET schema = $1, keeps_old = true", other)  # noqa: S608

    async def positions(self, generation: str) -> dict[str, int]:
        """How far a generation has come: the next offset of each partition, by a name of it."""
        found: dict[str, int] = {}
        for name, about in self.read_side.positions.items():
            rows = await self.connection.fetch(f"SELECT {', '.join(about)}, next_offset FROM {generation}.{name}")  # noqa: S608
            found |= {"/".join([name, *map(str, tuple(row)[:-1])]): row["next_offset"] for row in rows}
        return found

    async def _drop(self, generation: str) -> None:
        try:
            async with self.connection.transaction():
                await self.connection.execute(f"SET LOCAL lock_timeout = '{DROP_SECONDS}s'")
                await self.read_side.drop_tables(self.connection, generation)
                await self.connection.execute(f"UPDATE {self._table} SET keeps_old = false")  # noqa: S608 - a constant
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            raise GenerationRefused(f"somebody still reads {generation}, as an export does: try again later") from None

    async def _migrations(self, generation: str) -> list[tuple[Any, ...]]:
        rows = await self.connection.fetch(f"SELECT name, sha256 FROM {generation}.migrations ORDER BY name")  # noqa: S608
        return [tuple(row) for row in rows]

    async def _content(self, table: str) -> tuple[int, int]:
        """How many rows there are, and a number that their order does not change."""
        row = await self.connection.fetchrow(
            f"SELECT count(*), coalesce(sum(hashtextextended(one::text, 0)), 0) FROM {table} AS one"  # noqa: S608
        )
        return row[0], int(row[1])

    @property
    def _table(self) -> str:
        return f"{self.read_side.schema}_live.generation"


_BEHIND = """
SELECT {3} FROM {0}.{2} AS live LEFT JOIN {1}.{2} AS other USING ({3})
 WHERE live.next_offset > coalesce(other.next_offset, -1)"""
