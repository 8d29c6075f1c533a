"""One promise for the signer's own topics, in memory and on a real broker; and each crash point with the real one."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress

import pytest

from contracts.documents.signature_record import LicenseFileSigned, ReturnReceiptSigned, decode_signature_record
from contracts.topics import CHECKPOINTS, DEAD_LETTERS, EVENTS, LICENSE_FILES, RETURN_RECEIPTS, SIGNATURES, Topic
from dev.stack.kafka import Broker
from runtime.kafka import PartitionTail, Producer, Record
from signer.adapters.kafka_outputs import KafkaOutputs
from signer.application.own_records import OwnRecords, Place, Published
from signer.application.ports import Outputs
from signer.application.signing import LedgerSigning
from signer.application.status import LedgerStatus
from signer.domain.changes import Change
from signer.domain.documents import DocumentSigner, SignedLicenseFile, SignedReturnReceipt
from signer.domain.own_signatures import OwnSignatures
from signer.domain.reading import Reading
from tests.support.campaign import LONG
from tests.support.kafka_topics import KafkaTopics, MakeTopics
from tests.support.reading import records_of
from tests.support.signer.memory import Interruptions, MemoryOutputs, When
from tests.support.signer.story import KEYS, SERIAL, TRUSTED, Story

pytestmark = pytest.mark.topics_of("signer")

SECONDS = 30.0


@asynccontextmanager
async def _kafka_outputs(topics: KafkaTopics) -> AsyncGenerator[KafkaOutputs]:
    connection = topics.connection("signer")
    async with Producer(connection, client_id="signer") as producer:
        own = OwnRecords(OwnSignatures(KEYS), topic_prefix=topics.prefix)
        yield KafkaOutputs(connection, producer, own, topic_prefix=topics.prefix)


@pytest.fixture(params=["memory", "kafka"])
async def outputs(request: pytest.FixtureRequest, make_topics: MakeTopics) -> AsyncIterator[Outputs]:
    if request.param == "memory":
        yield MemoryOutputs()
    else:
        async with _kafka_outputs(await make_topics()) as real:
            yield real


def _documents() -> tuple[list[SignedLicenseFile], list[SignedReturnReceipt]]:
    reading = Reading(0, trusted=TRUSTED, wanted=Published(), anchor=None)
    document_signer = DocumentSigner(0, KEYS)
    taken = [reading.take(value) for value in Story().main_job().values]
    made = [one for change in taken if isinstance(change, Change) for one in document_signer.documents(change)]
    files = [one for one in made if isinstance(one, SignedLicenseFile)]
    return files, [one for one in made if isinstance(one, SignedReturnReceipt)]


def _shown(places: Mapping[str, Place]) -> dict[str, int]:
    return {key: place.shown for key, place in places.items()}


async def test_nothing_is_published_at_first(outputs: Outputs) -> None:
    assert await outputs.published(0) == Published()


async def test_the_last_record_of_a_key_is_what_is_published(outputs: Outputs) -> None:
    files, receipts = _documents()
    await outputs.publish_files(files)
    await outputs.publish_receipts(receipts)
    published = await outputs.published(0)
    assert _shown(published.files) == {SERIAL: 8}
    assert _shown(published.receipts) == {f"{SERIAL}/1": 7}
    assert published.anchor is not None
    assert published.anchor.size == 8


async def test_an_older_file_that_came_to_lie_last_is_seen_as_such(outputs: Outputs) -> None:
    files, _ = _documents()
    await outputs.publish_files(files)
    assert not (await outputs.published(0)).lacks_file(SERIAL, 8)
    await outputs.publish_files(files[:1])
    published = await outputs.published(0)
    assert published.lacks_file(SERIAL, 8)
    assert not published.lacks_file(SERIAL, 7)


async def test_checkpoints_are_kept_by_ledger(outputs: Outputs) -> None:
    for ledger, size in ((0, 3), (1, 4), (0, 5)):
        await outputs.publish_checkpoint(ledger, KEYS.log_of(ledger).sign(size, bytes(32)))
    assert [(await outputs.published(ledger)).checkpoint.shown for ledger in (0, 1)] == [5, 4]


async def test_poison_is_buried_once_however_often_the_signer_starts(kafka_topics: KafkaTopics) -> None:
    record = Record(kafka_topics.name(EVENTS), 0, 41, None, b"poison", (), 0)
    for _ in range(2):
        async with _kafka_outputs(kafka_topics) as outputs:
            await outputs.bury(record, "it is no entry")
            await outputs.bury(record, "it is no entry")
    async with PartitionTail(kafka_topics.connection(), kafka_topics.name(DEAD_LETTERS["signer"]), 0, 0) as tail:
        assert await tail.end_offset() == 1


@pytest.mark.parametrize("when", ["before", "half", "after"] if LONG else ["half"])
@pytest.mark.parametrize("allowed", [1, 2, 3, 4, 5, 7, 9])
async def test_a_crash_at_any_call_loses_no_file_on_the_real_broker(
    allowed: int, when: When, kafka_topics: KafkaTopics
) -> None:
    await _append(kafka_topics, Story().main_job().values)
    await _run_until_it_dies(kafka_topics, allowed, when)
    status = await _run_to_the_end(kafka_topics)
    assert status.phase == "following"
    files = await _read_all(kafka_topics, LICENSE_FILES)
    sequences = [_sequence(record) for record in files]
    assert sequences == sorted(sequences), "an older file came to lie behind a newer one"
    assert set(sequences) == {5, 6, 7, 8}
    assert len({(_sequence(record), record.value) for record in files}) == 4
    (checkpoint,) = {record.value for record in (await _read_all(kafka_topics, CHECKPOINTS))[-1:]}
    assert checkpoint is not None
    assert b"\n8\n" in checkpoint
    await _assert_all_recorded(kafka_topics)


@pytest.mark.campaign
async def test_a_broker_that_goes_and_comes_back_loses_no_file(broker: Broker, kafka_topics: KafkaTopics) -> None:
    story = Story().begin().add_device()
    await _append(kafka_topics, story.values)
    stop = asyncio.Event()
    task = asyncio.create_task(_run(kafka_topics, stop))
    await _wait_for_files(kafka_topics, 1)
    await asyncio.to_thread(broker.stop)
    await asyncio.to_thread(broker.start, lambda _line: None)
    await _append(kafka_topics, story.allocate({"Port11": 1}).values[5:])
    await _wait_for_files(kafka_topics, 2)
    stop.set()
    await task


async def test_each_ledger_is_read_and_signed_on_its_own(make_topics: MakeTopics) -> None:
    topics = await make_topics(2)
    await _append(topics, Story(0).begin().add_device("009033000000").values, ledger=0)
    await _append(topics, Story(1).begin().add_device("009033000001").allocate({"PRI": 1}, "009033000001").values, 1)
    assert (await _run_to_the_end(topics, ledger=0)).sequence == 5
    assert (await _run_to_the_end(topics, ledger=1)).sequence == 6
    files = await _read_all(topics, LICENSE_FILES)
    assert {(record.key, record.header("ledger")) for record in files} == {
        (b"0/009033000000", b"0"),
        (b"1/009033000001", b"1"),
    }


async def _run(
    topics: KafkaTopics,
    stop: asyncio.Event,
    wrap: Callable[[Outputs], Outputs] = lambda outputs: outputs,
    ledger: int = 0,
    statuses: list[LedgerStatus] | None = None,
) -> None:
    connection = topics.connection("signer")
    async with (
        _kafka_outputs(topics) as outputs,
        PartitionTail(connection, topics.name(EVENTS), ledger, 0) as events,
    ):
        signing = LedgerSigning(ledger, keys=KEYS, trusted=TRUSTED, events=_InPairs(events), outputs=wrap(outputs))
        if statuses is not None:
            statuses.append(signing.status)
        await signing.run(stop)


class _InPairs:
    """Gives a tail's records out in pairs, so that a short ledger takes several batches."""

    def __init__(self, tail: PartitionTail) -> None:
        self._tail = tail

    @property
    def next_offset(self) -> int:
        return self._tail.next_offset

    async def next_batch(self) -> list[Record]:
        return await self._tail.next_batch(2, 0.1)

    async def seek(self, offset: int) -> None:
        await self._tail.seek(offset)

    async def end_offset(self) -> int:
        return await self._tail.end_offset()


