"""A log as one partition of a Kafka topic, and the way back to those who asked."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Generic

from contracts.log.envelope import CONTENT_TYPE
from contracts.sender_proof import MAC, outcome_mac
from runtime.dead_letters import BuriedOnce
from runtime.eventlog.definition import Outcome
from runtime.eventlog.ports import Logged, Position
from runtime.kafka import GroupConsumer, Outgoing, PartitionTail, Producer, Record, partition_for

READ_SECONDS = 2.0
"""How long a read waits for a new entry: as often an idle replica asks whether anybody is there."""
_HEADERS = (("content-type", CONTENT_TYPE.encode()),)


@lru_cache(maxsize=4096)
def _partition_of(address: str, partitions: int) -> int:
    """Few addresses, many outcomes: the hash is worth remembering."""
    return partition_for(address.encode(), partitions)


class KafkaLog:
    """EntryLog on one Kafka partition; the records' key is its number."""

    def __init__(
        self, tail: PartitionTail, again: Callable[[], PartitionTail], producer: Producer, dead_letters: BuriedOnce
    ) -> None:
        self._tail = tail
        self._again = again
        self._producer = producer
        self._dead_letters = dead_letters
        self._key = str(tail.partition.number).encode()

    async def append(self, values: Sequence[bytes], *, at: datetime) -> None:
        records: list[Outgoing] = [(self._key, value, _HEADERS) for value in values]
        await self._producer.send_many(self._tail.partition.topic, self._tail.partition.number, records, at=at)

    async def read(self) -> Sequence[Logged]:
        records = await self._tail.next_batch(timeout_seconds=READ_SECONDS)
        return [Logged(record.offset, record.value or b"", record.timestamp) for record in records]

    async def end_offset(self) -> int:
        return await self._tail.end_offset()

    async def begin_at(self, offset: int) -> None:
        await self._tail.seek(offset)

    async def value_at(self, offset: int) -> bytes | None:
        return await self._tail.value_at(offset)

    async def history(self) -> AsyncIterator[Logged]:
        async with self._again() as tail:
            end = await tail.end_offset()
            while await tail.position() < end:
                for record in await tail.next_batch(timeout_seconds=READ_SECONDS):
                    yield Logged(record.offset, record.value or b"", record.timestamp)

    async def bury(self, poison: Logged, reason: str) -> None:
        where = self._tail.partition
        record = Record(where.topic, where.number, poison.offset, self._key, poison.value, (), poison.stamp_ms)
        await self._dead_letters.put(record, reason)


class KafkaReplies(Generic[Outcome]):
    """Replies by way of the consumer group's commits and a topic of outcomes, keyed by the address of who asked."""

    def __init__(self, group: GroupConsumer, producer: Producer, topic: str, partitions: int) -> None:
        self._group = group
        self._producer = producer
        self._topic = topic
        self._partitions = partitions

    async def commit(self, position: Position) -> None:
        await self._group.commit(position)

    async def send(self, outcomes: Sequence[Outcome], keys: Sequence[bytes]) -> None:
        by_partition: dict[int, list[Outgoing]] = defaultdict(list)
        for outcome, key in zip(outcomes, keys, strict=True):
            value = outcome.json_bytes()
            record: Outgoing = (outcome.reply_to.encode(), value, ((MAC, outcome_mac(key, value)),))
            by_partition[_partition_of(outcome.reply_to, self._partitions)].append(record)
        for number, records in by_partition.items():
            await self._producer.send_many(self._topic, number, records)
