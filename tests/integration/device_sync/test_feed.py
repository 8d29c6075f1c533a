"""The feed from a real broker into a store: poison, order, restarts, a broker that goes and a topic made anew."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from contracts.topics import DEAD_LETTERS, LICENSE_FILES, RETURN_RECEIPTS, Topic
from dev.stack import topics
from dev.stack.kafka import Broker
from device_sync.adapters.feed import Feed
from device_sync.adapters.sqlite_store import SqliteStore
from device_sync.application.ports import LicenseFileRow, ReceiptRow
from runtime.dead_letters import DeadLetters
from runtime.kafka import Headers, Producer, partition_for
from tests.support.device_sync import file_row, receipt_row
from tests.support.documents import OTHER_SERIAL, PUBLIC_KEYS, SERIAL, published_file, published_receipt
from tests.support.kafka_topics import KafkaTopics
from tests.support.reading import records_of

pytestmark = pytest.mark.topics_of("device-sync")


class Place:
    """The signer's topics, and a way to put things on them."""

    def __init__(self, kafka_topics: KafkaTopics, signer: Producer, producer: Producer, folder: Path) -> None:
        self.topics = kafka_topics
        self.connection = kafka_topics.connection("device-sync")
        self.signer = signer
        self.producer = producer
        self.folder = folder

    async def sign_file(self, row: LicenseFileRow) -> None:
        await self.put(LICENSE_FILES, published_file(row.document), serial=row.serial)

    async def sign_receipt(self, row: ReceiptRow) -> None:
        await self.put(RETURN_RECEIPTS, published_receipt(row.document), serial=row.serial)

    async def put(self, topic: Topic, record: tuple[bytes, bytes | None, Headers], *, serial: str = SERIAL) -> None:
        """Any record, in the partition of the serial."""
        key, value, headers = record
        partition = partition_for(serial.encode(), topic.partitions)
        await self.signer.send(self.topics.name(topic), key, value, partition=partition, headers=headers)

    async def reasons(self) -> list[str]:
        """Why records are dead letters, in the order of their coming."""
        dead = self.topics.name(DEAD_LETTERS["device-sync"])
        return [(record.header("reason") or b"").decode() for record in await records_of(self.connection, dead)]

    @asynccontextmanager
    async def fed(self) -> AsyncGenerator[SqliteStore]:
        """A store with its feed, caught up; what was in the store's file stays in it."""
        store = SqliteStore(self.folder / "store.sqlite")
        letters = DeadLetters(self.producer, topic_prefix=self.topics.prefix, service="device-sync")
        feed = Feed(self.connection, store, letters, trusted=PUBLIC_KEYS, topic_prefix=self.topics.prefix)
        task = asyncio.create_task(feed.run())
        await _until(lambda: feed.caught_up)
        yield store
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        store.close()


@pytest.fixture
async def place(kafka_topics: KafkaTopics, tmp_path: Path) -> AsyncIterator[Place]:
    connection = kafka_topics.connection("device-sync")
    async with (
        Producer(kafka_topics.connection("signer"), client_id="signer", delivery_seconds=20) as signer,
        Producer(connection, client_id="test") as producer,
    ):
        yield Place(kafka_topics, signer, producer, tmp_path)


async def test_what_lay_there_is_read_before_anybody_is_answered(place: Place) -> None:
    await place.sign_file(file_row())
    await place.sign_receipt(receipt_row("ab" * 32))

    async with place.fed() as store:
        assert store.document(SERIAL, file_row().sha256) == file_row().document
        assert store.receipt(0, SERIAL, 1) == receipt_row("ab" * 32)


async def test_what_comes_later_is_read_at_once_and_the_newest_sequence_wins(place: Place) -> None:
    async with place.fed() as store:
        await place.sign_file(file_row(sequence=12, issue=3))
        await place.sign_file(file_row(sequence=9, issue=2))
        await place.sign_file(file_row(serial=OTHER_SERIAL))
        await _until(lambda: _issue(store, OTHER_SERIAL) == 2)
        await _until(lambda: sum(store.positions().values()) == 3)

        assert _issue(store, SERIAL) == 3


