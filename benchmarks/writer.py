"""Allocations a second through the real writer process, and the obvious alternatives.

The commands lie on the topic before the writer starts; the time runs from its first outcome to its last, that is from
told to told. The writer has one core; the broker has the other. Baselines: PostgreSQL transactions with row locks
(benchmarks.row_locks), and one idempotent producer that appends the very same entries and does nothing else.
"""

import time
from collections.abc import Iterable
from pathlib import Path

from benchmarks import lab, machine, market, row_locks
from benchmarks.figures import Beside, Figure
from benchmarks.lab import Lab
from contracts.commands import CommandRecord
from contracts.topics import EVENTS, topic_name
from runtime.kafka import Producer

PREFIX = "bench-writer."
DEVICES = 1_000
COMMANDS = 100_000


async def measure(lab_: Lab) -> list[Figure]:
    count = lab_.sized(COMMANDS)
    lab_.infrastructure_on(machine.OTHERS)
    machine.stay(machine.OTHERS)
    rate, cpu = await through(lab_, PREFIX, before(count, DEVICES), market.allocations(count, DEVICES))
    bare = await _bare_append(lab_)
    lab_.infrastructure_on(None)
    rows = await row_locks.measure(lab_)
    return [
        Figure(
            "writer: allocations, one core",
            rate,
            "/s",
            "15,000/s, 10 x PostgreSQL",
            (*rows, Beside("bare idempotent append of the same records, one core", bare)),
        ),
        Figure("writer: allocations by its own processor time", cpu, "/s a core"),
    ]


def before(count: int, devices: int) -> Iterable[CommandRecord]:
    """A ledger with devices, and licenses for so many allocations."""
    return (*market.partner(), *market.stocked(count), *market.devices(devices))


async def through(
    lab_: Lab,
    prefix: str,
    before: Iterable[CommandRecord],
    measured: Iterable[CommandRecord],
    *,
    generations: Path | None = None,
) -> tuple[float, float]:
    """Commands a second of `measured`, and a second of the writer's processor time; all of them must be accepted."""
    await lab_.fresh_topics(prefix)
    async with Producer(lab_.connection, client_id="bench") as producer:
        with lab_.writer(prefix):
            await lab_.found(producer, market.founding(), prefix)
        first = 1 + await lab_.send(producer, before, prefix)
        count = await lab_.send(producer, measured, prefix)
    with lab_.writer(prefix, generations=generations) as writer:
        await lab.outcomes(lab_.connection, prefix, first)
        # It goes on while this client reads: what was told by now costs nothing of what is measured from here on.
        known, idle = await lab.outcome_count(lab_.connection, prefix), machine.cpu_seconds(writer.pid)
        told = (await lab.outcomes(lab_.connection, prefix, first + count))[first:]
        busy = machine.cpu_seconds(writer.pid) - idle
    if refused := [record.value for record in told if b'"accepted"' not in (record.value or b"")]:
        raise RuntimeError(f"not every command was accepted: {refused[0]!r}")
    return count / ((told[-1].timestamp - told[0].timestamp) / 1000), (first + count - known) / busy


async def _bare_append(lab_: Lab) -> float:
    topic = topic_name(EVENTS, await lab_.fresh_topics("bench-append."))
    entries = await lab.read(lab_.connection, EVENTS, PREFIX, lab_.sized(COMMANDS))
    records = [(b"0", entry.value, ()) for entry in entries]
    machine.stay(machine.MEASURED)
    async with Producer(lab_.connection, client_id="bench") as producer:
        await producer.send_many(topic, 0, records[: lab.CHUNK])
        start = time.perf_counter()
        await producer.send_many(topic, 0, records)
    seconds = time.perf_counter() - start
    machine.stay(machine.OTHERS)
    return len(records) / seconds
