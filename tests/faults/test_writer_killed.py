"""kill -9 of the writer process under load, again and again."""

import asyncio
import random
import signal
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from contracts.access import group_of
from contracts.log.chain import Orphan
from contracts.outcomes import Accepted, Rejected, decode_outcome
from contracts.topics import COMMANDS, DEAD_LETTERS, EVENTS, OUTCOMES
from ledger.application.writing.ledger_log import LedgerReplica, ledger_log
from runtime.kafka import PartitionTail, Producer, Record
from tests.support.campaign import LONG
from tests.support.kafka_topics import KafkaTopics
from tests.support.ledger.load import PROJECT, SERIAL, STOCK, Client, all_records, allocation, chain_of, check_told
from tests.support.ledger.writer_process import at_work, listening, start_writer
from tests.support.reading import records_of
from tests.support.recovery import entries_on, measured

pytestmark = pytest.mark.topics_of("ledger-writer")

KILLS = 20 if LONG else 3
ASKING_AT_ONCE = 20


async def keep_asking(client: Client, stop: asyncio.Event, dice: random.Random) -> None:
    """Mostly one port, sometimes far too many, sometimes a repetition of an earlier command."""
    while not stop.is_set():
        if client.asked and dice.random() < 0.1:
            await client.ask(dice.choice(client.asked))
        else:
            await client.ask(client.command(*allocation(dice.choice([1, 1, 1, 1, STOCK]))))


@pytest.mark.timeout(600)
async def test_killing_the_writer_again_and_again_loses_and_doubles_nothing(
    kafka_topics: KafkaTopics, tmp_path: Path
) -> None:
    dice = random.Random(20)
    stop = asyncio.Event()
    async with listening(kafka_topics) as client:
        writer = await start_writer(kafka_topics, tmp_path / "writer.log")
        try:
            await client.begin()
            async with asyncio.TaskGroup() as group:
                for _ in range(ASKING_AT_ONCE):
                    group.create_task(keep_asking(client, stop, dice))
                for _ in range(KILLS):
                    answered = len(client.told)
                    await client.heard_of(answered + 30)
                    await asyncio.sleep(dice.uniform(0.0, 0.05))
                    writer.send_signal(signal.SIGKILL)
                    await writer.wait()
                    writer = await start_writer(kafka_topics, tmp_path / "writer.log")
                stop.set()
        finally:
            writer.terminate()
            await writer.wait()
    values = await all_records(kafka_topics)
    check_told(client, chain_of(values))
    assert {record.command_id for record in client.asked} == set(client.told), "every command got an answer"
    replay = LedgerReplica.of(ledger_log(0))
    allocated = sum(not isinstance(replay.read(value), Orphan) for value in values) - 5
    assert replay.state.projects[PROJECT].free.get("Port11", 0) == STOCK - allocated
    assert replay.state.devices[SERIAL].holdings.get("Port11", 0) == allocated
    assert allocated > KILLS


async def test_a_writer_that_is_told_to_end_answers_all_that_it_has_read(
    kafka_topics: KafkaTopics, tmp_path: Path
) -> None:
    """Once it is gone, what is committed, what is on the log and what was said of it are the same commands."""
    dice = random.Random(21)
    async with listening(kafka_topics) as client, at_work(kafka_topics, tmp_path / "writer.log") as writer:
        await client.begin()
        asking = [asyncio.create_task(keep_asking(client, asyncio.Event(), dice)) for _ in range(ASKING_AT_ONCE)]
        await client.heard_of(100)
        writer.terminate()
        assert await writer.wait() == 0
        told = await outcomes_of(kafka_topics)
        committed = await committed_commands(kafka_topics)
        for task in asking:
            task.cancel()
        await asyncio.wait(asking)
    entries = chain_of(await all_records(kafka_topics))
    assert {entry.commandid for entry in entries} == {one.command_id for one in told if isinstance(one, Accepted)}
    assert len(told) == committed
    assert "terms_not_finished" not in (tmp_path / "writer.log").read_text()


async def _entries(topics: KafkaTopics) -> str:
    return await entries_on(topics.connection("auditor"), topics.name(EVENTS))


async def outcomes_of(topics: KafkaTopics) -> list[Accepted | Rejected]:
    """All that was said, each repetition too."""
    partitions = range(OUTCOMES.partitions)
    records = await records_of(topics.connection(), topics.name(OUTCOMES), partitions)
    return [decode_outcome(record.value or b"") for record in records]


async def committed_commands(topics: KafkaTopics) -> int:
    """How many commands the writers are done with."""
    admin = AIOKafkaAdminClient(**topics.connection().options())
    await admin.start()
    try:
        places = await admin.list_consumer_group_offsets(group_of("ledger-writer", topics.prefix))
    finally:
        await admin.close()
    return sum(max(place.offset, 0) for place in places.values())


async def test_a_standby_goes_on_when_the_leader_is_told_to_end(kafka_topics: KafkaTopics, tmp_path: Path) -> None:
    dice, stop = random.Random(22), asyncio.Event()
    async with listening(kafka_topics) as client, at_work(kafka_topics, tmp_path / "first.log") as first:
        await client.begin()
        async with at_work(kafka_topics, tmp_path / "second.log"), asyncio.TaskGroup() as group:
            for _ in range(ASKING_AT_ONCE):
                group.create_task(keep_asking(client, stop, dice))
            await client.heard_of(100)
            size = await _entries(kafka_topics)
            first.terminate()
            with measured("a writer is told to end: until its standby answers", size=size):
                assert await first.wait() == 0
                await client.heard_of(len(client.told) + ASKING_AT_ONCE + 1)
            stop.set()
    check_told(client, chain_of(await all_records(kafka_topics)))
    assert {record.command_id for record in client.asked} == set(client.told), "every command got an answer"


async def test_a_standby_takes_over_when_the_leader_is_killed(kafka_topics: KafkaTopics, tmp_path: Path) -> None:
    async with listening(kafka_topics) as client, at_work(kafka_topics, tmp_path / "first.log") as first:
        await client.begin()
        async with at_work(kafka_topics, tmp_path / "second.log"):
            assert isinstance(await client.ask(client.command(*allocation())), Accepted)
            size = await _entries(kafka_topics)
            first.kill()
            with measured("a writer is killed: until its standby answers, with a session of 1 s", size=size):
                await first.wait()
                assert isinstance(await client.ask(client.command(*allocation())), Accepted)
    entries = chain_of(await all_records(kafka_topics))
    assert len(entries) == 7
    check_told(client, entries)


async def test_poison_among_the_commands_stops_nothing_and_is_set_aside(
    kafka_topics: KafkaTopics, tmp_path: Path
) -> None:

    poison = [b"", b"not json", b'{"command_id": 3}', b"x" * 100_000]
    async with listening(kafka_topics) as client:
        writer = await start_writer(kafka_topics, tmp_path / "writer.log")
        try:
            async with Producer(kafka_topics.connection("ledger-api"), client_id="poisoner") as producer:
                for value in poison:
                    await producer.send(kafka_topics.name(COMMANDS), b"0", value, partition=0)
                await client.begin()
        finally:
            writer.terminate()
            await writer.wait()
    dead = PartitionTail(kafka_topics.connection("operator"), kafka_topics.name(DEAD_LETTERS["ledger-writer"]), 0, 0)
    async with dead:
        letters: list[Record] = []
        while len(letters) < len(poison):
            letters += await dead.next_batch()
    assert [letter.value for letter in letters] == poison
    assert all(letter.header("reason") for letter in letters)
    assert len(chain_of(await all_records(kafka_topics))) == 5
