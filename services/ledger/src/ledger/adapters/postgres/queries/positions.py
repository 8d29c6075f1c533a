"""Where the ledger stands, now and at a moment in the past."""

from datetime import datetime

from ledger.adapters.postgres.queries.snapshots import SnapshotReader

_SEQUENCE_AT = """
SELECT sequence FROM entries WHERE ledger = $1 AND time <= $2 ORDER BY time DESC, sequence DESC LIMIT 1"""


class PostgresPositionQueries(SnapshotReader):
    """Implements PositionQueries."""

    async def position(self) -> int:
        async with self.snapshot() as connection:
            query = "SELECT sequence FROM position WHERE ledger = $1"
            found: int | None = await connection.fetchval(query, self.ledger)
            return found or 0

    async def sequence_at(self, time: datetime) -> int:
        async with self.snapshot() as connection:
            found: int | None = await connection.fetchval(_SEQUENCE_AT, self.ledger, time)
            return found or 0

    async def time_of(self, sequence: int) -> datetime | None:
        query = "SELECT time FROM entries WHERE ledger = $1 AND sequence = $2"
        async with self.snapshot() as connection:
            found: datetime | None = await connection.fetchval(query, self.ledger, sequence)
            return found
