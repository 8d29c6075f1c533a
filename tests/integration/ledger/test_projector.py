"""The projector on a real broker and a real database, which are stopped and killed where that is the point."""

import asyncio
import hashlib
import time
from pathlib import Path

import httpx
import pytest

from contracts.documents.published import PublishedRecord
from contracts.log.entries import entry_hash
from contracts.topics import DEAD_LETTERS, EVENTS, LICENSE_FILES, RETURN_RECEIPTS
from dev.stack.kafka import Broker
from dev.stack.postgres import Cluster
from ledger.entrypoints.projector.main import rebuild
from runtime.kafka import PartitionTail, Producer
from tests.support.campaign import LONG
from tests.support.device_sync import file_row
from tests.support.documents import published_file
from tests.support.kafka_topics import KafkaTopics, MakeTopics
from tests.support.ledger import ledger_log as log
from tests.support.ledger.projector_at_work import (
    all_rows,
    append,
    projector,
    projector_process,
    publish,
    publish_file,
    publish_receipt,
    rows,
    sequence_of,
    settings_for,
    until,
    until_sequence,
)
from tests.support.liveness import asked_whether_it_lives
from tests.support.plain_http import plain_client
from tests.support.signer.process import free_port

pytestmark = pytest.mark.topics_of("ledger-projector")


async def test_the_main_job_stands_in_the_tables_as_the_log_says(
    kafka_topics: KafkaTopics, fresh_database_url: str, tmp_path: Path
) -> None:
    await append(kafka_topics, log.story().values)

    async with projector(settings_for(kafka_topics, fresh_database_url, tmp_path)):
        await until_sequence(fresh_database_url, 9)

    assert await rows(fresh_database_url, "balances") == [
        (0, log.HOTEL, "BRI", "gateway", 0),
        (0, log.HOTEL, "Port11", "pbx", 50),
    ]
    assert await rows(fresh_database_url, "device_licenses") == [(0, log.SERIAL, "BRI", "gateway", 4)]
    assert [row[:7] for row in await rows(fresh_database_url, "devices")] == [
        (0, log.SERIAL, log.ADRIA, log.HOTEL, 2, 3, 9)
    ]
    assert [row[3:6] for row in await rows(fresh_database_url, "deliveries")] == [(2, log.digest("file"), "direct")]


async def test_entries_that_come_one_by_one_are_fed_to_the_tables_without_delay(
    kafka_topics: KafkaTopics, fresh_database_url: str, tmp_path: Path
) -> None:
    async with projector(settings_for(kafka_topics, fresh_database_url, tmp_path)):
        await append(kafka_topics, log.story().values[:1])
        await until_sequence(fresh_database_url, 1)
        await asyncio.sleep(3)  # Faust has its partitions by now
        began = time.monotonic()
        for number, value in enumerate(log.story().values[1:], 2):
            await append(kafka_topics, [value])
            await until_sequence(fresh_database_url, number)

    assert time.monotonic() - began < 10


async def test_a_rebuild_from_zero_equals_the_incremental_rows(
    kafka_topics: KafkaTopics, fresh_database_url: str, tmp_path: Path
) -> None:
    settings = settings_for(kafka_topics, fresh_database_url, tmp_path)
    story = log.long_story(devices=300)
    async with projector(settings):
        for start in range(0, len(story.values), 137):
            await append(kafka_topics, story.values[start : start + 137])
        await publish_file(kafka_topics, log.SERIAL, sequence=7, issue=2)
        await publish_receipt(kafka_topics, log.SERIAL, sequence=9)
        await until_sequence(fresh_database_url, len(story.values))
        await until(lambda: _has_rows(fresh_database_url, "return_receipts"))
        await until(lambda: _has_rows(fresh_database_url, "license_files"))
    incremental = await all_rows(fresh_database_url)

    await rebuild(settings, asyncio.Event())

    assert await all_rows(fresh_database_url) == incremental
    assert sum(row[5] for row in incremental["movements"]) == 0


