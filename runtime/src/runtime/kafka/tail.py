"""Follow partitions from known offsets, without a consumer group: the reader keeps the position, not Kafka."""

import asyncio
from collections.abc import Mapping, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition

from runtime.kafka.aiokafka_internals import begin, end
from runtime.kafka.closing import Closing
from runtime.kafka.connection import REQUEST_SECONDS, Connection, topic_partition, trouble
from runtime.kafka.kept_consumer import KeptConsumer
from runtime.kafka.offsets import CONNECT_SECONDS, Offsets, must_exist, names
from runtime.kafka.records import OffsetGone, Partition, Raw, Record, records
from runtime.trouble import Trouble

FETCH_BYTES = 4 * 1024 * 1024
"""One answer of the broker while catching up; some ten thousand events."""
FETCH_WAIT_MILLISECONDS = 500
"""The broker holds an empty answer that long; a record that arrives ends the wait at once. Of several partitions, one
whose records were being handled meanwhile waits for that answer before it is asked for more."""
SOLE_FETCH_WAIT_MILLISECONDS = 2000
"""The same for a single partition, which keeps no other waiting: four idle readers cost as much as one with 500."""
MAX_RECORDS = 5000
VALUE_SECONDS = 15.0
"""For a record that is known to be there: one read by a client that has to connect first."""


class Tail(Closing):
    """Reads partitions over one connection; `next_offsets` says where each goes on.

    `offsets` answers where they begin and end: its own unless one is given, which stays open when this is closed.

    After Trouble the next call connects again and goes on from there. With no broker `next_batch` gives
    nothing new until it comes back; ask `end_offsets` to know that it is there.
    """

    def __init__(self, connection: Connection, start: Mapping[Partition, int], offsets: Offsets | None = None) -> None:
        self.next_offsets = dict(start)
        self._connection = connection
        self._assigned = {topic_partition(partition): partition for partition in start}
        self._names = names(start)
        self._own_offsets = Offsets(connection)
        self._offsets = offsets or self._own_offsets
        self._kept = KeptConsumer(self._connect)

    async def next_batch(self, max_records: int = MAX_RECORDS, timeout_seconds: float = 1.0) -> list[Record]:
        """The next records, each partition in offset order, or none after `timeout_seconds`.

        Raises Trouble, or OffsetGone if a next offset is not on its topic (any more).
        """
        consumer = await self._kept.connected()
        try:
            async with trouble(f"read {self._names}"):
                found: Mapping[TopicPartition, Sequence[Raw]] = await consumer.getmany(
                    timeout_ms=int(timeout_seconds * 1000), max_records=max_records
                )
        except Exception:
            await self.close()
            raise
        for partition, raws in found.items():
            self.next_offsets[self._assigned[partition]] = raws[-1].offset + 1
        return records(raw for raws in found.values() for raw in raws)

    async def seek(self, partition: Partition, offset: int) -> None:
        """Go on at `offset`."""
        self.next_offsets[partition] = offset
        if self._kept.current is not None:
            self._kept.current.seek(topic_partition(partition), offset)

    async def end_offsets(self) -> dict[Partition, int]:
        """The offsets that the next appended records will get. Raises Trouble when no broker answers."""
        return await self._offsets.ends(self.next_offsets)

    async def beginning_offsets(self) -> dict[Partition, int]:
        """The offsets of the oldest records that are kept. Raises Trouble when no broker answers."""
        return await self._offsets.beginnings(self.next_offsets)

    async def positions(self) -> dict[Partition, int]:
        """Where the next reads begin: past `next_offsets` where compaction left nothing to give."""
        if self._kept.current is not None:
            for assigned, partition in self._assigned.items():
                async with trouble(f"position of {partition.topic}"), asyncio.timeout(REQUEST_SECONDS):
                    at = int(await self._kept.current.position(assigned))
                self.next_offsets[partition] = max(self.next_offsets[partition], at)
        return dict(self.next_offsets)

    async def close(self) -> None:
        """Let the connections go; a later call makes new ones."""
        await self._kept.let_go()
        await self._own_offsets.close()

    async def _connect(self) -> AIOKafkaConsumer:
        consumer = AIOKafkaConsumer(
            **self._connection.options(),
            enable_auto_commit=False,
            auto_offset_reset="none",
            max_partition_fetch_bytes=FETCH_BYTES,
            fetch_max_wait_ms=SOLE_FETCH_WAIT_MILLISECONDS if len(self._assigned) == 1 else FETCH_WAIT_MILLISECONDS,
        )
        consumer.assign(list(self._assigned))
        await self._start(consumer)
        for assigned, partition in self._assigned.items():
            consumer.seek(assigned, self.next_offsets[partition])
        return consumer

    async def _start(self, consumer: AIOKafkaConsumer) -> None:
        async with trouble(f"connect for {self._names}"):
            await begin(consumer, CONNECT_SECONDS, REQUEST_SECONDS)
            try:
                async with asyncio.timeout(CONNECT_SECONDS):
                    await must_exist(consumer, self.next_offsets)
            except BaseException:
                await end(consumer, REQUEST_SECONDS)
                raise


class PartitionTail(Closing):
    """A Tail of one partition."""

    def __init__(
        self,
        connection: Connection,
        topic: str,
        partition: int,
        start_offset: int,
        offsets: Offsets | None = None,
    ) -> None:
        self.partition = Partition(topic, partition)
        self._tail = Tail(connection, {self.partition: start_offset}, offsets)

    @property
    def next_offset(self) -> int:
        return self._tail.next_offsets[self.partition]

    async def next_batch(self, max_records: int = MAX_RECORDS, timeout_seconds: float = 1.0) -> list[Record]:
        """The next records in offset order, or none after `timeout_seconds`. Raises Trouble or OffsetGone."""
        return await self._tail.next_batch(max_records, timeout_seconds)

    async def seek(self, offset: int) -> None:
        """Go on at `offset`."""
        await self._tail.seek(self.partition, offset)

    async def value_at(self, offset: int) -> bytes | None:
        """The value of the record there, or None if there is none (any more); seek before the next read.

        Raises Trouble.
        """
        if not await self.beginning_offset() <= offset < await self.end_offset():
            return None
        await self.seek(offset)
        try:
            found = await self.next_batch(1, VALUE_SECONDS)
        except OffsetGone:
            return None
        if not found:
            raise Trouble(f"{self.partition.topic} did not give the record at {offset} within {VALUE_SECONDS:g} s")
        return found[0].value or b"" if found[0].offset == offset else None

    async def end_offset(self) -> int:
        """The offset that the next appended record will get. Raises Trouble when no broker answers."""
        return (await self._tail.end_offsets())[self.partition]

    async def beginning_offset(self) -> int:
        """The offset of the oldest record that is kept. Raises Trouble when no broker answers."""
        return (await self._tail.beginning_offsets())[self.partition]

    async def position(self) -> int:
        """Where the next read begins: past `next_offset` where compaction left nothing to give."""
        return (await self._tail.positions())[self.partition]

    async def close(self) -> None:
        """Let the connection go; a later call makes a new one."""
        await self._tail.close()
