"""What 100,000 devices cost the writer in memory: without licenses, with one lot each, and with ten.

The real writer process takes the commands; its resident memory is read before and after. Each step includes what the
writer keeps about those commands themselves (the index of command ids).
"""

import asyncio
from collections.abc import Iterable

from benchmarks import lab, machine, market
from benchmarks.figures import Figure
from benchmarks.lab import Lab
from contracts.commands import CommandRecord
from runtime.kafka import Producer

DEVICES = 100_000
LOTS = 10
SETTLE_SECONDS = 1.0


async def measure(lab_: Lab) -> list[Figure]:
    count = lab_.sized(DEVICES)
    per_100_000 = DEVICES / count / machine.MIB
    empty, added, one_lot = await _sizes(lab_, "bench-memory-1.", count, 1)
    _, _, ten_lots = await _sizes(lab_, "bench-memory-10.", count, LOTS)
    what = "memory: writer, 100,000 devices"
    return [
        Figure(f"{what}, no licenses", (added - empty) * per_100_000, "MiB"),
        Figure(f"{what}, 1 lot each", (one_lot - empty) * per_100_000, "MiB"),
        Figure(f"{what}, {LOTS} lots each", (ten_lots - empty) * per_100_000, "MiB", "< 400 MiB"),
    ]


async def _sizes(lab_: Lab, prefix: str, count: int, license_types: int) -> tuple[int, int, int]:
    """Resident bytes of a writer with nothing, with the devices, and with an allocation to each."""
    await lab_.fresh_topics(prefix)
    with lab_.process("ledger-writer", environment={"LICENSING_TOPIC_PREFIX": prefix}, core=None) as writer:
        sizes: list[int] = []
        told = 0
        async with Producer(lab_.connection, client_id="bench") as producer:
            for commands in _steps(count, license_types):
                told += await lab.send(producer, commands, prefix)
                await lab.outcomes(lab_.connection, prefix, told)
                await asyncio.sleep(SETTLE_SECONDS)
                sizes.append(machine.resident_bytes(writer.pid))
    return sizes[0], sizes[1], sizes[2]


def _steps(count: int, license_types: int) -> tuple[Iterable[CommandRecord], ...]:
    first = [*market.founded(), *market.stocked(count, license_types)]
    return first, market.devices(count), market.allocations(count, count, license_types)
