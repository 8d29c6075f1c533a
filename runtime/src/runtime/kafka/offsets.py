"""Where partitions begin and end, asked over one kept connection."""

import asyncio
from collections.abc import Collection, Mapping
from typing import Literal

from aiokafka import AIOKafkaConsumer, TopicPartition

from runtime.kafka.aiokafka_internals import begin, partitions_of
from runtime.kafka.closing import Closing
from runtime.kafka.connection import REQUEST_SECONDS, Connection, topic_partition, trouble
from runtime.kafka.kept_consumer import KeptConsumer
from runtime.kafka.records import Partition
from runtime.trouble import Trouble

CONNECT_SECONDS = 15.0
UNKNOWN_SECONDS = REQUEST_SECONDS + 2.0
"""aiokafka asks for a topic that no broker knows for as long as a request may take, and only then says so."""

_Edge = Literal["beginning_offsets", "end_offsets"]


class Offsets(Closing):
    """Asks brokers for the edges of partitions; connects on first use, and again after Trouble.

    A broker answers one connection in order: who also reads waits there for records, so questions have their own.
    Any number of tails may share one.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._kept = KeptConsumer(self._connect)

    async def ends(self, partitions: Collection[Partition]) -> dict[Partition, int]:
        """The offsets that the next appended records will get. Raises Trouble when no broker answers."""
        return await self._edges("end_offsets", partitions)

    async def beginnings(self, partitions: Collection[Partition]) -> dict[Partition, int]:
        """The offsets of the oldest records that are kept. Raises Trouble when no broker answers."""
        return await self._edges("beginning_offsets", partitions)

    async def close(self) -> None:
        """Let the connection go; a later question makes a new one."""
        await self._kept.let_go()

    async def _edges(self, which: _Edge, partitions: Collection[Partition]) -> dict[Partition, int]:
        async with trouble(f"{which.replace('_', ' ')} of {names(partitions)}"):
            asker = await self._kept.connected()
            try:
                await must_exist(asker, partitions)
                async with asyncio.timeout(REQUEST_SECONDS):
                    ask = asker.beginning_offsets if which == "beginning_offsets" else asker.end_offsets
                    found: Mapping[TopicPartition, int] = await ask([topic_partition(one) for one in partitions])
            except Exception:
                # One without partitions of its own does not find back to a broker that was away. Whoever was cancelled
                # does not come here: it leaves the connection to the others that ask over it.
                await self._kept.drop(asker)
                raise
        return {one: found[topic_partition(one)] for one in partitions}

    async def _connect(self) -> AIOKafkaConsumer:
        asker = AIOKafkaConsumer(**self._connection.options(), enable_auto_commit=False)
        await begin(asker, CONNECT_SECONDS, REQUEST_SECONDS)
        return asker


async def must_exist(consumer: AIOKafkaConsumer, partitions: Collection[Partition]) -> None:
    """Raises Trouble for a partition that the brokers do not have; a question about it would never be answered."""
    async with asyncio.timeout(UNKNOWN_SECONDS):
        for partition in partitions:
            if partition.number not in await partitions_of(consumer, partition.topic):
                raise Trouble(f"{partition.topic} has no partition {partition.number}")


def names(partitions: Collection[Partition]) -> str:
    """Their topics, for a sentence."""
    return ", ".join(sorted({partition.topic for partition in partitions}))
