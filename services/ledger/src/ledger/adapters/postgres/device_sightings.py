"""When devices were last seen, in a schema of its own: no rebuild of the read side touches it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from contracts.device_activity import COALESCED
from runtime.kafka import Partition
from runtime.postgres.trouble import transaction

_POSITIONS = "SELECT topic, partition, next_offset FROM activity.positions"
_MOVE = """
INSERT INTO activity.positions VALUES ($1, $2, $3)
    ON CONFLICT (topic, partition) DO UPDATE SET next_offset = excluded.next_offset"""
# Replicas write the same rows: in one order, so that none waits for another that waits for it.
_TAKE = """
INSERT INTO activity.device_sightings AS known (ledger, serial, last_seen)
SELECT * FROM unnest($1::int[], $2::text[], $3::timestamptz[])
    ON CONFLICT (ledger, serial) DO UPDATE SET last_seen = excluded.last_seen
 WHERE known.last_seen < excluded.last_seen"""

# What a device did before it came into its project is not for who sees the project. A record stands for some minutes.
LAST_SEEN = f"""LEFT JOIN LATERAL (
       SELECT last_seen FROM activity.device_sightings AS s
        WHERE s.ledger = d.ledger AND s.serial = d.serial
          AND s.last_seen + interval '{COALESCED.total_seconds()} seconds' >= d.arrived) AS sightings ON true"""  # noqa: S608
"""Joins `last_seen` to `devices AS d`."""


class DeviceSightings:
    """The rows of sightings, and how far they were read."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def positions(self) -> dict[Partition, int]:
        """Where reading goes on; raises Trouble."""
        async with transaction(self._pool, "read how far sightings were read") as connection:
            rows = await connection.fetch(_POSITIONS)
            return {Partition(topic, number): offset for topic, number, offset in rows}

    async def take(self, sightings: Mapping[tuple[int, str], datetime], positions: Mapping[Partition, int]) -> None:
        """Keep the latest sighting of each device, at once with the positions; raises Trouble."""
        rows = sorted((ledger, serial, seen) for (ledger, serial), seen in sightings.items())
        async with transaction(self._pool, "write sightings") as connection:
            for partition, offset in sorted(positions.items()):
                await connection.execute(_MOVE, *partition, offset)
            if rows:
                await connection.execute(_TAKE, *map(list, zip(*rows, strict=True)))
