"""Everything that lies on a broker: keys, headers and values of every record of some topics."""

from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from contracts.topics import Topic
from tests.support.kafka_topics import KafkaTopics


async def every_record(topics: KafkaTopics, which: Iterable[Topic]) -> list[bytes]:
    """The bytes of each record, from the first to the last one that is there now."""
    options, names = topics.connection().options(), [topics.name(topic) for topic in which]
    admin = AIOKafkaAdminClient(**options)
    consumer = AIOKafkaConsumer(**options, auto_offset_reset="earliest")
    await admin.start()
    await consumer.start()
    try:
        described = await admin.describe_topics(names)
        partitions = {one["topic"]: [part["partition"] for part in one["partitions"]] for one in described}
        return [record for name in names for record in await _records(consumer, name, partitions[name])]
    finally:
        await consumer.stop()
        await admin.close()


async def _records(consumer: AIOKafkaConsumer, name: str, numbers: Iterable[int]) -> list[bytes]:
    partitions = [TopicPartition(name, number) for number in numbers]
    ends = await consumer.end_offsets(partitions)
    consumer.assign(partitions)
    await consumer.seek_to_beginning()
    found: list[bytes] = []
    while any([await consumer.position(one) < ends[one] for one in partitions]):
        for records in (await consumer.getmany(timeout_ms=500)).values():
            found += [_bytes_of(record) for record in records]
    return found


def _bytes_of(record: object) -> bytes:
    key, value, headers = (getattr(record, name) for name in ("key", "value", "headers"))
    return b"\n".join([key or b"", value or b"", *(name.encode() + b":" + (said or b"") for name, said in headers)])
