"""The event log's machine on a real broker, with a log that knows no license: two processes, one chain."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from contracts.log.envelope import entry_hash
from contracts.log.hash_chain import HashChain, Orphan
from contracts.topics import COMMANDS, DEAD_LETTERS, EVENTS, HANDOVERS, OPERATOR_COMMANDS, OUTCOMES
from operations.entrypoints.command_line import answered, parser
from operations.entrypoints.settings import OperationsSettings
from runtime.answers import Exit
from runtime.eventlog.snapshots import SnapshotFolder
from runtime.eventlog.writer_process import WriterProcess
from runtime.kafka import PartitionTail, Producer, Record, partition_for
from runtime.settings import Settings
from tests.support.eventlog.hall import (
    HALL_ENTRIES,
    Answer,
    Hall,
    HallEvent,
    SeatReserved,
    Wish,
    decode_wish,
    hall_log,
    sealed,
    wish,
)
from tests.support.eventlog.memory import Noticed
from tests.support.kafka_topics import KafkaTopics
from tests.support.liveness import asked_whether_it_lives
from tests.support.signer.process import free_port, until

pytestmark = pytest.mark.topics_of("ledger-writer", "operator")

WISHES = [
    wish("reserve", 1, "a"),
    wish("reserve", 1, "b", "operator:bob"),
    wish("release", 1, "c"),
    wish("reserve", 1, "a"),
]


DEFECT = b"a defect of ours"


def decode(record: Record) -> Wish:
    """As a reader with a defect does."""
    if record.value == DEFECT:
        raise ZeroDivisionError
    return decode_wish(record)


def process(
    behind: timedelta, noticed: Noticed, folder: SnapshotFolder | None
) -> WriterProcess[Hall, Wish, HallEvent, Answer]:
    return WriterProcess(
        service="ledger-writer",
        noun="hall",
        logs=1,
        command_topics=(COMMANDS.name, OPERATOR_COMMANDS.name),
        events_topic=EVENTS.name,
        outcomes_topic=OUTCOMES.name,
        outcome_partitions=OUTCOMES.partitions,
        handovers_topic=HANDOVERS.name,
        definition=hall_log,
        decode_command=decode,
        observer=lambda _: noticed,
        snapshots=folder,
        session_seconds=6.0,
        clock=lambda: datetime.now(UTC) - behind,
    )


@asynccontextmanager
async def running(
    topics: KafkaTopics,
    behind: timedelta = timedelta(0),
    admin_port: int = 0,
    folder: SnapshotFolder | None = None,
) -> AsyncGenerator[Noticed]:
    """A writer process of its own connections, in this one; it leaves the group when it ends."""
    stop, noticed = asyncio.Event(), Noticed()
    settings = Settings.model_validate(topics.settings("ledger-writer") | {"admin_port": admin_port})
    serving = asyncio.create_task(process(behind, noticed, folder).serve(settings, stop))
    try:
        yield noticed
    finally:
        stop.set()
        with suppress(asyncio.CancelledError):
            await serving


async def send(topics: KafkaTopics, values: Sequence[bytes]) -> None:
    async with Producer(topics.connection("ledger-api"), client_id="box-office") as producer:
        await producer.send_many(topics.name(COMMANDS), 0, [(b"0", value, ()) for value in values])


async def records_of(topics: KafkaTopics, topic: str, partition: int, count: int) -> list[Record]:
    found: list[Record] = []
    async with PartitionTail(topics.connection(), topic, partition, 0) as tail, asyncio.timeout(60):
        while len(found) < count:
            found += await tail.next_batch()
    return found


async def answers(topics: KafkaTopics, count: int) -> list[tuple[str, int]]:
    number = partition_for(b"box-office", OUTCOMES.partitions)
    found = [
        Answer.from_json_bytes(r.value or b"") for r in await records_of(topics, topics.name(OUTCOMES), number, count)
    ]
    return [(answer.said, answer.sequence) for answer in found]


async def test_a_log_without_licenses_is_written_taken_over_and_read_back(kafka_topics: KafkaTopics) -> None:
    values = [one.json_bytes() for one in WISHES]
    async with running(kafka_topics):
        await send(kafka_topics, [b"no wish", DEFECT, *values])
        first = await answers(kafka_topics, 4)
        async with running(kafka_topics):
            pass
    async with running(kafka_topics):
        await send(kafka_topics, values[:1])
        again = (await answers(kafka_topics, 5))[4:]
    assert first == [("accepted", 1), ("no_such_seat_free", 1), ("accepted", 2), ("repeated", 1)]
    assert again == [("repeated", 1)], "a process that came later knows what was done"

    chain = HashChain(HALL_ENTRIES, "/halls/0")
    entries = await records_of(kafka_topics, kafka_topics.name(EVENTS), 0, 2)
    assert not any(isinstance(chain.accept(record.value or b""), Orphan) for record in entries)
    assert chain.sequence == 2
    assert [record.headers for record in entries] == [(("content-type", b"application/cloudevents+json"),)] * 2

    letters = await records_of(kafka_topics, kafka_topics.name(DEAD_LETTERS["ledger-writer"]), 0, 2)
    assert [(letter.value, letter.header("reason")) for letter in letters] == [
        (b"no wish", b"it is no wish"),
        (DEFECT, b"it hits a defect; see command_defect in the log"),
    ]


async def test_a_writer_that_loses_its_term_to_another_one_lives_and_answers_in_its_next(
    kafka_topics: KafkaTopics,
) -> None:
    port, log = free_port(), kafka_topics.name(EVENTS)
    async with running(kafka_topics, admin_port=port) as noticed:
        await send(kafka_topics, [WISHES[0].json_bytes()])
        await answers(kafka_topics, 1)
        (first,) = await records_of(kafka_topics, log, 0, 1)
        foreign = sealed(SeatReserved(seat=2), 2, entry_hash(first.value or b""), at=datetime.now(UTC))
        async with asked_whether_it_lives(port), Producer(kafka_topics.connection(), client_id="another") as another:
            await another.send_many(log, 0, [(b"0", foreign, ())])
            await until(lambda: noticed.times_fenced == 1)
            await send(kafka_topics, [wish("reserve", 3, "d").json_bytes()])
            assert (await answers(kafka_topics, 2))[1] == ("accepted", 3)
        labels = f'{{partition="0",topic="{log}"}}'
        await until(lambda: _measures(port, f"licensing_reader_lag_records{labels} 0.0"))
        await until(lambda: _measures(port, f"licensing_reader_lag_seconds{labels} 0.0"))
    assert noticed.times_fenced == 1


async def test_a_writer_whose_clock_is_a_day_behind_leaves_the_log_to_one_whose_clock_is_right(
    kafka_topics: KafkaTopics,
) -> None:
    port = free_port()
    async with running(kafka_topics):
        await send(kafka_topics, [WISHES[0].json_bytes()])
        assert await answers(kafka_topics, 1) == [("accepted", 1)]
    async with running(kafka_topics, timedelta(days=1), port):
        await until(lambda: _says(port, "s behind its last entry"))
        await send(kafka_topics, [WISHES[1].json_bytes(), WISHES[2].json_bytes()])
        async with running(kafka_topics):
            assert (await answers(kafka_topics, 3))[1:] == [("no_such_seat_free", 1), ("accepted", 2)]
        assert await asyncio.to_thread(_says, port, "s behind its last entry")


async def test_a_writer_begins_at_its_snapshot_unless_somebody_changed_it(
    kafka_topics: KafkaTopics, tmp_path: Path
) -> None:
    folder = SnapshotFolder(tmp_path, [b"k" * 32], every=1)
    values = [one.json_bytes() for one in WISHES[:3]]
    async with running(kafka_topics, folder=folder):
        await send(kafka_topics, [b"no wish", *values])
        await answers(kafka_topics, 3)
        await until(lambda: _holds(tmp_path, "0002.snapshot"))
    async with running(kafka_topics, folder=folder) as began:
        await send(kafka_topics, [values[0], wish("reserve", 2, "d").json_bytes()])
        assert (await answers(kafka_topics, 5))[3:] == [("repeated", 1), ("accepted", 3)]
        await until(lambda: _holds(tmp_path, "0003.snapshot"))
    assert began.snapshots[0] == 2, "it did not begin at the first entry"

    _change(tmp_path)
    async with running(kafka_topics, folder=folder) as began:
        await send(kafka_topics, [wish("reserve", 2, "e", "operator:eve").json_bytes()])
        assert (await answers(kafka_topics, 6))[5:] == [("no_such_seat_free", 3)], "the forged seat is not believed"
    assert began.snapshots[:1] != [3]
    assert _holds(tmp_path, "0003.unusable")


def _holds(folder: Path, name: str) -> bool:
    return any(file.name.endswith(name) for file in folder.iterdir())


def _change(folder: Path) -> None:
    """Give each seat to somebody else."""
    for file in folder.glob("*.snapshot"):
        file.write_bytes(file.read_bytes().replace(b"operator:ann", b"operator:eve"))


async def test_an_operator_drains_the_leader_which_stays_and_leads_again_once_the_other_is_drained(
    kafka_topics: KafkaTopics,
) -> None:
    ports = [free_port(), free_port()]
    async with running(kafka_topics, admin_port=ports[0]):
        await until(lambda: leading(ports) == [ports[0]])
        code, said = await licensingctl(kafka_topics, "--dry-run")
        assert (code, "no standby has read it and joined" in said) == (Exit.REFUSED, True)
        async with running(kafka_topics, admin_port=ports[1]):
            leaders = [await drained(kafka_topics, ports, count) for count in (1, 2)]
            assert leaders[0] != leaders[1]


async def drained(topics: KafkaTopics, ports: Sequence[int], count: int) -> int:
    """Who leads after the leader was drained, answered a wish (`count` in all), and has the other as a standby.

    Who has just joined, or joins again after it was drained, is a standby a moment later.
    """
    while (await licensingctl(topics, "--dry-run"))[0] != Exit.WELL:  # noqa: ASYNC110 - a group of its own
        await asyncio.sleep(0.2)
    led = await settled(ports)
    (other,) = {*ports} - {led}

    code, said = await licensingctl(topics)

    assert (code, json.loads(said)["is_taken_over"]) == (Exit.WELL, True)
    await send(topics, [WISHES[count - 1].json_bytes()])
    assert len(await answers(topics, count)) == count
    await until(lambda: leading(ports) == [other] and _says(led, "leads []", 200))
    return other


async def settled(ports: Sequence[int]) -> int:
    """Who leads, once that is so for a second: a member that has just joined may get the log."""
    looks = list[list[int]]()
    while looks[-10:] != [looks[-1] if looks else []] * 10 or len(looks[-1]) != 1:
        looks.append(await asyncio.to_thread(leading, ports))
        await asyncio.sleep(0.1)
    return looks[-1][0]


def leading(ports: Sequence[int]) -> list[int]:
    return [port for port in ports if _says(port, "leads [0]", 200)]


async def licensingctl(topics: KafkaTopics, *options: str) -> tuple[Exit, str]:
    settings = OperationsSettings.model_validate(topics.settings("operator") | {"admin_port": 0})
    asked = ["--output", "json", "drain", "ledger", "--by", "OPS-1", *options]
    return await answered(parser().parse_args(asked), settings)


def _measures(port: int, sample: str) -> bool:
    return sample in httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=5).text


def _says(port: int, words: str, status: int = 503) -> bool:
    try:
        answer = httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=5)
    except httpx.TransportError:
        return False
    return answer.status_code == status and words in answer.text
