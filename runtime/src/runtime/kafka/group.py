"""Read topics as a member of a consumer group, with commits by hand."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition

from runtime.kafka.aiokafka_internals import begin, committed_offsets, member_id
from runtime.kafka.closing import Closing
from runtime.kafka.connection import REQUEST_SECONDS, Connection, topic_partition, trouble
from runtime.kafka.kept_consumer import KeptConsumer
from runtime.kafka.records import Partition, Raw, Record, records
from runtime.kafka.standing import Standing
from runtime.kafka.tail import FETCH_BYTES, FETCH_WAIT_MILLISECONDS, MAX_RECORDS

SESSION_SECONDS = 10.0
"""A member that is silent that long is dead and its partitions go to another."""
HEARTBEATS_A_SESSION = 5
HEARTBEAT_SECONDS = 0.5
"""At most so late does a member hear that another one has left and that its partitions are to be had."""
POLL_SECONDS = 120.0
"""A member that does not ask for records that long is stuck and loses its partitions."""
CONNECT_SECONDS = 30.0

OnPartitions = Callable[[frozenset[Partition]], Awaitable[None]]


async def _nothing(_: frozenset[Partition]) -> None:
    """What a member without interest in rebalances does."""


class GroupConsumer(Closing):
    """A member of `group` on `topics`; only `commit` commits, and a new group begins at the earliest record.

    `assigned` and `revoked` are awaited inside the rebalance: nothing is read meanwhile. Closing
    and losing the broker tell nothing: ask `assignment`. After Trouble the next call joins again. Of topics with as
    many partitions each, one member gets the partitions of the same number. `aside_since` says that others should get
    them (runtime.kafka.standing).
    """

    def __init__(  # noqa: PLR0913 - what a member is has so many sides
        self,
        connection: Connection,
        *,
        group: str,
        topics: Iterable[str],
        client_id: str,
        assigned: OnPartitions = _nothing,
        revoked: OnPartitions = _nothing,
        session_seconds: float = SESSION_SECONDS,
        aside_since: int = 0,
    ) -> None:
        self._connection = connection
        self._group = group
        self._topics = sorted(topics)
        self._client_id = client_id
        self._session_seconds = session_seconds
        self._standing = Standing(aside_since)
        self._listener = _Listener(assigned, revoked)
        self._kept = KeptConsumer(self._connect)

    async def next_batch(self, max_records: int = MAX_RECORDS, timeout_seconds: float = 1.0) -> list[Record]:
        """The next records of our partitions, each partition in order; none after `timeout_seconds`."""
        consumer = await self._kept.connected()
        try:
            async with trouble(f"read as {self._group}"):
                found: Mapping[TopicPartition, Sequence[Raw]] = await consumer.getmany(
                    timeout_ms=int(timeout_seconds * 1000), max_records=max_records
                )
        except Exception:
            await self.close()
            raise
        return records(raw for raws in found.values() for raw in raws)

    async def commit(self, next_offsets: Mapping[Partition, int]) -> None:
        """Make the group go on at these offsets; raises Trouble if a partition is not ours any more."""
        if not next_offsets:
            return
        consumer = await self._kept.connected()
        async with trouble(f"commit as {self._group}"), asyncio.timeout(REQUEST_SECONDS):
            await consumer.commit({topic_partition(one): offset for one, offset in next_offsets.items()})

    async def committed(self, partitions: Iterable[Partition]) -> dict[Partition, int]:
        """Where the group goes on, for each of the partitions that it has committed."""
        asked = {topic_partition(partition): partition for partition in partitions}
        consumer = await self._kept.connected()
        async with trouble(f"committed offsets of {self._group}"), asyncio.timeout(REQUEST_SECONDS):
            found = await committed_offsets(consumer, asked)
        return {asked[one]: offset for one, offset in found.items()}

    def assignment(self) -> frozenset[Partition]:
        """The partitions that are ours now; none before the first call and after Trouble."""
        if self._kept.current is None:
            return frozenset()
        held: Iterable[TopicPartition] = self._kept.current.assignment()
        return _partitions(held)

    def member(self) -> str:
        """How the group knows us now, or nothing."""
        return "" if self._kept.current is None else member_id(self._kept.current)

    async def seek(self, partition: Partition, offset: int) -> None:
        """Read an assigned partition again, or further on, from `offset`."""
        consumer = await self._kept.connected()
        async with trouble(f"seek as {self._group}"):
            consumer.seek(topic_partition(partition), offset)

    async def rewind(self, partitions: Collection[Partition]) -> None:
        """Read assigned partitions again from where the group goes on: their commit, or the oldest record.

        All in one go: a question for the oldest record waits for the fetch that is under way, half a second.
        """
        offsets = await self.committed(partitions)
        uncommitted = [topic_partition(one) for one in partitions if one not in offsets]
        consumer = await self._kept.connected()
        async with trouble(f"rewind as {self._group}"), asyncio.timeout(REQUEST_SECONDS):
            for partition, offset in offsets.items():
                consumer.seek(topic_partition(partition), offset)
            if uncommitted:
                await consumer.seek_to_beginning(*uncommitted)

    def pause(self, partitions: Iterable[Partition]) -> None:
        """Give no records of these partitions until `resume`; they stay ours."""
        if self._kept.current is not None:
            self._kept.current.pause(*map(topic_partition, partitions))

    def resume(self, partitions: Iterable[Partition]) -> None:
        if self._kept.current is not None:
            self._kept.current.resume(*map(topic_partition, partitions))

    async def close(self) -> None:
        """Leave the group; a later call joins again."""
        await self._kept.let_go()

    async def _connect(self) -> AIOKafkaConsumer:
        consumer = AIOKafkaConsumer(
            **self._connection.options(),
            group_id=self._group,
            client_id=self._client_id,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=FETCH_BYTES,
            fetch_max_wait_ms=FETCH_WAIT_MILLISECONDS,
            session_timeout_ms=int(self._session_seconds * 1000),
            heartbeat_interval_ms=int(min(self._session_seconds / HEARTBEATS_A_SESSION, HEARTBEAT_SECONDS) * 1000),
            max_poll_interval_ms=int(POLL_SECONDS * 1000),
            partition_assignment_strategy=(self._standing,),
        )
        consumer.subscribe(self._topics, listener=self._listener)
        async with trouble(f"join {self._group}"):
            await begin(consumer, CONNECT_SECONDS, REQUEST_SECONDS)
        return consumer


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka is untyped
    def __init__(self, assigned: OnPartitions, revoked: OnPartitions) -> None:
        self._assigned = assigned
        self._revoked = revoked

    async def on_partitions_assigned(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, assigned: Iterable[TopicPartition]
    ) -> None:
        await self._assigned(_partitions(assigned))

    async def on_partitions_revoked(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, revoked: Iterable[TopicPartition]
    ) -> None:
        await self._revoked(_partitions(revoked))


def _partitions(raws: Iterable[TopicPartition]) -> frozenset[Partition]:
    return frozenset(Partition(str(raw.topic), int(raw.partition)) for raw in raws)
