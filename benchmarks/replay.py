"""Events a second of a replay from zero: decode, chain rule and evolve, by the writer's own replica, on one core.

From Kafka, and with the bytes already in memory. Beside it: reading the topic and looking at nothing. Then two ledgers
at once, each in a process and on a core of its own, which they share with broker and database.
"""

import asyncio
import gc
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import uvloop

from benchmarks import lab, machine, market
from benchmarks.figures import Beside, Figure
from benchmarks.lab import Lab
from contracts.commands import CommandRecord
from contracts.log.chain import Orphan
from contracts.topics import EVENTS, topic_name
from dev.stack.parts import Kit
from ledger.application.writing.ledger_log import LedgerReplica, ledger_log
from ledger.application.writing.received_command import ReceivedCommand
from runtime.eventlog import SpeculativeLog
from runtime.eventlog.writer_process import GENERATION_0_OBJECTS
from runtime.kafka import Connection, PartitionTail, Producer

PREFIX = "bench-replay."
PREFIXES = (PREFIX, "bench-replay-other.")
"""A ledger each."""
DEVICES = 1_000
EVENTS_COUNT = 200_000
Pipe = TypeVar("Pipe", asyncio.StreamReader, asyncio.StreamWriter)
AGAIN = 3
"""Best of three: a replay is pure work, so whatever makes it slower is somebody else's."""


def entries(count: int) -> list[bytes]:
    """A ledger of that many allocations, sealed as the writer seals."""
    before = (*market.founded(), *market.stocked(count), *market.devices(DEVICES))
    return sealed((*before, *market.allocations(count, DEVICES)))


def sealed(commands: Iterable[CommandRecord]) -> list[bytes]:
    """The entries that commands become in a new ledger."""
    speculation = SpeculativeLog(ledger_log(0), LedgerReplica.of(ledger_log(0)), lambda: datetime.now(UTC))
    return [entry.value for entry in speculation.take(map(ReceivedCommand.unproven, commands), {}).entries]


async def fill(lab_: Lab, prefix: str = PREFIX) -> list[bytes]:
    """Put the ledger on its topic, unless it is there; its entries."""
    values = entries(lab_.sized(EVENTS_COUNT))
    await lab_.fresh_topics(prefix)
    async with PartitionTail(lab_.connection, topic_name(EVENTS, prefix), 0, 0) as tail:
        if await tail.end_offset() == 0:
            async with Producer(lab_.connection, client_id="bench") as producer:
                await lab.append(producer, topic_name(EVENTS, prefix), values)
    return values


async def measure(lab_: Lab) -> list[Figure]:
    values = await fill(lab_)
    lab_.infrastructure_on(machine.OTHERS)
    machine.stay(machine.MEASURED)
    gc.set_threshold(GENERATION_0_OBJECTS, 20, 100)
    bare = max([await _from_kafka(lab_.connection, len(values), evolve=False) for _ in range(AGAIN)])
    busy = time.process_time()
    runs = [await _from_kafka(lab_.connection, len(values), evolve=True) for _ in range(AGAIN)]
    busy = time.process_time() - busy
    memory = max(_from_memory(values) for _ in range(AGAIN))
    return [
        Figure("replay: events from Kafka, one core", max(runs), "/s", "100,000/s", (Beside("reading only", bare),)),
        Figure("replay: events from Kafka by its own processor time", len(values) * AGAIN / busy, "/s a core"),
        Figure("replay: events from memory, one core", memory, "/s", "100,000/s"),
        Figure("replay: events of two ledgers from Kafka, two cores", await _two_ledgers(lab_), "/s", "100,000/s"),
    ]


async def _two_ledgers(lab_: Lab) -> float:
    """Both from zero at once: their entries over the time from the first start to the last end."""
    counts = [len(await fill(lab_, prefix)) for prefix in PREFIXES]
    lab_.infrastructure_on(None)
    programs = [await _program(lab_, *one) for one in zip(PREFIXES, counts, range(len(PREFIXES)), strict=True)]
    for program in programs:
        await _line(program)
    for program in programs:
        _pipe(program.stdin).write(b"go\n")
    times = [tuple(map(float, (await _line(program)).split())) for program in programs]
    for program in programs:
        await program.wait()
    return sum(counts) / (max(end for _, end in times) - min(start for start, _ in times))


async def _program(lab_: Lab, prefix: str, count: int, core: int) -> asyncio.subprocess.Process:
    argv = (*machine.pinned(core), sys.executable, "-m", "benchmarks.replay", str(lab_.kit.state), prefix, str(count))
    return await asyncio.create_subprocess_exec(*argv, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)


async def _line(program: asyncio.subprocess.Process) -> bytes:
    return await asyncio.wait_for(_pipe(program.stdout).readline(), lab.PATIENCE_SECONDS)


def _pipe(stream: Pipe | None) -> Pipe:
    if stream is None:
        raise TypeError("the program was started without pipes")
    return stream


async def _replay_when_told(state: Path, prefix: str, count: int) -> None:
    """What each of the two programs does: say that it is ready, wait for a line, replay, say from when to when."""
    gc.set_threshold(GENERATION_0_OBJECTS, 20, 100)
    print("ready", flush=True)
    sys.stdin.readline()
    start = time.time()
    await _from_kafka(Kit(state).broker().connection("auditor"), count, evolve=True, prefix=prefix)
    print(start, time.time(), flush=True)


async def _from_kafka(connection: Connection, count: int, *, evolve: bool, prefix: str = PREFIX) -> float:
    replica, seen = LedgerReplica.of(ledger_log(0)), 0
    async with PartitionTail(connection, topic_name(EVENTS, prefix), 0, 0) as tail:
        await tail.end_offset()
        start = time.perf_counter()
        while seen < count:
            records = await tail.next_batch()
            seen += len(records)
            if evolve:
                for record in records:
                    _take(replica, record.value or b"")
        return count / (time.perf_counter() - start)


def _from_memory(values: Sequence[bytes]) -> float:
    replica = LedgerReplica.of(ledger_log(0))
    start = time.perf_counter()
    for value in values:
        _take(replica, value)
    return len(values) / (time.perf_counter() - start)


def _take(replica: LedgerReplica, value: bytes) -> None:
    if isinstance(replica.read(value), Orphan):
        raise TypeError("an entry of our own is an orphan")


if __name__ == "__main__":
    uvloop.run(_replay_when_told(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
