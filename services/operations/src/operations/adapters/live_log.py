"""Topics on brokers, as backup, restore and verification read and write them."""

from collections.abc import AsyncGenerator, Collection, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Self

from aiokafka.errors import TopicAuthorizationFailedError

from runtime.kafka import Connection, NotAllowed, Offsets, Partition, PartitionTail, Producer, Record
from runtime.trouble import Trouble

CLIENT = "licensingctl"
BATCH_RECORDS = 5_000
"""Some 5 MB of entries."""


class KafkaLog:
    """Implements LiveLog."""

    def __init__(self, connection: Connection, offsets: Offsets, producer: Producer) -> None:
        self._connection = connection
        self._offsets = offsets
        self._producer = producer

    @classmethod
    @asynccontextmanager
    async def of(cls, connection: Connection) -> AsyncGenerator[Self]:
        """Connects on first use."""
        async with Offsets(connection) as offsets, Producer(connection, client_id=CLIENT) as producer:
            yield cls(connection, offsets, producer)

    async def edges(self, partitions: Collection[Partition]) -> Mapping[Partition, tuple[int, int]]:
        with _refusals():
            ends = await self._offsets.ends(partitions)
            oldest = await self._offsets.beginnings(partitions)
        return {one: (oldest[one], ends[one]) for one in partitions}

    async def read(self, partition: Partition, first: int, end: int) -> AsyncGenerator[Sequence[Record]]:
        if first >= end:
            return
        async with PartitionTail(self._connection, *partition, first) as tail:
            await tail.seek(max(first, await tail.beginning_offset()))
            while await tail.position() < end:
                records = [record for record in await tail.next_batch(BATCH_RECORDS) if record.offset < end]
                if records:
                    yield records
                else:
                    await tail.end_offset()  # raises Trouble where nothing comes because no broker is there

    async def append(self, partition: Partition, records: Sequence[Record]) -> None:
        with _refusals():
            await self._producer.copy(partition, records)


@contextmanager
def _refusals() -> Generator[None]:
    """No right is no trouble that passes."""
    try:
        yield
    except Trouble as trouble:
        if isinstance(trouble.__cause__, TopicAuthorizationFailedError):
            raise NotAllowed(f"the brokers do not let this user do that: {trouble}") from trouble
        raise
