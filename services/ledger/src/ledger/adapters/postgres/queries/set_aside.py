"""Queries of a stopped ledger."""

from ledger.adapters.postgres.queries.snapshots import SnapshotReader
from ledger.adapters.postgres.staff_texts import TABLE
from ledger.application.queries.visibility import Viewer
from runtime.postgres.set_aside import read_stop
from runtime.set_aside import LogStopView


class PostgresStopQueries(SnapshotReader):
    """Implements StopQueries."""

    async def stop(self, viewer: Viewer) -> LogStopView:
        async with self.seen_by_staff(viewer) as connection:
            return await read_stop(connection, self.ledger, TABLE)