async def test_a_running_projector_goes_on_after_a_rebuild(
    kafka_topics: KafkaTopics, fresh_database_url: str, tmp_path: Path
) -> None:
    port = free_port()
    settings = settings_for(kafka_topics, fresh_database_url, tmp_path).model_copy(update={"admin_port": port})
    story = log.story().values
    await append(kafka_topics, story[:6])
    async with projector(settings) as task:
        await until_sequence(fresh_database_url, 6)
        async with asked_whether_it_lives(port):
            await rebuild(settings.model_copy(update={"admin_port": 0}), asyncio.Event())
        assert not task.done()
        await append(kafka_topics, story[6:])
        await until_sequence(fresh_database_url, 9)

    assert await rows(fresh_database_url, "device_licenses") == [(0, log.SERIAL, "BRI", "gateway", 4)]


async def test_poison_and_orphans_are_skipped_and_poison_is_set_aside(
    kafka_topics: KafkaTopics, fresh_database_url: str, tmp_path: Path
) -> None:
    story = log.story().values
    stray = log.entry_of(log.project("Stray"), 0, 4, "f" * 64)
    await append(kafka_topics, [*story[:3], b"{poison", stray, *story[:3], *story[3:]])

    async with projector(settings_for(kafka_topics, fresh_database_url, tmp_path)):
        await until_sequence(fresh_database_url, 9)

    dead = kafka_topics.name(DEAD_LETTERS["ledger-projector"])
    async with PartitionTail(kafka_topics.connection("operator"), dead, 0, 0) as letters:
        (letter,) = await letters.next_batch(timeout_seconds=10)
        assert letter.value == b"{poison"
    assert [row[3] for row in await rows(fresh_database_url, "projects")].count("Stray") == 0


async def test_what_the_signer_did_not_sign_is_set_aside_and_the_next_document_kept(
    kafka_topics: KafkaTopics, fresh_database_url: str, tmp_path: Path
) -> None:
    key, value, headers = published_file(file_row(sequence=3, issue=1).document)
    digest = hashlib.sha256(b"<file/>").hexdigest().encode()
    junk = (("ledger", b"0"), ("sequence", b"2147483647"), ("generation", b"1"), ("issue", b"9"), ("sha256", digest))
    await publish(kafka_topics, LICENSE_FILES, log.SERIAL, PublishedRecord(key, b"<file/>", junk))
    async with projector(settings_for(kafka_topics, fresh_database_url, tmp_path)):
        await publish(kafka_topics, LICENSE_FILES, log.SERIAL, PublishedRecord(key, value, headers))
        await until(lambda: _has_rows(fresh_database_url, "license_files"))

    assert await _documents(fresh_database_url, "license_files") == {value}


async def test_the_newest_license_file_of_each_ledger_wins_in_whatever_order_they_come(
    kafka_topics: KafkaTopics, fresh_database_url: str, tmp_path: Path
) -> None:
    made = {
        sequence: await publish_file(kafka_topics, log.SERIAL, sequence=sequence, issue=sequence)
        for sequence in (3, 7, 5)
    }
    other = await publish_file(kafka_topics, log.SERIAL, sequence=6, issue=6, ledger=1)
    last = await publish_file(kafka_topics, "009033ffffff", sequence=1, issue=1)

    async with projector(settings_for(kafka_topics, fresh_database_url, tmp_path)):
        await until(lambda: _has_rows(fresh_database_url, "license_files", 3))

    assert await _documents(fresh_database_url, "license_files") == {made[7], other, last}


