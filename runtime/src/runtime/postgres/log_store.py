"""The rows of logs and how far they have come, in one transaction: what every projector's store begins with.

The schema has a table `position (ledger, sequence, head, next_offset)`.
"""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from contracts.log.envelope import GENESIS
from runtime.postgres.trouble import transaction
from runtime.projection.store import Position, PositionMoved

_FIRST = "INSERT INTO position (ledger, sequence, next_offset, head) VALUES ($1, 0, 0, $2) ON CONFLICT DO NOTHING"
_LOCKED = "SELECT sequence, head, next_offset FROM position WHERE ledger = $1 FOR UPDATE"
_MOVE = "UPDATE position SET sequence = $2, next_offset = $3, head = $4 WHERE ledger = $1"
_MOVE_AND_TELL = f"WITH moved AS ({_MOVE}) SELECT pg_notify($5, $6)"


class PostgresLogStore:
    """Begins an implementation of LogStore on a pool whose search_path is the schema.

    On `channel` it says `<ledger>:<sequence>` when rows have changed.
    """

    def __init__(self, pool: Any, channel: str) -> None:
        self._pool = pool
        self.channel = channel

    async def position(self, ledger: int) -> Position:
        async with self.transaction("read the position") as connection:
            await connection.execute(_FIRST, ledger, GENESIS)
            return await _position(connection, ledger)

    @asynccontextmanager
    async def moving(self, ledger: int, before: Position, after: Position) -> AsyncGenerator[Any]:
        """A transaction that takes the rows from `before` to `after`; raises PositionMoved, and Trouble."""
        async with self.transaction(f"write entries up to {after.sequence}") as connection:
            if await _position(connection, ledger) != before:
                raise PositionMoved(f"the rows of ledger {ledger} do not stand at entry {before.sequence}")
            yield connection
            place = ledger, after.sequence, after.next_offset, after.head
            if after.sequence > before.sequence:
                await connection.execute(_MOVE_AND_TELL, *place, self.channel, f"{ledger}:{after.sequence}")
            else:
                await connection.execute(_MOVE, *place)

    def transaction(self, what: str) -> AbstractAsyncContextManager[Any]:
        return transaction(self._pool, what)


async def _position(connection: Any, ledger: int) -> Position:
    """The position, locked until the transaction ends: one projector at a time goes on."""
    row = await connection.fetchrow(_LOCKED, ledger)
    if row is None:
        raise PositionMoved(f"ledger {ledger} has no position: the rows were dropped")
    return Position(*row)
