"""Every query is one read-only snapshot."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from runtime.postgres.trouble import database_trouble

_SEQUENCE_AT = """
SELECT sequence FROM entries WHERE ledger = $1 AND time <= $2 ORDER BY time DESC, sequence DESC LIMIT 1"""


class Snapshots:
    """Reads the rows of one log, on a pool whose search_path is the schema.

    That has the tables `position (ledger, sequence, ...)` and `entries (ledger, sequence, time, ...)`.
    """

    def __init__(self, pool: Any, ledger: int) -> None:
        self._pool = pool
        self.ledger = ledger
        self._asked: asyncio.Task[int] | None = None

    @asynccontextmanager
    async def snapshot(self) -> AsyncGenerator[Any]:
        """A connection that reads, and sees all of one moment."""
        async with (
            database_trouble("read"),
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            yield connection

    async def value(self, query: str, *arguments: Any) -> Any:
        """The first column of the first row of a query."""
        async with self.snapshot() as connection:
            return await connection.fetchval(query, *arguments)

    async def position(self) -> int:
        """The last entry that the rows stand for.

        It only grows, so all who ask at the same time share one answer: a bulk waits for it with each of its lines.
        """
        if self._asked is None or self._asked.done():
            self._asked = asyncio.create_task(self._position())
        return await asyncio.shield(self._asked)

    async def _position(self) -> int:
        found: int | None = await self.value("SELECT sequence FROM position WHERE ledger = $1", self.ledger)
        return found or 0

    async def sequence_at(self, time: datetime) -> int:
        """The last entry that was written by then; 0 if there is none."""
        found: int | None = await self.value(_SEQUENCE_AT, self.ledger, time)
        return found or 0

    async def time_of(self, sequence: int) -> datetime | None:
        """When an entry was written; None for one that is absent."""
        query = "SELECT time FROM entries WHERE ledger = $1 AND sequence = $2"
        found: datetime | None = await self.value(query, self.ledger, sequence)
        return found
