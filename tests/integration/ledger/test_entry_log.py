"""What the writer expects of its log, held by the one in memory and by the one on Kafka."""

import random
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from contracts.topics import DEAD_LETTERS, EVENTS
from runtime.dead_letters import BuriedOnce, DeadLetters
from runtime.eventlog import EntryLog, Logged
from runtime.eventlog.kafka_log import KafkaLog
from runtime.kafka import PartitionTail, Producer
from runtime.trouble import Trouble
from tests.support.eventlog.memory import MemoryLog, Partition
from tests.support.kafka_topics import KafkaTopics, MakeTopics

pytestmark = pytest.mark.topics_of("ledger-writer")

VALUES = [f'{{"n": {n}}}'.encode() for n in range(1_200)]


@asynccontextmanager
async def two_on_kafka(topics: KafkaTopics) -> AsyncGenerator[tuple[EntryLog, EntryLog]]:
    connection = topics.connection("ledger-writer")
    async with AsyncExitStack() as opened:
        logs: list[EntryLog] = []
        for name in ("one", "two"):
            producer = await opened.enter_async_context(Producer(connection, client_id=name))
            again = partial(PartitionTail, connection, topics.name(EVENTS), 0, 0)
            tail = await opened.enter_async_context(again())
            letters = DeadLetters(producer, topic_prefix=topics.prefix, service="ledger-writer")
            logs.append(KafkaLog(tail, again, producer, BuriedOnce(connection, letters)))
        yield logs[0], logs[1]


@pytest.fixture(params=["memory", "kafka"])
async def logs(request: pytest.FixtureRequest, make_topics: MakeTopics) -> AsyncIterator[tuple[EntryLog, EntryLog]]:
    """Two writers' views of one empty log."""
    if request.param == "memory":
        partition = Partition(random.Random(1), now=datetime.now(UTC))
        yield MemoryLog(partition), MemoryLog(partition)
    else:
        async with two_on_kafka(await make_topics()) as both:
            yield both


async def read_all(log: EntryLog, count: int) -> Sequence[Logged]:
    found: list[Logged] = []
    while len(found) < count:
        found += await log.read()
    return found


async def test_a_reader_looks_at_one_record_and_begins_where_it_likes(logs: tuple[EntryLog, EntryLog]) -> None:
    writer, reader = logs
    await writer.append(VALUES[:5], at=datetime.now(UTC))

    assert [await reader.value_at(offset) for offset in (0, 4, 3)] == [VALUES[0], VALUES[4], VALUES[3]]
    assert [await reader.value_at(offset) for offset in (5, 900)] == [None, None]
    await reader.begin_at(3)
    assert [(one.offset, one.value) for one in await read_all(reader, 2)] == [(3, VALUES[3]), (4, VALUES[4])]
    await reader.begin_at(0)
    assert [one.value for one in await read_all(reader, 5)] == VALUES[:5]


async def test_an_empty_log_ends_at_zero_and_a_read_of_it_returns(logs: tuple[EntryLog, EntryLog]) -> None:
    assert await logs[0].end_offset() == 0
    assert await logs[0].read() == []


async def test_what_was_appended_is_read_in_order_with_its_offsets_by_everybody(
    logs: tuple[EntryLog, EntryLog],
) -> None:
    one, two = logs
    await one.append(VALUES, at=datetime.now(UTC))
    assert await one.end_offset() == len(VALUES)
    expected = list(enumerate(VALUES))
    assert [record[:2] for record in await read_all(one, len(VALUES))] == expected
    assert [record[:2] for record in await read_all(two, len(VALUES))] == expected


async def test_appends_of_two_writers_lie_one_after_the_other_for_both(logs: tuple[EntryLog, EntryLog]) -> None:
    one, two = logs
    await one.append(VALUES[:3], at=datetime.now(UTC))
    await two.append(VALUES[3:5], at=datetime.now(UTC))
    await one.append(VALUES[5:6], at=datetime.now(UTC))
    assert [record.value for record in await read_all(two, 6)] == VALUES[:6]
    assert [record.value for record in await read_all(one, 6)] == VALUES[:6]


async def test_what_is_stamped_by_a_clock_that_is_ahead_is_trouble_and_not_there(
    logs: tuple[EntryLog, EntryLog],
) -> None:
    log, _ = logs
    with pytest.raises(Trouble, match="clock"):
        await log.append(VALUES[:3], at=datetime.now(UTC) + timedelta(minutes=6))
    assert await log.end_offset() == 0
    await log.append(VALUES[:3], at=datetime.now(UTC) + timedelta(minutes=4))
    assert await log.end_offset() == 3


async def test_a_dead_letter_that_is_none_of_ours_keeps_nothing_from_being_buried(kafka_topics: KafkaTopics) -> None:
    letters = kafka_topics.name(DEAD_LETTERS["ledger-writer"])
    events, numbers = kafka_topics.name(EVENTS).encode(), (("partition", b"9" * 5000), ("offset", b"9" * 5000))
    async with Producer(kafka_topics.connection(), client_id="somebody") as producer:
        for headers in ((), (("topic", b"\xff"), *numbers), (("topic", events), *numbers)):
            await producer.send(letters, b"0", b"junk", headers=headers)
    async with two_on_kafka(kafka_topics) as (log, _):
        await log.bury(Logged(7, b"poison"), "because")
    async with PartitionTail(kafka_topics.connection("operator"), letters, 0, 0) as tail:
        assert await tail.end_offset() == 4


async def test_poison_is_buried_with_its_reason_and_once(kafka_topics: KafkaTopics) -> None:
    for _ in range(2):
        async with two_on_kafka(kafka_topics) as (log, _):
            await log.bury(Logged(7, b"poison"), "because")
            await log.bury(Logged(7, b"poison"), "because")
    letters = PartitionTail(kafka_topics.connection("operator"), kafka_topics.name(DEAD_LETTERS["ledger-writer"]), 0, 0)
    async with letters:
        (letter,) = await letters.next_batch(timeout_seconds=10)
    assert (letter.value, letter.header("reason"), letter.header("offset")) == (b"poison", b"because", b"7")
