"""Everything that lies on a broker: keys, headers and values of every record of some topics."""

from collections.abc import Iterable

from aiokafka.admin import AIOKafkaAdminClient

from contracts.topics import Topic
from runtime.kafka import Partition, Record
from tests.support.kafka_topics import KafkaTopics
from tests.support.reading import records_in


async def every_record(topics: KafkaTopics, which: Iterable[Topic]) -> list[bytes]:
    """The bytes of each record, from the first to the last one that is there now."""
    partitions = await _partitions(topics, [topics.name(topic) for topic in which])
    return [_bytes_of(record) for record in await records_in(topics.connection(), partitions)]


async def _partitions(topics: KafkaTopics, names: list[str]) -> list[Partition]:
    admin = AIOKafkaAdminClient(**topics.connection().options())
    await admin.start()
    try:
        described = await admin.describe_topics(names)
    finally:
        await admin.close()
    return [Partition(one["topic"], part["partition"]) for one in described for part in one["partitions"]]


def _bytes_of(record: Record) -> bytes:
    headers = (name.encode() + b":" + (said or b"") for name, said in record.headers)
    return b"\n".join([record.key or b"", record.value or b"", *headers])