async def test_a_tombstone_takes_nothing_back(
    kafka_topics: KafkaTopics, fresh_database_url: str, tmp_path: Path
) -> None:
    files, receipts = kafka_topics.name(LICENSE_FILES), kafka_topics.name(RETURN_RECEIPTS)
    file = await publish_file(kafka_topics, log.SERIAL, sequence=7, issue=2)
    receipt = await publish_receipt(kafka_topics, log.SERIAL, sequence=7)
    async with projector(settings_for(kafka_topics, fresh_database_url, tmp_path)):
        await until(lambda: _has_rows(fresh_database_url, "license_files"))
        await until(lambda: _has_rows(fresh_database_url, "return_receipts"))

        async with Producer(kafka_topics.connection(), client_id="test") as producer:
            await producer.send(files, f"0/{log.SERIAL}".encode(), None)
            await producer.send(receipts, f"0/{log.SERIAL}/1".encode(), None)
        await until(lambda: _has_letters(kafka_topics, 2))

        assert await _documents(fresh_database_url, "license_files") == {file}
        assert await _documents(fresh_database_url, "return_receipts") == {receipt}


async def test_an_entry_of_an_unknown_type_stops_one_ledger_after_what_came_before_it(
    make_topics: MakeTopics, fresh_database_url: str, tmp_path: Path
) -> None:
    story = log.story()
    future = log.entry_of(log.project("x"), 0, 10, story.head).replace(b"project-created.v1", b"project-created.v9")
    await _one_ledger_stops(make_topics, fresh_database_url, tmp_path, future, "event_type_unknown")


async def test_an_entry_that_breaks_a_law_stops_one_ledger_and_moves_nothing(
    make_topics: MakeTopics, fresh_database_url: str, tmp_path: Path
) -> None:
    story = log.story()
    forged = log.allocated(log.device(log.bri(4), log.port(51), issue=4, generation=2), log.port(51))
    value = log.entry_of(forged, 0, 10, story.head)
    await _one_ledger_stops(make_topics, fresh_database_url, tmp_path, value, "account_negative")


async def test_an_entry_that_the_database_does_not_take_stops_one_ledger(
    make_topics: MakeTopics, fresh_database_url: str, tmp_path: Path
) -> None:
    value = log.entry_of(log.project("Hotel Adria again"), 0, 10, log.story().head)
    await _one_ledger_stops(make_topics, fresh_database_url, tmp_path, value, "not_applicable")


async def _one_ledger_stops(make_topics: MakeTopics, url: str, folder: Path, tenth: bytes, law: str) -> None:
    """Before, among and after entries of another ledger, which is projected to its end."""
    topics, port = await make_topics(ledgers=2), free_port()
    story, other = log.story(), log.Log(ledger=1).add(log.founded(), log.registered(), log.project())
    await append(topics, [*story.values, tenth])
    await append(topics, other.values[:1], ledger=1)
    settings = settings_for(topics, url, folder, ledgers=2).model_copy(update={"admin_port": port})
    async with projector(settings) as task:
        await until(lambda: _says(port, "readyz", f"ledger 0 stopped: entry 10 breaks {law}"))
        await append(topics, [log.entry_of(log.project("y"), 0, 11, entry_hash(tenth))])
        await append(topics, other.values[1:], ledger=1)
        await until_sequence(url, 3, ledger=1)
        assert not task.done()
        assert await _says(port, "readyz", entry_hash(tenth))
        assert await _says(port, "metrics", f'licensing_projector_stopped{{law="{law}",ledger="0"}} 1.0')
        events = topics.name(EVENTS)
        await until(lambda: _says(port, "metrics", f'reader_lag_records{{partition="1",topic="{events}"}} 0.0'))
        assert await _says(port, "metrics", f'reader_lag_records{{partition="0",topic="{events}"}} 11.0')
        assert await _says(port, "metrics", 'licensing_projector_balance_mismatches{ledger="1"} 0.0')
    assert await sequence_of(url) == 9


async def _says(port: int, path: str, words: str) -> bool:
    try:
        async with plain_client() as client:
            return words in (await client.get(f"http://127.0.0.1:{port}/{path}")).text
    except httpx.TransportError:
        return False


