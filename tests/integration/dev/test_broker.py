from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import UnknownTopicOrPartitionError

from contracts.topics import EVENTS, LICENSE_FILES
from dev.stack.kafka import ADMINISTRATOR, Broker
from tests.support.campaign import CRASHES
from tests.support.kafka_topics import KafkaTopics, MakeTopics

pytestmark = pytest.mark.topics_of("ledger-projector")


@asynccontextmanager
async def producer(broker: Broker, request_timeout_ms: int = 40_000) -> AsyncGenerator[AIOKafkaProducer]:
    known = broker.connection(ADMINISTRATOR).options()
    known["request_timeout_ms"] = request_timeout_ms
    client = AIOKafkaProducer(**known, acks="all")
    await client.start()
    try:
        yield client
    finally:
        await client.stop()


@asynccontextmanager
async def consumer(broker: Broker, group: str | None = None) -> AsyncGenerator[AIOKafkaConsumer]:
    known = broker.connection(ADMINISTRATOR).options()
    client = AIOKafkaConsumer(**known, group_id=group, enable_auto_commit=False, auto_offset_reset="earliest")
    await client.start()
    try:
        yield client
    finally:
        await client.stop()


async def values(broker: Broker, topic: str) -> list[bytes | None]:
    async with consumer(broker) as client:
        partition = TopicPartition(topic, 0)
        client.assign([partition])
        end = (await client.end_offsets([partition]))[partition]
        await client.seek_to_beginning(partition)
        found: list[bytes | None] = []
        while await client.position(partition) < end:
            found += [record.value for record in (await client.getmany(timeout_ms=1000)).get(partition, [])]
        return found


@pytest.mark.parametrize("crash", CRASHES.values(), ids=CRASHES)
async def test_acknowledged_records_are_there_after_the_broker_was(
    broker: Broker, kafka_topics: KafkaTopics, crash: bool
) -> None:
    topic = kafka_topics.name(EVENTS)
    async with producer(broker) as client:
        for number in range(10):
            await client.send_and_wait(topic, str(number).encode(), partition=0)

    address = broker.address
    (broker.kill if crash else broker.stop)()
    broker.start()

    assert broker.address == address
    assert await values(broker, topic) == [str(number).encode() for number in range(10)]


async def test_a_group_goes_on_from_its_committed_offset(broker: Broker, kafka_topics: KafkaTopics) -> None:
    topic = kafka_topics.name(EVENTS)
    async with producer(broker) as client:
        for number in range(3):
            await client.send_and_wait(topic, str(number).encode(), partition=0)

    async with consumer(broker, group=kafka_topics.prefix + "group") as client:
        client.subscribe([topic])
        assert (await client.getone()).value == b"0"
        await client.commit({TopicPartition(topic, 0): 1})

    async with consumer(broker, group=kafka_topics.prefix + "group") as client:
        client.subscribe([topic])
        assert (await client.getone()).value == b"1"


async def test_no_topic_comes_into_being_by_being_written_to(broker: Broker, kafka_topics: KafkaTopics) -> None:
    stranger = kafka_topics.prefix + "stranger"
    async with producer(broker, request_timeout_ms=500) as client:
        with pytest.raises(UnknownTopicOrPartitionError):
            await client.send_and_wait(stranger, b"")

    async with consumer(broker) as client:
        assert stranger not in await client.topics()


async def test_a_second_ledger_is_a_second_partition(make_topics: MakeTopics) -> None:
    topics = await make_topics(ledgers=2)

    async with producer(topics.broker) as client:
        assert await client.partitions_for(topics.name(EVENTS)) == {0, 1}
        assert len(await client.partitions_for(topics.name(LICENSE_FILES))) == 8
