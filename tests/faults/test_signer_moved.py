"""The signer's node is lost: on a new one, with the keys from the store and nothing else, it signs on."""

import signal
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from contracts.log.checkpoint import LogVerifier
from contracts.topics import CHECKPOINTS, EVENTS, LICENSE_FILES, RETURN_RECEIPTS, Topic
from runtime.kafka import Producer, Record
from tests.support.campaign import LONG
from tests.support.kafka_topics import KafkaTopics
from tests.support.reading import records_of
from tests.support.recovery import measured
from tests.support.signer.process import SignerProcess, until
from tests.support.signer.story import Story

CHANGES = 5_000 if LONG else 200
DEVICES = 20
SIGNED_SECONDS = 600.0


@pytest.fixture
def lost(tmp_path: Path, kafka_topics: KafkaTopics) -> Iterator[SignerProcess]:
    process = SignerProcess(_folder(tmp_path / "lost"), kafka_topics)
    yield process
    process.end()


@pytest.mark.campaign
async def test_on_a_new_node_with_the_keys_of_the_store_it_signs_on_and_nothing_twice_otherwise(
    kafka_topics: KafkaTopics, lost: SignerProcess, tmp_path: Path
) -> None:
    story, serials = Story().begin({"Port11": 2 * CHANGES}), [f"009033{number:06x}" for number in range(DEVICES)]
    for serial in serials:
        story.add_device(serial)
    _change(story, serials)
    await _append(kafka_topics, story.values)
    lost.start()
    await until(lambda: _signed(lost) > 0, pause=0.02)
    store = lost.in_the_store()
    lost.stop(signal.SIGKILL)
    lost.lose()
    appended = len(story.values)
    before = await _published(kafka_topics)
    checkpoints = await _checkpoints(kafka_topics, store.log)
    assert 0 < max(checkpoints) < appended, "it was lost in the middle of its work"
    _change(story, serials)
    await _append(kafka_topics, story.values[appended:])

    moved = SignerProcess(_folder(tmp_path / "new"), kafka_topics, store=store)
    try:
        with measured(
            "the signer's node lost: from its start on a new one to all signed", size=f"{len(story.values):,} entries"
        ):
            moved.start()
            await until(lambda: _signed(moved) == len(story.values), seconds=SIGNED_SECONDS)
    finally:
        moved.end()
    after = await _published(kafka_topics)
    assert all(after[name] == documents for name, documents in before.items()), "byte for byte"
    assert all(len(documents) == 1 for documents in after.values()), "no entry has two documents"
    roots = await _checkpoints(kafka_topics, store.log)
    assert max(roots) == len(story.values)
    assert roots.items() >= checkpoints.items()
    assert all(len(of_a_size) == 1 for of_a_size in roots.values()), "no size has two roots"


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def _change(story: Story, serials: list[str]) -> None:
    for number in range(CHANGES):
        story.allocate({"Port11": 1}, serials[number % len(serials)])


async def _append(topics: KafkaTopics, values: list[bytes]) -> None:
    async with Producer(topics.connection("ledger-writer"), client_id="story") as producer:
        await producer.send_many(topics.name(EVENTS), 0, [(b"0", value, ()) for value in values])


def _signed(process: SignerProcess) -> int:
    """Up to which entry."""
    for line in process.get("/metrics")[1].splitlines():
        if line.startswith('licensing_signer_checkpoint_size{ledger="0"}'):
            return int(float(line.split()[-1]))
    return 0


async def _published(topics: KafkaTopics) -> dict[tuple[str, bytes | None, bytes | None], set[bytes | None]]:
    """The documents of each key and entry, by topic."""
    found: dict[tuple[str, bytes | None, bytes | None], set[bytes | None]] = defaultdict(set)
    for topic in (LICENSE_FILES, RETURN_RECEIPTS):
        for record in await _records(topics, topic):
            found[topic.name, record.key, record.header("sequence")].add(record.value)
    return found


async def _checkpoints(topics: KafkaTopics, log: LogVerifier) -> dict[int, set[bytes]]:
    """The roots of each size; they never become smaller."""
    opened = [log.open_checkpoint((one.value or b"").decode()) for one in await _records(topics, CHECKPOINTS)]
    assert all(earlier.size <= later.size for earlier, later in pairwise(opened))
    roots: dict[int, set[bytes]] = defaultdict(set)
    for checkpoint in opened:
        roots[checkpoint.size].add(checkpoint.root)
    return roots


async def _records(topics: KafkaTopics, topic: Topic) -> list[Record]:
    return await records_of(topics.connection(), topics.name(topic), range(topic.partitions))
