"""How long a writer takes to know its log when it starts: from the newest snapshot, and beside it from the first entry.

Both writers, as processes, by their own metric: from the start of reading to all read. The process manager of RMA,
which takes no snapshots, from its start until it is ready. Then what a snapshot costs whoever waits meanwhile: the
longest time that the event loop of the process is held while one is taken.
"""

import asyncio
import gc
import tempfile
import time
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from benchmarks import lab, machine, memory, repairs, replay
from benchmarks.figures import Beside, Figure
from benchmarks.lab import Lab
from contracts.topics import CASE_EVENTS, topic_name
from dev.stack.keys import Keys
from dev.stack.ports import HOST
from dev.stack.settings import settings
from ledger.application.writing.ledger_log import LedgerReplica, ledger_log
from runtime.eventlog.snapshots import SUFFIX, SnapshotFolder, Snapshots, as_of_now
from runtime.eventlog.writer_process import GENERATION_0_OBJECTS
from runtime.kafka import Producer

ENTRIES = 200_000
CASES = 100_000
"""Of the process manager."""
AGAIN_SECONDS = 0.2
TICK_SECONDS = 0.001
METRICS = {"ledger-writer": "licensing_writer", "rma-writer": "licensing_rma_writer"}


async def measure(lab_: Lab) -> list[Figure]:
    values = await replay.fill(lab_)
    cases = await _fill_cases(lab_, "bench-cold-cases.", lab_.sized(ENTRIES) // repairs.ENTRIES_A_CASE)
    lab_.infrastructure_on(machine.OTHERS)
    return [
        await _starts(lab_, "ledger-writer", replay.PREFIX, len(values)),
        await _starts(lab_, "rma-writer", "bench-cold-cases.", cases),
        await _manager_starts(lab_, len(values)),
        await _held(values),
    ]


async def _fill_cases(lab_: Lab, prefix: str, cases: int) -> int:
    """Cases that were sent back yesterday: nothing is due."""
    await lab_.fresh_topics(prefix)
    values = repairs.shipped(cases, datetime.now(UTC).date() - timedelta(days=1))
    async with Producer(lab_.connection, client_id="bench") as producer:
        await lab.append(producer, topic_name(CASE_EVENTS, prefix), values)
    return len(values)


async def _starts(lab_: Lab, writer: str, prefix: str, entries: int) -> Figure:
    with tempfile.TemporaryDirectory(dir=lab_.kit.state) as made:
        folder = Path(made)
        whole = await _start_seconds(lab_, writer, prefix, folder)
        tail = await _start_seconds(lab_, writer, prefix, folder)
        (file, *_) = _snapshots(folder)
        size = Beside("a snapshot, MiB", file.stat().st_size / machine.MIB)
    name = f"cold start: {writer}, {entries:,} entries, from a snapshot"
    return Figure(name, tail, "s", beside=(Beside("from the first entry", whole), size))


async def _start_seconds(lab_: Lab, writer: str, prefix: str, folder: Path) -> float:
    """What the writer says of its start; it is ended when there is a snapshot."""
    port = lab_.kit.ports.port("cold-start")
    Keys(lab_.kit.state).prepare()
    environment = settings(writer, lab_.kit.stack()) | {
        "LICENSING_TOPIC_PREFIX": prefix,
        "LICENSING_ADMIN_PORT": str(port),
        "LICENSING_SNAPSHOT_ENTRIES": "1000",
    }
    with lab_.process(writer, environment=environment, snapshots=folder):
        async with asyncio.timeout(lab.PATIENCE_SECONDS):
            while (seconds := await _metric(port, f"{METRICS[writer]}_start_seconds")) is None:  # noqa: ASYNC110 - of another process
                await asyncio.sleep(AGAIN_SECONDS)
            while not _snapshots(folder):  # noqa: ASYNC110 - a file of another process
                await asyncio.sleep(AGAIN_SECONDS)
    return seconds


async def _manager_starts(lab_: Lab, entries: int) -> Figure:
    """The ledger is that of `replay`; no writer reads it from here on, so that cases may stand beside it."""
    cases, manager = lab_.sized(CASES), "rma-process-manager"
    await _fill_cases(lab_, replay.PREFIX, cases)
    environment = settings(manager, lab_.kit.stack()) | {"LICENSING_TOPIC_PREFIX": replay.PREFIX}
    began = time.perf_counter()
    with lab_.process(manager, environment=environment) as process:
        await memory.until_ready(lab_, manager)
        seconds, busy = time.perf_counter() - began, machine.cpu_seconds(process.pid)
    name = f"cold start: {manager}, {cases:,} cases of 4 entries and a ledger of {entries:,}, until it is ready"
    return Figure(name, seconds, "s", beside=(Beside("its processor time", busy),))


def _snapshots(folder: Path) -> list[Path]:
    return [file for file in folder.iterdir() if file.suffix == SUFFIX]


async def _metric(port: int, name: str) -> float | None:
    try:
        async with aiohttp.ClientSession() as session, session.get(f"http://{HOST}:{port}/metrics") as answer:
            text = await answer.text()
    except aiohttp.ClientError:
        return None
    families = text_string_to_metric_families(text)
    return next((one.value for family in families for one in family.samples if one.name == name), None)


async def _held(values: Sequence[bytes]) -> Figure:
    """The longest that the event loop is held while a snapshot of the ledger is taken, beside the same while idle."""
    machine.stay(machine.MEASURED)
    gc.set_threshold(GENERATION_0_OBJECTS, 20, 100)
    log = ledger_log(0)
    replica = LedgerReplica.of(log)
    for offset, value in enumerate(values):
        replica.read(value, offset)
    idle = await _longest_tick(asyncio.sleep(1.0))
    with tempfile.TemporaryDirectory() as made:
        store = Snapshots(log, SnapshotFolder(Path(made), [b"k" * 32], 1))
        began = time.perf_counter()
        held = await _longest_tick(store.take(as_of_now(replica)))
        taken = time.perf_counter() - began
    name = f"snapshot: longest that the event loop is held, ledger of {len(values):,} entries"
    return Figure(name, held, "ms", beside=(Beside("idle", idle), Beside("the whole snapshot takes", taken * 1000)))


async def _longest_tick(work: Coroutine[Any, Any, object]) -> float:
    """In milliseconds: how late the latest of ticks was while this ran."""
    task, latest = asyncio.create_task(work), 0.0
    while not task.done():
        began = time.perf_counter()
        await asyncio.sleep(TICK_SECONDS)
        latest = max(latest, time.perf_counter() - began - TICK_SECONDS)
    await task
    return latest * 1000
