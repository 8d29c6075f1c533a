"""The log of RMA cases: its replay on one core, what 100,000 cases cost the writer in memory, and slips.

Beside the replay: the same of the ledger, of plain allocations, by the same machine in the same run.
"""

import gc
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from benchmarks import lab, machine, memory, repairs, replay
from benchmarks.figures import Beside, Figure
from benchmarks.lab import Lab
from contracts.log.hash_chain import Orphan
from contracts.log.stop import Stop
from contracts.topics import CASE_EVENTS, topic_name
from dev.stack.keys import Keys
from dev.stack.settings import settings
from ledger.application.writing.ledger_log import LedgerReplica, ledger_log
from rma.adapters.slip import Slip, draw
from rma.application.writing.case_log import CaseReplica
from runtime.eventlog import LogReplica
from runtime.eventlog.writer_process import GENERATION_0_OBJECTS
from runtime.kafka import Producer

CASES = 100_000
REPLAYED = 100_000
"""Entries."""
SLIPS = 300
AGAIN = 3
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
    """Resident bytes of a writer that has read the cases, beside one that has read nothing.

    Not scaled: the index of commands grows no more once its window is full.
    """
    empty = await _resident(lab_, "bench-cases-none.", [])
    full = await _resident(lab_, "bench-cases.", repairs.shipped(count, _day()))
    return Figure(
        f"memory: rma-writer, {count:,} cases of 4 entries",
        full / machine.MIB,
        "MiB",
        "< 200 MiB",
        (Beside("with none", empty / machine.MIB),),
    )


async def _resident(lab_: Lab, prefix: str, values: list[bytes]) -> int:
    await lab_.fresh_topics(prefix)
    async with Producer(lab_.connection, client_id="bench") as producer:
        await lab.append(producer, topic_name(CASE_EVENTS, prefix), values)
    Keys(lab_.kit.state).prepare()
    environment = settings("rma-writer", lab_.kit.stack()) | {"LICENSING_TOPIC_PREFIX": prefix}
    with lab_.process("rma-writer", environment=environment, core=None) as writer:
        await memory.until_ready(lab_, "rma-writer")
        return machine.resident_bytes(writer.pid)


def _day() -> date:
    return datetime.now(UTC).date() - timedelta(days=20)