async def _run_until_it_dies(topics: KafkaTopics, allowed: int, when: When) -> None:
    made: list[Interruptions] = []

    def wrap(outputs: Outputs) -> Outputs:
        made.append(Interruptions(outputs, allowed, then="die", when=when))
        return made[0]

    task = asyncio.create_task(_run(topics, asyncio.Event(), wrap))
    async with asyncio.timeout(SECONDS):
        while not made:  # noqa: ASYNC110 - it is a plain list
            await asyncio.sleep(0.01)
        await made[0].happened.wait()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _run_to_the_end(topics: KafkaTopics, ledger: int = 0) -> LedgerStatus:
    stop, statuses = asyncio.Event(), list[LedgerStatus]()
    task = asyncio.create_task(_run(topics, stop, ledger=ledger, statuses=statuses))
    async with asyncio.timeout(SECONDS):
        while not statuses or statuses[0].phase not in ("following", "stopped"):  # noqa: ASYNC110 - a plain value
            await asyncio.sleep(0.01)
    stop.set()
    await task
    return statuses[0]


async def _wait_for_files(topics: KafkaTopics, count: int) -> None:
    async with asyncio.timeout(SECONDS):
        while len(await _read_all(topics, LICENSE_FILES)) < count:  # noqa: ASYNC110 - another process writes them
            await asyncio.sleep(0.1)


async def _assert_all_recorded(topics: KafkaTopics) -> None:
    records = [decode_signature_record(record.value or b"") for record in await _read_all(topics, SIGNATURES)]
    recorded = {one.sha256 for one in records if isinstance(one, LicenseFileSigned | ReturnReceiptSigned)}
    published = [*await _read_all(topics, LICENSE_FILES), *await _read_all(topics, RETURN_RECEIPTS)]
    assert {(record.header("sha256") or b"").decode() for record in published} <= recorded


async def _append(topics: KafkaTopics, values: Sequence[bytes], ledger: int = 0) -> None:
    async with Producer(topics.connection(), client_id="test") as producer:
        await producer.send_many(topics.name(EVENTS), ledger, [(None, value, ()) for value in values])


async def _read_all(topics: KafkaTopics, topic: Topic) -> list[Record]:
    return await records_of(topics.connection(), topics.name(topic), range(topic.partitions))


def _sequence(record: Record) -> int:
    return int(record.header("sequence") or 0)
