"""Records as a client of another make can write them, and aiokafka's producer can not."""
# pyright: reportPrivateUsage=false

import asyncio
import struct

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy
from aiokafka.record.util import calc_crc32c

from runtime.kafka import Connection

PLACEHOLDER = b"header-name-goes-here"
CRC_AT, CRC_FROM = 17, 21
NOW_MS = 1_764_000_000_000


def batch_with_header_name(name: bytes, *values: bytes) -> bytes:
    """A batch of records, each with one header of this name, which may be no UTF-8."""
    builder = _DefaultRecordBatchBuilderPy(2, 0, 0, -1, -1, -1, 100_000)
    for number, value in enumerate(values):
        builder.append(number, NOW_MS, b"0", value, [(PLACEHOLDER.decode(), b"x")])
    batch = bytearray(bytes(builder.build()).replace(PLACEHOLDER, name.ljust(len(PLACEHOLDER), b"-")))
    batch[CRC_AT:CRC_FROM] = struct.pack(">I", calc_crc32c(bytes(batch[CRC_FROM:])))
    return bytes(batch)


async def produce(connection: Connection, topic: str, batch: bytes) -> int:
    """Append a batch as it is to partition 0; the broker's error code, 0 if it took it."""
    producer = AIOKafkaProducer(**connection.options())
    await producer.start()
    try:
        await producer.partitions_for(topic)
        async with asyncio.timeout(10):
            while (leader := producer.client.cluster.leader_for_partition(TopicPartition(topic, 0))) in {None, -1}:
                await producer.client.force_metadata_update()
        request = ProduceRequest(
            transactional_id=None, required_acks=-1, timeout=10_000, topics=[(topic, [(0, batch)])]
        )
        answer = await producer.client.send(leader, request)
        return int(answer.topics[0][1][0][1])
    finally:
        await producer.stop()
