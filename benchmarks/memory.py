"""What 100,000 devices cost in memory: the writer without licenses, with one lot each and with ten; and device-sync.

The real processes take commands and license files; their resident memory is read before and after. The writer is
warmed by commands that it refuses, so that buffers do not count as devices; each step includes what it keeps about
the accepted commands themselves (the index of command ids). What the signer needs is among the figures of `signing`.
"""

import asyncio
import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

from benchmarks import lab, machine, market
from benchmarks.figures import Figure
from benchmarks.lab import Lab
from contracts.commands import CommandRecord
from contracts.topics import LICENSE_FILES, topic_name
from dev.stack.keys import Keys
from dev.stack.ports import HOST
from dev.stack.service import answers
from dev.stack.settings import admin_port_name, settings
from runtime.kafka import Outgoing, Producer, partition_for

DEVICES = 100_000
LOTS = 10
FILE_BYTES = 4_000
WARMING = 20_000
SETTLE_SECONDS = 1.0
POLL_SECONDS = 0.5


async def measure(lab_: Lab) -> list[Figure]:
    count = lab_.sized(DEVICES)
    per_100_000 = DEVICES / count / machine.MIB
    empty, added, one_lot = await _sizes(lab_, "bench-memory-1.", count, 1)
    _, _, ten_lots = await _sizes(lab_, "bench-memory-10.", count, LOTS)
    files = await _device_sync_growth(lab_, lab_.sized(DEVICES))
    what = "memory: writer, 100,000 devices"
    return [
        Figure(f"{what}, no licenses", (added - empty) * per_100_000, "MiB"),
        Figure(f"{what}, 1 lot each", (one_lot - empty) * per_100_000, "MiB"),
        Figure(f"{what}, {LOTS} lots each", (ten_lots - empty) * per_100_000, "MiB", "< 400 MiB"),
        Figure(f"memory: device-sync, {lab_.sized(DEVICES):,} license files (not scaled)", files / machine.MIB, "MiB"),
    ]


async def _sizes(lab_: Lab, prefix: str, count: int, license_types: int) -> tuple[int, int, int]:
    """Resident bytes of a writer with nothing, with the devices, and with an allocation to each."""
    await lab_.fresh_topics(prefix)
    with lab_.writer(prefix, core=None) as writer:
        sizes: list[int] = []
        told = 1
        async with Producer(lab_.connection, client_id="bench") as producer:
            await lab_.found(producer, market.founding(), prefix)
            for commands in _steps(count, license_types):
                told += await lab_.send(producer, commands, prefix)
                await lab.outcomes(lab_.connection, prefix, told)
                await asyncio.sleep(SETTLE_SECONDS)
                sizes.append(machine.resident_bytes(writer.pid))
    return sizes[0], sizes[1], sizes[2]


def _steps(count: int, license_types: int) -> tuple[Iterable[CommandRecord], ...]:
    first = [*market.partner(), *market.stocked(count, license_types), *market.refused(WARMING)]
    return first, market.devices(count), market.allocations(count, count, license_types)


async def _device_sync_growth(lab_: Lab, count: int) -> int:
    """Resident bytes that device-sync gains by that many license files of 4 kB."""
    prefix = await lab_.fresh_topics("bench-memory-files.")
    await asyncio.to_thread(Keys(lab_.kit.state).prepare)
    environment = settings("device-sync", lab_.kit.stack()) | {
        "LICENSING_TOPIC_PREFIX": prefix,
        "LICENSING_STORE_FILE": str(lab_.kit.state / "bench-memory.sqlite"),
    }
    with lab_.process("device-sync", environment=environment, core=None) as process:
        await until_ready(lab_, "device-sync")
        before = machine.resident_bytes(process.pid)
        async with Producer(lab_.connection, client_id="bench") as producer:
            await _publish(producer, prefix, count)
        await _until_stored(lab_.kit.state / "bench-memory.sqlite", count)
        return machine.resident_bytes(process.pid) - before


async def _publish(producer: Producer, prefix: str, count: int) -> None:
    """Files of random bytes: device-sync stores what carries its own digest, it does not read them."""
    for partition in range(LICENSE_FILES.partitions):
        serials = (market.serial(number) for number in range(count))
        mine = [one for one in serials if partition_for(one.encode(), LICENSE_FILES.partitions) == partition]
        for at in range(0, len(mine), lab.CHUNK):
            records = [_file(serial) for serial in mine[at : at + lab.CHUNK]]
            await producer.send_many(topic_name(LICENSE_FILES, prefix), partition, records)


def _file(serial: str) -> Outgoing:
    document = os.urandom(FILE_BYTES)
    digest = hashlib.sha256(document).hexdigest().encode()
    numbers = (("ledger", b"0"), ("sequence", b"1"), ("generation", b"1"), ("issue", b"1"))
    return serial.encode(), document, (*numbers, ("sha256", digest))


async def until_ready(lab_: Lab, part: str) -> None:
    """Return once a process that runs under the settings of this part says that it is ready."""
    port = lab_.kit.ports.port(admin_port_name(part))
    await _until(lambda: answers(f"http://{HOST}:{port}/readyz"))


async def _until_stored(store: Path, count: int) -> None:
    await _until(lambda: _stored(store) >= count)


async def _until(holds: Callable[[], bool]) -> None:
    for _ in range(int(lab.PATIENCE_SECONDS / POLL_SECONDS)):
        if await asyncio.to_thread(holds):
            return
        await asyncio.sleep(POLL_SECONDS)
    raise TimeoutError("it did not get that far in time")


def _stored(store: Path) -> int:
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        (count,) = connection.execute("SELECT COUNT(*) FROM license_files").fetchone()
        return int(count)
