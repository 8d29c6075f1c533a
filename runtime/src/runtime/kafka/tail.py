"""Follow one partition from a known offset, without a consumer group."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from runtime.kafka.connection import REQUEST_SECONDS, Connection, topic_partition, trouble
from runtime.kafka.inside import partitions_of
from runtime.kafka.records import Partition, Raw, Record, records
from runtime.trouble import Trouble

FETCH_BYTES = 4 * 1024 * 1024
"""One answer of the broker while catching up; some ten thousand events."""
FETCH_WAIT_MILLISECONDS = 500
"""The broker holds an empty answer that long; a record that arrives ends the wait at once."""
MAX_RECORDS = 5000
CONNECT_SECONDS = 15.0


class PartitionTail:
    """Reads one partition from `start_offset` on; the reader keeps the position, not Kafka.

    After Trouble the next call connects again and goes on at `next_offset`. With no broker `next_batch` gives
    nothing new until it comes back; ask `end_offset` to know that it is there.
    """

    def __init__(self, connection: Connection, topic: str, partition: int, start_offset: int) -> None:
        self.partition = Partition(topic, partition)
        self.next_offset = start_offset
        self._connection = connection
        self._assigned = topic_partition(self.partition)
        self._consumer: AIOKafkaConsumer | None = None
        self._asker: AIOKafkaConsumer | None = None
        self._connecting = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def next_batch(self, max_records: int = MAX_RECORDS, timeout_seconds: float = 1.0) -> list[Record]:
        """The next records in offset order, or none after `timeout_seconds`.

        Raises Trouble, or OffsetGone if `next_offset` is not on the topic (any more).
        """
        consumer = await self._connected()
        try:
            async with trouble(self._what("read")):
                found: Mapping[TopicPartition, Sequence[Raw]] = await consumer.getmany(
                    self._assigned, timeout_ms=int(timeout_seconds * 1000), max_records=max_records
                )
        except Exception:
            await self.close()
            raise
        batch = records(raw for raws in found.values() for raw in raws)
        if batch:
            self.next_offset = batch[-1].offset + 1
        return batch

    async def seek(self, offset: int) -> None:
        """Go on at `offset`."""
        self.next_offset = offset
        if self._consumer is not None:
            self._consumer.seek(self._assigned, offset)

    async def end_offset(self) -> int:
        """The offset that the next appended record will get. Raises Trouble when no broker answers."""
        return await self._edge("end_offsets")

    async def beginning_offset(self) -> int:
        """The offset of the oldest record that is kept. Raises Trouble when no broker answers."""
        return await self._edge("beginning_offsets")

    async def position(self) -> int:
        """Where the next read begins: past `next_offset` where compaction left nothing to give."""
        if self._consumer is not None:
            async with trouble(self._what("position of")), asyncio.timeout(REQUEST_SECONDS):
                self.next_offset = max(self.next_offset, int(await self._consumer.position(self._assigned)))
        return self.next_offset

    async def close(self) -> None:
        """Let the connections go; a later call makes new ones."""
        consumers = (self._consumer, self._asker)
        self._consumer = self._asker = None
        for consumer in consumers:
            if consumer is not None:
                await _stop(consumer)

    async def _edge(self, which: str) -> int:
        """Ask over a connection of its own: a broker answers one connection in order, and a read may be waiting there."""
        asker = await self._asking()
        async with trouble(self._what(which.replace("_", " ") + " of")), asyncio.timeout(REQUEST_SECONDS):
            offsets: dict[object, int] = await getattr(asker, which)([self._assigned])
            return offsets[self._assigned]

    async def _asking(self) -> AIOKafkaConsumer:
        async with self._connecting:
            if self._asker is None:
                asker = AIOKafkaConsumer(**self._connection.options(), enable_auto_commit=False)
                await self._start(asker)
                self._asker = asker
            return self._asker

    async def _connected(self) -> AIOKafkaConsumer:
        async with self._connecting:
            if self._consumer is None:
                self._consumer = await self._connect()
            return self._consumer

    async def _connect(self) -> AIOKafkaConsumer:
        consumer = AIOKafkaConsumer(
            **self._connection.options(),
            enable_auto_commit=False,
            auto_offset_reset="none",
            max_partition_fetch_bytes=FETCH_BYTES,
            fetch_max_wait_ms=FETCH_WAIT_MILLISECONDS,
        )
        consumer.assign([self._assigned])
        await self._start(consumer)
        consumer.seek(self._assigned, self.next_offset)
        return consumer

    async def _start(self, consumer: AIOKafkaConsumer) -> None:
        try:
            async with trouble(self._what("connect for")), asyncio.timeout(CONNECT_SECONDS):
                await consumer.start()
                await self._must_exist(consumer)
        except BaseException:
            await _stop(consumer)
            raise

    async def _must_exist(self, consumer: AIOKafkaConsumer) -> None:
        if self.partition.number not in await partitions_of(consumer, self.partition.topic):
            raise Trouble(f"{self.partition.topic} has no partition {self.partition.number}")

    def _what(self, doing: str) -> str:
        return f"{doing} {self.partition.topic}/{self.partition.number}"


async def _stop(consumer: AIOKafkaConsumer) -> None:
    with suppress(KafkaError, TimeoutError):
        await asyncio.wait_for(consumer.stop(), REQUEST_SECONDS)
