"""The typed Kafka module against a real broker, which is stopped and started where that is the point."""

import asyncio
import os
from collections.abc import AsyncIterator

import pytest
from aiokafka.conn import AIOKafkaConnection

from contracts.topics import COMMANDS, DEAD_LETTERS, LICENSE_FILES, OUTCOMES
from dev.stack.kafka import Broker
from runtime.dead_letters import MAX_PAYLOAD_BYTES, DeadLetters
from runtime.kafka import (
    Connection,
    GroupConsumer,
    OffsetGone,
    Partition,
    PartitionTail,
    Producer,
    Record,
    Tail,
    partition_for,
)
from runtime.kafka.group import OnPartitions
from runtime.trouble import Trouble
from tests.support.kafka_topics import KafkaTopics, MakeTopics
from tests.support.raw_records import batch_with_header_name, produce

pytestmark = pytest.mark.topics_of("ledger-writer", "device-sync")


@pytest.fixture
def connection(kafka_topics: KafkaTopics) -> Connection:
    return kafka_topics.connection()


@pytest.fixture
async def producer(connection: Connection) -> AsyncIterator[Producer]:
    async with Producer(connection, client_id="test", delivery_seconds=60) as producer:
        yield producer


@pytest.fixture
def outcomes(kafka_topics: KafkaTopics) -> str:
    return kafka_topics.name(OUTCOMES)


async def test_an_appended_record_is_read_back_as_it_was(
    producer: Producer, connection: Connection, outcomes: str
) -> None:
    appended = await producer.send(outcomes, b"key", b"value", headers=(("reason", b"why"),))

    async with PartitionTail(connection, outcomes, appended.partition, 0) as tail:
        (record,) = await tail.next_batch(timeout_seconds=10)

    assert (record.key, record.value, record.offset) == (b"key", b"value", appended.offset)
    assert (record.header("reason"), record.header("other")) == (b"why", None)
    assert appended.partition == partition_for(b"key", OUTCOMES.partitions)


