"""Events a second of a replay from zero: decode, chain rule and evolve, by the writer's own follower, on one core.

From Kafka, and with the bytes already in memory. Beside it: reading the topic and looking at nothing.
"""

import gc
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from benchmarks import lab, machine, market
from benchmarks.figures import Beside, Figure
from benchmarks.lab import Lab
from contracts.chain import LedgerChain, Orphan
from contracts.topics import EVENTS, topic_name
from ledger.application.draft import Draft
from ledger.application.follower import Follower
from ledger.entrypoints.writer import GENERATION_0_OBJECTS
from runtime.kafka import PartitionTail, Producer

PREFIX = "bench-replay."
DEVICES = 1_000
EVENTS_COUNT = 200_000
AGAIN = 3
"""Best of three: a replay is pure work, so whatever makes it slower is somebody else's."""


def entries(count: int) -> list[bytes]:
    """A ledger of that many allocations, sealed as the writer seals."""
    commands = [*market.founded(), *market.stocked(count), *market.devices(DEVICES)]
    draft = Draft(Follower(LedgerChain(0)), lambda: datetime.now(UTC))
    sealed = draft.take([*commands, *market.allocations(count, DEVICES)], 0).sealed
    return [entry.value for entry in sealed]


async def fill(lab_: Lab) -> list[bytes]:
    """Put the ledger on its topic, unless it is there; its entries."""
    values = entries(lab_.sized(EVENTS_COUNT))
    await lab_.fresh_topics(PREFIX)
    async with PartitionTail(lab_.connection, topic_name(EVENTS, PREFIX), 0, 0) as tail:
        if await tail.end_offset() == 0:
            async with Producer(lab_.connection, client_id="bench") as producer:
                await lab.append(producer, topic_name(EVENTS, PREFIX), values)
    return values


async def measure(lab_: Lab) -> list[Figure]:
    values = await fill(lab_)
    lab_.infrastructure_on(machine.OTHERS)
    machine.stay(machine.MEASURED)
    gc.set_threshold(GENERATION_0_OBJECTS, 20, 100)
    bare = max([await _from_kafka(lab_, len(values), evolve=False) for _ in range(AGAIN)])
    busy = time.process_time()
    runs = [await _from_kafka(lab_, len(values), evolve=True) for _ in range(AGAIN)]
    busy = time.process_time() - busy
    memory = max(_from_memory(values) for _ in range(AGAIN))
    return [
        Figure("replay: events from Kafka, one core", max(runs), "/s", "100,000/s", (Beside("reading only", bare),)),
        Figure("replay: events from Kafka by its own processor time", len(values) * AGAIN / busy, "/s a core"),
        Figure("replay: events from memory, one core", memory, "/s", "100,000/s"),
    ]


async def _from_kafka(lab_: Lab, count: int, *, evolve: bool) -> float:
    follower, seen = Follower(LedgerChain(0)), 0
    async with PartitionTail(lab_.connection, topic_name(EVENTS, PREFIX), 0, 0) as tail:
        await tail.end_offset()
        start = time.perf_counter()
        while seen < count:
            records = await tail.next_batch()
            seen += len(records)
            if evolve:
                for record in records:
                    _take(follower, record.value or b"")
        return count / (time.perf_counter() - start)


def _from_memory(values: Sequence[bytes]) -> float:
    follower = Follower(LedgerChain(0))
    start = time.perf_counter()
    for value in values:
        _take(follower, value)
    return len(values) / (time.perf_counter() - start)


def _take(follower: Follower, value: bytes) -> None:
    if isinstance(follower.read(value), Orphan):
        raise TypeError("an entry of our own is an orphan")