async def test_a_projector_that_is_killed_again_and_again_goes_on_where_its_rows_stand(
    kafka_topics: KafkaTopics, fresh_database_url: str, tmp_path: Path
) -> None:
    settings = settings_for(kafka_topics, fresh_database_url, tmp_path)
    size = 1_000 if LONG else 150
    story = log.long_story(devices=2 * size)
    for start, end in ((0, 2 * size), (2 * size, 6 * size), (6 * size, 9 * size)):
        await append(kafka_topics, story.values[start:end])
        with projector_process(settings):
            await until_sequence(fresh_database_url, start + 1)
    await append(kafka_topics, story.values[9 * size :])
    async with projector(settings):
        await until_sequence(fresh_database_url, len(story.values))
    incremental = await all_rows(fresh_database_url)

    await rebuild(settings, asyncio.Event())

    assert await all_rows(fresh_database_url) == incremental


async def test_two_projectors_of_one_ledger_write_the_same_rows_as_one(
    kafka_topics: KafkaTopics, fresh_database_url: str, tmp_path: Path
) -> None:
    settings = settings_for(kafka_topics, fresh_database_url, tmp_path)
    story = log.long_story(devices=100)
    async with projector(settings), projector(settings):
        for start in range(0, len(story.values), 50):
            await append(kafka_topics, story.values[start : start + 50])
        await until_sequence(fresh_database_url, len(story.values))
    together = await all_rows(fresh_database_url)

    await rebuild(settings, asyncio.Event())

    assert await all_rows(fresh_database_url) == together


async def test_two_ledgers_keep_apart(make_topics: MakeTopics, fresh_database_url: str, tmp_path: Path) -> None:
    topics = await make_topics(ledgers=2)
    other = log.Log(ledger=1).add(log.founded(), log.registered())
    await append(topics, log.story().values)
    await append(topics, other.values, ledger=1)

    async with projector(settings_for(topics, fresh_database_url, tmp_path, ledgers=2)):
        await until_sequence(fresh_database_url, 9)
        await until_sequence(fresh_database_url, 2, ledger=1)

    assert sorted({row[0] for row in await rows(fresh_database_url, "balances")}) == [0]
    assert len([row for row in await rows(fresh_database_url, "companies") if row[0] == 1]) == 2


async def test_a_database_that_is_stopped_and_started_is_caught_up_by_itself(
    kafka_topics: KafkaTopics, fresh_database_url: str, postgres: Cluster, tmp_path: Path
) -> None:
    story = log.long_story(devices=100)
    async with projector(settings_for(kafka_topics, fresh_database_url, tmp_path)) as task:
        await append(kafka_topics, story.values[:100])
        await until_sequence(fresh_database_url, 100)
        await asyncio.to_thread(postgres.stop)
        await append(kafka_topics, story.values[100:])
        await asyncio.sleep(2)
        await asyncio.to_thread(postgres.start, lambda _: None)
        await until_sequence(fresh_database_url, len(story.values))

        assert not task.done()


@pytest.mark.campaign
async def test_a_broker_that_is_stopped_and_started_is_caught_up_by_itself(
    kafka_topics: KafkaTopics, fresh_database_url: str, broker: Broker, tmp_path: Path
) -> None:
    story = log.long_story(devices=100)
    async with projector(settings_for(kafka_topics, fresh_database_url, tmp_path)) as task:
        await append(kafka_topics, story.values[:100])
        await until_sequence(fresh_database_url, 100)
        await asyncio.to_thread(broker.stop)
        await asyncio.sleep(2)
        await asyncio.to_thread(broker.start, lambda _: None)
        await append(kafka_topics, story.values[100:])
        await until_sequence(fresh_database_url, len(story.values))

        assert not task.done()


async def _documents(url: str, table: str) -> set[bytes]:
    return {cell for row in await rows(url, table) for cell in row if isinstance(cell, bytes)}


async def _has_letters(topics: KafkaTopics, count: int) -> bool:
    dead = topics.name(DEAD_LETTERS["ledger-projector"])
    async with PartitionTail(topics.connection(), dead, 0, 0) as tail:
        return await tail.end_offset() >= count


async def _has_rows(url: str, table: str, count: int = 1) -> bool:
    try:
        return len(await rows(url, table)) >= count
    except Exception:  # noqa: BLE001 - the tables may not be there yet
        return False
