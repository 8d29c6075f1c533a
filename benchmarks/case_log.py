"""The log of RMA cases: its replay on one core, what 100,000 cases cost the writer in memory, and slips.

Beside the replay: the same of the ledger, of plain allocations, by the same machine in the same run.
"""

import asyncio
import gc
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks import lab, machine, market, memory, repairs, replay
from benchmarks.figures import Beside, Figure
from benchmarks.lab import Lab
from contracts.log.hash_chain import Orphan
from contracts.log.stop import Stop
from contracts.topics import CASE_EVENTS, EVENTS, topic_name
from dev.stack.keys import Keys
from dev.stack.settings import settings
from ledger.application.writing.ledger_log import LedgerReplica, ledger_log
from rma.adapters.slip import Slip, draw
from rma.application.writing.case_log import CaseReplica
from runtime.eventlog import LogReplica
from runtime.eventlog.snapshots import SUFFIX
from runtime.eventlog.writer_process import GENERATION_0_OBJECTS
from runtime.kafka import Producer

CASES = 100_000
REPLAYED = 100_000
"""Entries."""
SLIPS = 300
AGAIN, AGAIN_SECONDS = 3, 0.2
MB = 1_000_000
"""The aim is said in these, not in MiB."""
SLIP = Slip(
    rma="RMA-2026-000117",
    serial="009033010203",
    filed=date(2026, 11, 28),
    reference="Hotel Adria, reception",
    sender=("Adria Telekom d.o.o.", "Obala 1", "52210 Rovinj", "Croatia"),
    ship_to=("innovaphone AG", "RMA", "Umberto-Nobile-Straße 15", "71063 Sindelfingen", "Germany"),
    enclose=("the device", "this slip"),
)


async def measure(lab_: Lab) -> list[Figure]:
    lab_.infrastructure_on(machine.OTHERS)
    machine.stay(machine.MEASURED)
    gc.set_threshold(GENERATION_0_OBJECTS, 20, 100)
    figures = [*_replay(lab_.sized(REPLAYED)), _slips(lab_.sized(SLIPS))]
    return [*figures, await _memory(lab_, lab_.sized(CASES))]


def _replay(count: int) -> list[Figure]:
    cases = count // repairs.ENTRIES_A_CASE
    day = _day()
    log = repairs.log_of(cases, day)
    of_cases = _best(repairs.shipped(cases, day), lambda: CaseReplica.of(log))
    of_ledger = _best(replay.entries(count), lambda: LedgerReplica.of(ledger_log(0)))
    beside = (Beside("the ledger's allocations", of_ledger[0]),)
    return [
        Figure("replay: case events from memory, one core", of_cases[0], "/s", "40,000/s", beside),
        Figure(
            "replay: case events by its own processor time",
            of_cases[1],
            "/s a core",
            beside=(Beside("the ledger's allocations", of_ledger[1]),),
        ),
    ]


def _best(values: Sequence[bytes], fresh: Callable[[], LogReplica[Any, Any]]) -> tuple[float, float]:
    """Entries a second, and a second of processor time, of the best of several replays."""
    runs = [_once(values, fresh()) for _ in range(AGAIN)]
    return len(values) / min(wall for wall, _ in runs), len(values) / min(busy for _, busy in runs)


def _once(values: Sequence[bytes], replica: LogReplica[Any, Any]) -> tuple[float, float]:
    wall, busy = time.perf_counter(), time.process_time()
    for value in values:
        if isinstance(replica.read(value), Orphan | Stop):
            raise TypeError("an entry of our own does not count")
    return time.perf_counter() - wall, time.process_time() - busy


def _slips(count: int) -> Figure:
    draw(SLIP, "a4")  # fonts are read once
    start = time.perf_counter()
    for _ in range(count):
        draw(SLIP, "a4")
    return Figure("slips as PDF, one core", count / (time.perf_counter() - start), "/s", "50/s")


async def _memory(lab_: Lab, count: int) -> Figure:
    """Resident bytes of a writer that has read the cases, and the ledger of their devices, which all are in a project.

    Beside it: after a start from snapshots of both, without the ledger, and with neither. Not scaled: the index of
    commands grows no more once its window is full.
    """
    cases, ledger = repairs.shipped(count, _day()), replay.sealed((*market.founded(), *market.devices(count)))
    neither = await _resident(lab_, await _filled(lab_, "bench-cases-none.", [], []))
    alone = await _resident(lab_, await _filled(lab_, "bench-cases-alone.", cases, []))
    prefix = await _filled(lab_, "bench-cases.", cases, ledger)
    with tempfile.TemporaryDirectory(dir=lab_.kit.state) as folder:
        both = await _resident(lab_, prefix, Path(folder))
        again = await _resident(lab_, prefix, Path(folder))
    return Figure(
        f"memory: rma-writer, {count:,} cases of 4 entries and a ledger of {count:,} devices",
        both / MB,
        "MB",
        "< 200 MB",
        (
            Beside("started from snapshots", again / MB),
            Beside("the cases alone", alone / MB),
            Beside("neither", neither / MB),
        ),
    )


async def _filled(lab_: Lab, prefix: str, cases: list[bytes], ledger: list[bytes]) -> str:
    await lab_.fresh_topics(prefix)
    async with Producer(lab_.connection, client_id="bench") as producer:
        await lab.append(producer, topic_name(CASE_EVENTS, prefix), cases)
        await lab.append(producer, topic_name(EVENTS, prefix), ledger)
    return prefix


async def _resident(lab_: Lab, prefix: str, snapshots: Path | None = None) -> int:
    """Once it is ready; it is ended when there are snapshots of both logs."""
    Keys(lab_.kit.state).prepare()
    environment = settings("rma-writer", lab_.kit.stack()) | {
        "LICENSING_TOPIC_PREFIX": prefix,
        "LICENSING_SNAPSHOT_ENTRIES": "1000",
    }
    with lab_.process("rma-writer", environment=environment, core=None, snapshots=snapshots) as writer:
        await memory.until_ready(lab_, "rma-writer")
        await asyncio.sleep(memory.SETTLE_SECONDS)  # it gives back what reading took
        found = machine.resident_bytes(writer.pid)
        async with asyncio.timeout(lab.PATIENCE_SECONDS):
            while snapshots is not None and len(_logs_in(snapshots)) < len((CASE_EVENTS, EVENTS)):  # noqa: ASYNC110 - files of another process
                await asyncio.sleep(AGAIN_SECONDS)
    return found


def _logs_in(folder: Path) -> set[str]:
    """The logs of which there are snapshots: a name ends with the entry."""
    return {file.stem.rpartition("-")[0] for file in folder.glob(f"*{SUFFIX}")}


def _day() -> date:
    return datetime.now(UTC).date() - timedelta(days=20)
