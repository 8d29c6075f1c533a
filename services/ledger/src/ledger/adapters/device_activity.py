"""Reads device.activity: when devices were last seen.

Sightings do not follow from the log, so they are no rows of the read side and a rebuild reads none of them. Each
projector reads them all: the latest time of a device stays, whoever writes it first.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from contracts.device_activity import NotDeviceActivity, decode_activity
from contracts.topics import CLOCK_AHEAD_MS, DEVICE_ACTIVITY, topic_name
from runtime import retry
from runtime.kafka import Connection, OffsetGone, Partition, Record, Tail
from runtime.logs import get_logger
from runtime.projection.poison import PoisonBox
from runtime.reader_lag import Place
from runtime.trouble import Trouble

BATCH_RECORDS = 500
WAIT_SECONDS = 10.0
"""How long the reader waits for a record before it asks again."""
AGAIN_SECONDS = 5.0
"""Pause while the broker or the database is away; it holds nothing up, so nobody is told but the log."""

_log = get_logger("ledger.device_activity")


class KeepsSightings(Protocol):
    """What the reader needs of its store; raises Trouble."""

    async def positions(self) -> Mapping[Partition, int]: ...
    async def take(self, sightings: Mapping[tuple[int, str], datetime], positions: Mapping[Partition, int]) -> None: ...


class DeviceActivityReader:
    """Follows all partitions from where the store is; what is no sighting of a device is buried.

    `places` is how far the store has each partition.
    """

    def __init__(
        self,
        connection: Connection,
        store: KeepsSightings,
        poison: PoisonBox,
        *,
        topic_prefix: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._connection = connection
        self._store = store
        self._poison = poison
        topic = topic_name(DEVICE_ACTIVITY, topic_prefix)
        self.places = {Partition(topic, number): Place() for number in range(DEVICE_ACTIVITY.partitions)}
        self._clock = clock

    async def run(self) -> None:
        """Follow until cancelled."""
        await retry.forever(self._follow, pause_seconds=AGAIN_SECONDS, on=(Trouble, OffsetGone), noted=_note)

    async def take(self, records: Sequence[Record]) -> None:
        """Keep what some records say; raises Trouble."""
        sightings: dict[tuple[int, str], datetime] = {}
        latest = self._clock() + timedelta(milliseconds=CLOCK_AHEAD_MS)
        for record in records:
            try:
                device, seen = _sighting(record, latest)
            except NotDeviceActivity as reason:
                await self._poison.put(record, str(reason))
            else:
                sightings[device] = max(seen, sightings.get(device, seen))
        positions = {Partition(record.topic, record.partition): record.offset + 1 for record in records}
        await self._store.take(sightings, positions)
        for record in records:
            self.places[Partition(record.topic, record.partition)].handled(record.offset + 1, record.timestamp)

    async def _follow(self) -> None:
        known = await self._store.positions()
        start = {partition: known.get(partition, 0) for partition in self.places}
        async with Tail(self._connection, start) as tail:
            await _begin_where_records_are(tail)
            for partition, offset in tail.next_offsets.items():
                self.places[partition].handled(offset, 0)
            while True:
                if records := await tail.next_batch(BATCH_RECORDS, WAIT_SECONDS):
                    await self.take(records)


def _sighting(record: Record, latest: datetime) -> tuple[tuple[int, str], datetime]:
    """Who was seen when; raises NotDeviceActivity, also for a time to come, which no later sighting would replace."""
    activity = decode_activity(record.key, record.value)
    seen = activity.seen.astimezone(UTC)
    if seen > latest:
        raise NotDeviceActivity("it is of a time to come")
    return (activity.ledger, activity.serial), seen


async def _begin_where_records_are(tail: Tail) -> None:
    """Records expire, and a topic that was made anew begins at 0 again."""
    ends = await tail.end_offsets()
    for partition, oldest in (await tail.beginning_offsets()).items():
        if not oldest <= tail.next_offsets[partition] <= ends[partition]:
            await tail.seek(partition, oldest)


def _note(reason: Exception) -> None:
    _log.warning("sightings_wait", reason=str(reason))
