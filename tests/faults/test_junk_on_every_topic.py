"""Somebody who may write every topic does so while partners and boxes work; in the end everything is right."""

import asyncio
import random
from collections import Counter, deque
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Self

import pytest

from contracts.events import Event
from contracts.events.devices import LicenseFileDelivered, LicensesAllocated
from contracts.log.chain import LedgerChain, Orphan
from contracts.log.entries import Entry
from contracts.topics import EVENTS, TOPICS, topic_name
from dev.demo.story import Story
from dev.stack.kafka import ADMINISTRATOR
from dev.stack.parts import PARTS, Kit
from runtime.kafka import Connection, Partition, Producer, Record, Tail
from tests.support.campaign import LONG
from tests.support.junk import MAKERS, Junk, huge
from tests.support.partners_at_work import Partners, a_story_with_many_ports, check_partners, fetch
from tests.support.raw_records import batch_with_header_name, produce
from tests.support.readiness import SERVICES, until_ready
from tests.support.reading import records_of
from tests.support.running import a_stocked_story
from tests.support.signers_topics import metrics

ROUNDS = 60 if LONG else 1
MOST_ROUNDS = ROUNDS + 10
"""Chance decides whom the spoiled copies are for."""
BURY_NOTHING = {"rma-process-manager", "audio-worker", "audio-api"}
"""The first two leave that to the projectors of the same topics; the third reads no topic."""
EACH = 2 if LONG else 1
"""Spoiled copies of each kind a partition and round."""
SAMPLE = 100
"""So many of a topic's last records are spoiled."""
SEED = 20
PATIENCE_SECONDS = 30.0


@dataclass(frozen=True)
class Scene:
    """The story of the partners at work, and a box that nobody asks anything of: it has its file, and an open case."""

    kit: Kit
    busy: Story
    untouched: Story
    rma: str

    def is_right(self, file: bytes) -> None:
        """What nobody has touched is as it was."""
        assert self.untouched.firmware().ask("GET", "license-file").body == file
        assert self.untouched.cases.partner.get_case(self.rma)["state"] == "authorised"


@pytest.fixture
def scene(kit: Kit) -> Iterator[Scene]:
    with a_stocked_story(kit.state) as untouched, a_story_with_many_ports(kit) as busy:
        untouched.firmware().sync()
        yield Scene(kit, busy, untouched, untouched.cases.file(untouched.serial)["rma"])


class Intruder:
    """Writes to every topic of the running stack, as whoever has the account of the broker's administrator can.

    A huge record takes as much time as a thousand others; so, briefly, each topic has one and not each partition.
    """

    def __init__(self, kit: Kit) -> None:
        self._connection: Connection = kit.broker().connection(ADMINISTRATOR)
        self._seen: dict[str, deque[Record]] = {topic_name(topic): deque(maxlen=SAMPLE) for topic in TOPICS}
        every = [Partition(topic_name(topic), number) for topic in TOPICS for number in range(topic.partitions)]
        self._tail = Tail(self._connection, dict.fromkeys(every, 0))
        self._dice = random.Random(SEED)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._tail.close()

    async def spoil(self) -> None:
        """Every maker's records to every partition of every topic."""
        await self._look()
        anything = [record for records in self._seen.values() for record in records]
        async with Producer(self._connection, client_id="intruder") as producer:
            for topic, number in self._tail.next_offsets:
                made = [*_made(self._dice, self._seen[topic] or anything, anything)]
                made += [huge()] if LONG or number == 0 else []
                self._dice.shuffle(made)
                await producer.send_many(topic, number, [(one.key, one.value, one.headers) for one in made])
        for topic in self._seen:
            strange = batch_with_header_name(b"\xff\xfe", self._dice.randbytes(9))
            assert await produce(self._connection, topic, strange) == 0

    async def _look(self) -> None:
        """The last records of each topic."""
        ends = await self._tail.end_offsets()
        while any(self._tail.next_offsets[partition] < end for partition, end in ends.items()):
            for record in await self._tail.next_batch():
                self._seen[record.topic].append(record)


def _made(dice: random.Random, own: Sequence[Record], anything: Sequence[Record]) -> Iterator[Junk]:
    for _ in range(EACH):
        for make in MAKERS:
            junk = make(dice, dice.choice(own), dice.choice(anything))
            if junk is not None:
                yield junk


async def entries(kit: Kit) -> list[Entry[Event]]:
    """The ledger, as whoever replays it reads it."""
    chain = LedgerChain(0)
    records = await records_of(kit.broker().connection("auditor"), topic_name(EVENTS))
    accepted = [chain.accept(record.value or b"") for record in records]
    return [one for one in accepted if not isinstance(one, Orphan)]


@asynccontextmanager
async def at_work(scene: Scene) -> AsyncGenerator[Partners]:
    """Partners allocate and boxes fetch until the block ends."""
    partners, stop = Partners(scene.kit, scene.busy), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(partners.work(stop))
        for story in (scene.busy, scene.untouched):
            group.create_task(_fetching(story, stop))
        try:
            yield partners
        finally:
            stop.set()


async def _fetching(story: Story, stop: asyncio.Event) -> None:
    while not stop.is_set():
        await fetch(story)
        await asyncio.sleep(0.05)


def noticed(kit: Kit) -> bool:
    """Whether every service has set something aside; an API only sees what bears its own address."""
    return all("licensing_dead_letters_total{" in metrics(kit, service) for service in set(SERVICES) - BURY_NOTHING)


def processes(kit: Kit) -> dict[str, int | None]:
    return {part.name: kit.make(part).process.pid for part in PARTS}


@pytest.mark.timeout(3600 if LONG else 300)
async def test_junk_on_every_topic_under_load_leaves_every_ledger_and_every_box_right(scene: Scene) -> None:
    kit, before, at_first = scene.kit, await entries(scene.kit), processes(scene.kit)
    free, right = scene.busy.balance()["Port11"], scene.untouched.box().license_file_path.read_bytes()
    async with Intruder(kit) as intruder, at_work(scene) as partners:
        for number in range(MOST_ROUNDS):
            if number >= ROUNDS and noticed(kit):
                break
            done = len(partners.sequences)
            await intruder.spoil()
            async with asyncio.timeout(PATIENCE_SECONDS):
                while len(partners.sequences) < done + 10:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            assert processes(kit) == at_first, "nothing ended and was started again"

    await asyncio.to_thread(until_ready, kit)
    await check_partners(kit, scene.busy, partners, free)
    new = (await entries(kit))[len(before) :]
    kinds = Counter(type(entry.data) for entry in new)
    assert set(kinds) <= {LicensesAllocated, LicenseFileDelivered}
    assert {entry.sequence for entry in new if isinstance(entry.data, LicensesAllocated)} == set(partners.sequences)
    scene.is_right(right)
    assert noticed(kit)

    if LONG:
        await asyncio.to_thread(_start_again, kit)
        await check_partners(kit, scene.busy, partners, free)
        scene.is_right(right)
    scene.untouched.cases.clerk.receive_device(scene.rma, serial=scene.untouched.serial)


def _start_again(kit: Kit) -> None:
    """Every service reads all of it from the beginning, device-sync with nothing kept."""
    parts = [kit.make(part) for part in PARTS if part.name in SERVICES]
    for part in parts:
        part.stop()
    (kit.state / "device-sync.sqlite").unlink()
    for part in parts:
        part.launch()
    for part in parts:
        part.wait(lambda _line: None)
    until_ready(kit)