async def test_two_ledgers_that_know_one_serial_do_not_displace_each_other(place: Place) -> None:
    ours, theirs = file_row(), file_row(ledger=1, sequence=900, issue=70)
    await place.sign_file(ours)
    await place.sign_file(theirs)
    async with place.fed() as store:
        assert store.document(SERIAL, ours.sha256) == ours.document
        assert store.document(SERIAL, theirs.sha256) == theirs.document
        head = store.head(SERIAL)
        assert head is not None
        assert (head.ledger, head.sequence) == (0, 9)


async def test_the_last_file_of_a_replaced_device_says_so(place: Place) -> None:
    await place.sign_file(file_row())
    await place.sign_file(file_row(sequence=12, generation=2, issue=3, replaced_by=OTHER_SERIAL))
    async with place.fed() as store:
        head = store.head(SERIAL)
        assert head is not None
        assert (head.generation, head.replaced_by) == (2, OTHER_SERIAL)


async def test_what_the_signer_did_not_sign_is_set_aside_with_its_reason_and_stops_nothing(place: Place) -> None:
    row, other = file_row(), published_file(file_row(serial=OTHER_SERIAL).document)
    key, value, headers = published_file(row.document)
    await place.put(LICENSE_FILES, (key, b"<evil></evil>", headers))
    await place.put(LICENSE_FILES, (key, other.value, other.headers))
    await place.put(LICENSE_FILES, (key, value, (*headers, ("sequence", b"2147483647"))))
    await place.put(LICENSE_FILES, (key, None, ()))
    await place.put(RETURN_RECEIPTS, (f"0/{SERIAL}/1".encode(), value, headers))
    await place.sign_file(row)
    await place.put(LICENSE_FILES, (key, None, ()))

    async with place.fed() as store:
        assert _issue(store, SERIAL) == 2
        assert store.head(OTHER_SERIAL) is None
        assert store.receipt(0, SERIAL, 1) is None

    not_ours, tombstone = "The document is not one of ours", "it is a tombstone"
    files = [not_ours, f"its key is not 0/{OTHER_SERIAL}", "its header sequence", tombstone, tombstone]
    expected = sorted([*files, "The element <license-file> stands where <return-receipt> belongs"])
    for reason, begins in zip(sorted(await place.reasons()), expected, strict=True):
        assert reason.startswith(begins)


async def test_a_restart_goes_on_where_the_store_is(place: Place) -> None:
    await place.sign_file(file_row())
    async with place.fed() as store:
        before = store.positions()
    await place.sign_file(file_row(sequence=12, issue=3))

    async with place.fed() as store:
        assert _issue(store, SERIAL) == 3
        assert sum(store.positions().values()) == sum(before.values()) + 1


async def test_topics_made_anew_are_read_from_their_start(place: Place) -> None:
    for issue in range(2, 6):
        await place.sign_file(file_row(sequence=issue, issue=issue))
    async with place.fed() as store:
        assert _issue(store, SERIAL) == 5
    await topics.delete(place.topics.broker, [place.topics.name(LICENSE_FILES)])
    await place.topics.make_missing()
    await place.sign_file(replace(file_row(), sequence=1))

    async with place.fed() as store:
        await _until(lambda: _issue(store, SERIAL) == 2)


@pytest.mark.campaign
async def test_the_feed_goes_on_when_the_broker_comes_back(place: Place, broker: Broker) -> None:
    await place.sign_file(file_row())
    async with place.fed() as store:
        await asyncio.to_thread(broker.kill)
        await asyncio.sleep(1)
        assert _issue(store, SERIAL) == 2
        await asyncio.to_thread(broker.start)
        await place.sign_file(file_row(sequence=12, issue=3))

        await _until(lambda: _issue(store, SERIAL) == 3)


def _issue(store: SqliteStore, serial: str) -> int:
    head = store.head(serial)
    return 0 if head is None else head.issue


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 - what is waited for is another process
            await asyncio.sleep(0.02)