async def test_a_reader_connects_once_to_read_and_once_to_ask(
    connection: Connection, outcomes: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, connect = list[AIOKafkaConnection](), AIOKafkaConnection.connect

    async def counted(self: AIOKafkaConnection) -> None:
        made.append(self)
        await connect(self)

    monkeypatch.setattr(AIOKafkaConnection, "connect", counted)
    async with PartitionTail(connection, outcomes, 0, 0) as tail:
        assert await tail.next_batch(timeout_seconds=0.1) == []
        assert await tail.end_offset() == 0
        assert len(made) == 2
    assert [one.connected() for one in made] == [False, False]


async def test_many_records_are_appended_in_order_whatever_their_size(
    producer: Producer, connection: Connection, kafka_topics: KafkaTopics
) -> None:
    topic = kafka_topics.name(COMMANDS)
    values = [b"%d " % n + os.urandom(n % 1500) for n in range(5000)]

    await producer.send_many(topic, 0, [(b"0", value, ()) for value in values])

    async with PartitionTail(connection, topic, 0, 0) as tail:
        assert await tail.beginning_offset() == 0
        assert await tail.end_offset() == len(values)
        assert [record.value for record in await _read(tail, len(values))] == values
        assert await tail.next_batch(timeout_seconds=0.1) == []


async def test_a_record_that_is_too_big_is_trouble_and_the_next_one_goes_through(
    producer: Producer, connection: Connection, outcomes: str
) -> None:
    with pytest.raises(Trouble, match="MessageSizeTooLarge"):
        await producer.send(outcomes, b"key", os.urandom(2 * 1024 * 1024), partition=0)
    await producer.send(outcomes, b"key", b"small", partition=0)

    async with PartitionTail(connection, outcomes, 0, 0) as tail:
        assert [record.value for record in await _read(tail, 1)] == [b"small"]


async def test_a_tail_goes_on_where_it_is_told(producer: Producer, connection: Connection, outcomes: str) -> None:
    await producer.send_many(outcomes, 0, [(None, b"%d" % n, ()) for n in range(10)])

    async with PartitionTail(connection, outcomes, 0, 8) as tail:
        assert [record.value for record in await _read(tail, 2)] == [b"8", b"9"]
        await tail.seek(9)
        assert [record.value for record in await _read(tail, 1)] == [b"9"]
        assert tail.next_offset == await tail.position() == 10


async def test_one_tail_reads_many_partitions(
    producer: Producer, connection: Connection, kafka_topics: KafkaTopics
) -> None:
    topic = kafka_topics.name(LICENSE_FILES)
    partitions = [Partition(topic, number) for number in range(LICENSE_FILES.partitions)]
    for partition in partitions:
        await producer.send(topic, b"key", b"value", partition=partition.number)

    async with Tail(connection, dict.fromkeys(partitions, 0)) as tail:
        found: set[int] = set()
        while len(found) < len(partitions):
            found |= {record.partition for record in await tail.next_batch()}
        assert await tail.positions() == await tail.end_offsets() == dict.fromkeys(partitions, 1)


async def test_an_offset_that_is_not_on_the_topic_is_told(connection: Connection, outcomes: str) -> None:
    async with PartitionTail(connection, outcomes, 0, 5) as tail:
        with pytest.raises(OffsetGone):
            await _read(tail, 1)


async def test_a_partition_that_does_not_exist_is_trouble(connection: Connection, outcomes: str) -> None:
    async with PartitionTail(connection, outcomes, 99, 0) as tail:
        with pytest.raises(Trouble, match="no partition 99"):
            await tail.next_batch()


async def test_a_group_goes_on_after_its_commit(
    producer: Producer, connection: Connection, kafka_topics: KafkaTopics
) -> None:
    topic = kafka_topics.name(COMMANDS)
    await producer.send_many(topic, 0, [(None, b"%d" % n, ()) for n in range(4)])

    async with _member(connection, kafka_topics) as first:
        assert [record.value for record in await _of_group(first, 4)] == [b"0", b"1", b"2", b"3"]
        assert first.assignment() == {Partition(topic, 0)}
        assert await first.committed([Partition(topic, 0)]) == {}
        await first.commit({Partition(topic, 0): 2})

    async with _member(connection, kafka_topics) as second:
        assert [record.value for record in await _of_group(second, 2)] == [b"2", b"3"]


async def test_a_rewound_member_reads_on_from_its_commits_and_from_the_oldest_record_where_it_has_none(
    connection: Connection, make_topics: MakeTopics
) -> None:
    topics = await make_topics(ledgers=2)
    topic = topics.name(COMMANDS)
    committed, fresh = Partition(topic, 0), Partition(topic, 1)
    async with Producer(connection, client_id="test") as producer, _member(connection, topics) as member:
        for partition in (committed, fresh):
            values = [b"%d.%d" % (partition.number, n) for n in range(3)]
            await producer.send_many(topic, partition.number, [(None, value, ()) for value in values])
        await _of_group(member, 6)
        await member.commit({committed: 2})

        await member.rewind([committed, fresh])

        assert {record.value for record in await _of_group(member, 4)} == {b"0.2", b"1.0", b"1.1", b"1.2"}


async def test_a_member_is_told_what_it_gets_and_loses(
    producer: Producer, connection: Connection, kafka_topics: KafkaTopics
) -> None:
    told: list[tuple[str, frozenset[Partition]]] = []

    async def assigned(partitions: frozenset[Partition]) -> None:
        told.append(("assigned", partitions))

    async def revoked(partitions: frozenset[Partition]) -> None:
        told.append(("revoked", partitions))

    only = frozenset({Partition(kafka_topics.name(COMMANDS), 0)})
    first = _member(connection, kafka_topics, assigned=assigned, revoked=revoked)
    async with first, _member(connection, kafka_topics) as second:
        await first.next_batch(timeout_seconds=0.1)
        assert ("assigned", only) in told

        joining = asyncio.create_task(second.next_batch(timeout_seconds=0.1))
        while ("revoked", only) not in told:
            await first.next_batch(timeout_seconds=0.1)
        await joining


async def test_a_commit_of_a_partition_that_is_not_ours_is_trouble(
    connection: Connection, kafka_topics: KafkaTopics
) -> None:
    async with _member(connection, kafka_topics) as member:
        await member.next_batch(timeout_seconds=0.1)
        with pytest.raises(Trouble):
            await member.commit({Partition(kafka_topics.name(OUTCOMES), 0): 1})


async def test_a_dead_letter_says_where_it_came_from_and_why(
    producer: Producer, connection: Connection, kafka_topics: KafkaTopics
) -> None:
    letters = DeadLetters(producer, topic_prefix=kafka_topics.prefix, service="device-sync")
    poison = Record("some.topic", 3, 14, b"key", b"x" * (MAX_PAYLOAD_BYTES + 1), (), 0)

    await letters.put(poison, "it is poison")

    async with PartitionTail(connection, kafka_topics.name(DEAD_LETTERS["device-sync"]), 0, 0) as tail:
        (record,) = await _read(tail, 1)
    assert record.value == b"x" * MAX_PAYLOAD_BYTES
    assert record.headers == (
        ("reason", b"it is poison"),
        ("topic", b"some.topic"),
        ("partition", b"3"),
        ("offset", b"14"),
        ("bytes", b"262145"),
        ("headers", b"0"),
    )


async def test_a_header_name_that_is_no_utf_8_keeps_no_reader_from_what_comes_after_it(
    producer: Producer, connection: Connection, kafka_topics: KafkaTopics
) -> None:
    """The broker takes it, so whoever may write to a topic could end every reader of it."""
    topic = kafka_topics.name(COMMANDS)
    await producer.send(topic, None, b"before", headers=[("name", b"value")])
    assert await produce(kafka_topics.connection(), topic, batch_with_header_name(b"\xff\xfe", b"one", b"two")) == 0
    await producer.send(topic, None, b"after", headers=[("name", b"value")])

    async with PartitionTail(connection, topic, 0, 0) as tail, _member(connection, kafka_topics) as member:
        assert await _values_until(member, b"after") == [b"before", b"one", b"two", b"after"]
        records = await _read(tail, 4)
    assert [record.offset for record in records] == [0, 1, 2, 3]
    assert records[3].header("name") == b"value"
    (name, value) = records[1].headers[0]
    assert (name[:8], value) == (r"\xff\xfe", b"x")
    async with PartitionTail(connection, topic, 0, 2) as tail:
        assert [record.value for record in await _read(tail, 2)] == [b"two", b"after"]


async def test_without_a_broker_everything_is_trouble_in_time() -> None:
    nowhere = Connection("127.0.0.1:1")

    async with Producer(nowhere, client_id="test", delivery_seconds=0.5) as producer:
        with pytest.raises(Trouble):
            await producer.send("topic", b"key", b"value")
        with pytest.raises(Trouble):
            await producer.send_many("topic", 0, [(b"key", b"value", ())])
    async with PartitionTail(nowhere, "topic", 0, 0) as tail:
        with pytest.raises(Trouble):
            await tail.next_batch()
        with pytest.raises(Trouble):
            await tail.end_offset()


async def test_all_go_on_when_the_broker_comes_back(
    producer: Producer, connection: Connection, kafka_topics: KafkaTopics, broker: Broker
) -> None:
    topic = kafka_topics.name(COMMANDS)
    async with PartitionTail(connection, topic, 0, 0) as tail, _member(connection, kafka_topics) as member:
        await producer.send(topic, None, b"before")
        assert [record.value for record in await _read(tail, 1)] == [b"before"]
        await _of_group(member, 1)

        await asyncio.to_thread(broker.kill)
        sending = asyncio.create_task(producer.send(topic, None, b"meanwhile"))
        await asyncio.sleep(1)
        await asyncio.to_thread(broker.start)

        await sending
        await producer.send_many(topic, 0, [(None, b"after", ())])
        assert await _values_until(tail, b"after") == [b"meanwhile", b"after"]
        assert await _values_until(member, b"after") == [b"meanwhile", b"after"]


async def test_an_append_that_could_not_be_delivered_is_trouble_and_a_later_one_is_not(
    connection: Connection, kafka_topics: KafkaTopics, broker: Broker
) -> None:
    topic = kafka_topics.name(COMMANDS)
    async with Producer(connection, client_id="test", delivery_seconds=2) as impatient:
        await impatient.send(topic, None, b"before")
        await asyncio.to_thread(broker.stop)
        with pytest.raises(Trouble, match="not durable after 2 s"):
            await impatient.send(topic, None, b"meanwhile")
        with pytest.raises(Trouble):
            await impatient.send_many(topic, 0, [(None, b"meanwhile", ())])
        await asyncio.to_thread(broker.start)
        await impatient.send(topic, None, b"after")

    async with PartitionTail(connection, topic, 0, 0) as tail:
        assert await _values_until(tail, b"after") == [b"before", b"after"]


async def _ignore(_: frozenset[Partition]) -> None:
    """What most tests do about rebalances."""


def _member(
    connection: Connection,
    kafka_topics: KafkaTopics,
    *,
    assigned: OnPartitions = _ignore,
    revoked: OnPartitions = _ignore,
) -> GroupConsumer:
    return GroupConsumer(
        connection,
        group=f"{kafka_topics.prefix}group",
        topics=[kafka_topics.name(COMMANDS)],
        client_id="test",
        assigned=assigned,
        revoked=revoked,
    )


async def _read(tail: PartitionTail, count: int) -> list[Record]:
    async with asyncio.timeout(30):
        found: list[Record] = []
        while len(found) < count:
            found += await tail.next_batch()
        return found


async def _of_group(member: GroupConsumer, count: int) -> list[Record]:
    async with asyncio.timeout(30):
        found: list[Record] = []
        while len(found) < count:
            found += await member.next_batch()
        return found


async def _values_until(reader: PartitionTail | GroupConsumer, last: bytes) -> list[bytes | None]:
    """What a reader gives up to a value; trouble on the way is what a service waits out, too."""
    found: list[bytes | None] = []
    async with asyncio.timeout(60):
        while last not in found:
            try:
                found += [record.value for record in await reader.next_batch()]
            except Trouble:
                await asyncio.sleep(0.2)
    return found
