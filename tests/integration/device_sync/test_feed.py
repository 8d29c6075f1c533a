"""The feed from a real broker into a store: poison, order, restarts, a broker that goes and a topic made anew."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from contracts.topics import DEAD_LETTERS, LICENSE_FILES, RETURN_RECEIPTS
from dev.stack import topics
from dev.stack.kafka import Broker
from device_sync.adapters.feed import Feed
from device_sync.adapters.sqlite_store import SqliteStore
from device_sync.application.ports import LicenseFileRow, ReceiptRow
from runtime.dead_letters import DeadLetters
from runtime.kafka import Headers, PartitionTail, Producer, partition_for
from tests.support.device_sync import file_row, receipt_row
from tests.support.documents import OTHER_SERIAL, SERIAL
from tests.support.kafka_topics import KafkaTopics


class Place:
    """The signer's topics, and a way to put things on them."""

    def __init__(self, kafka_topics: KafkaTopics, signer: Producer, producer: Producer, folder: Path) -> None:
        self.topics = kafka_topics
        self.connection = kafka_topics.connection("device-sync")
        self.signer = signer
        self.producer = producer
        self.folder = folder

    async def sign_file(self, row: LicenseFileRow) -> None:
        headers = (*_headers(row.ledger, row.sequence, row.generation, row.document), ("issue", b"%d" % row.issue))
        if row.replaced_by is not None:
            headers = (*headers, ("replaced-by", row.replaced_by.encode()))
        await self.put(self.topics.name(LICENSE_FILES), row.serial, row.document, headers)

    async def sign_receipt(self, row: ReceiptRow) -> None:
        headers = _headers(row.ledger, row.sequence, row.generation, row.document)
        await self.put(self.topics.name(RETURN_RECEIPTS), f"{row.serial}/{row.generation}", row.document, headers)

    async def put(self, topic: str, key: str, value: bytes | None, headers: Headers = ()) -> None:
        partition = partition_for(key.partition("/")[0].encode(), LICENSE_FILES.partitions)
        await self.signer.send(topic, key.encode(), value, partition=partition, headers=headers)

    @asynccontextmanager
    async def fed(self) -> AsyncGenerator[SqliteStore]:
        """A store with its feed, caught up; what was in the store's file stays in it."""
        store = SqliteStore(self.folder / "store.sqlite")
        letters = DeadLetters(self.producer, topic_prefix=self.topics.prefix, service="device-sync")
        feed = Feed(self.connection, store, letters, topic_prefix=self.topics.prefix)
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
        assert store.receipt(SERIAL, 1) == receipt_row("ab" * 32)


async def test_what_comes_later_is_read_at_once_and_the_newest_sequence_wins(place: Place) -> None:
    async with place.fed() as store:
        await place.sign_file(file_row(sequence=12, issue=3))
        await place.sign_file(file_row(sequence=9, issue=2))
        await place.sign_file(file_row(serial=OTHER_SERIAL))
        await _until(lambda: _issue(store, OTHER_SERIAL) == 2)
        await _until(lambda: sum(store.positions().values()) == 3)

        assert _issue(store, SERIAL) == 3


async def test_the_last_file_of_a_replaced_device_says_so(place: Place) -> None:
    await place.sign_file(file_row())
    await place.sign_file(file_row(sequence=12, generation=2, issue=3, replaced_by=OTHER_SERIAL))
    async with place.fed() as store:
        head = store.head(SERIAL)
        assert head is not None
        assert (head.generation, head.replaced_by) == (2, OTHER_SERIAL)


async def test_poison_is_set_aside_with_its_reason_and_stops_nothing(place: Place) -> None:
    files, receipts = place.topics.name(LICENSE_FILES), place.topics.name(RETURN_RECEIPTS)
    row, receipt = file_row(), receipt_row("ab" * 32)
    good = (*_headers(0, 9, 1, row.document), ("issue", b"2"))
    await place.put(files, "no serial", row.document, good)
    await place.put(files, SERIAL, row.document)
    await place.put(files, SERIAL, row.document + b" ", good)
    await place.put(files, SERIAL, row.document, (*good[:-1], ("issue", b"-2")))
    await place.put(receipts, SERIAL, receipt.document, _headers(0, 12, 1, receipt.document))
    await place.put(receipts, f"{SERIAL}/1", b"<a/>", _headers(0, 12, 1, b"<a/>"))
    await place.sign_file(row)

    async with place.fed() as store:
        assert _issue(store, SERIAL) == 2
        assert store.receipt(SERIAL, 1) is None

    async with PartitionTail(place.connection, place.topics.name(DEAD_LETTERS["device-sync"]), 0, 0) as tail:
        reasons = {(record.header("reason") or b"").decode() for record in await tail.next_batch(timeout_seconds=10)}
    assert reasons == {
        "its key is no serial",
        "it has no header ledger",
        "its header sha256 is not the digest of its document",
        "its header issue is no number",
        "its key is no serial/generation",
        "no return receipt",
    }


async def test_a_restart_goes_on_where_the_store_is(place: Place) -> None:
    await place.sign_file(file_row())
    async with place.fed() as store:
        before = store.positions()
    await place.sign_file(file_row(sequence=12, issue=3))

    async with place.fed() as store:
        assert _issue(store, SERIAL) == 3
        assert sum(store.positions().values()) == sum(before.values()) + 1


async def test_a_tombstone_removes_the_file(place: Place) -> None:
    await place.sign_file(file_row())
    await place.put(place.topics.name(LICENSE_FILES), SERIAL, None)

    async with place.fed() as store:
        assert store.head(SERIAL) is None


async def test_topics_made_anew_are_read_from_their_start(place: Place) -> None:
    for issue in range(2, 6):
        await place.sign_file(file_row(sequence=issue, issue=issue))
    async with place.fed() as store:
        assert _issue(store, SERIAL) == 5
    await topics.delete(place.topics.broker, [place.topics.name(LICENSE_FILES)])
    await topics.create(place.topics.broker, prefix=place.topics.prefix)
    await place.sign_file(replace(file_row(), sequence=1))

    async with place.fed() as store:
        await _until(lambda: _issue(store, SERIAL) == 2)


async def test_the_feed_goes_on_when_the_broker_comes_back(place: Place, broker: Broker) -> None:
    await place.sign_file(file_row())
    async with place.fed() as store:
        await asyncio.to_thread(broker.kill)
        await asyncio.sleep(1)
        assert _issue(store, SERIAL) == 2
        await asyncio.to_thread(broker.start)
        await place.sign_file(file_row(sequence=12, issue=3))

        await _until(lambda: _issue(store, SERIAL) == 3)


def _headers(ledger: int, sequence: int, generation: int, document: bytes) -> Headers:
    return (
        ("ledger", b"%d" % ledger),
        ("sequence", b"%d" % sequence),
        ("generation", b"%d" % generation),
        ("sha256", hashlib.sha256(document).hexdigest().encode()),
    )


def _issue(store: SqliteStore, serial: str) -> int:
    head = store.head(serial)
    return 0 if head is None else head.issue


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 - what is waited for is another process
            await asyncio.sleep(0.02)
