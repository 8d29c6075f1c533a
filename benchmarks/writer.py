"""Allocations a second through the real writer process on a real broker, beside what the log alone would take.

`python -m benchmarks.writer [--commands N]`. The commands lie on the topic before the writer starts; the time runs from
its first to its last outcome, that is, from told to told. Baseline: one idempotent producer (acks=all) that appends
records of the same size as the entries to a partition and does nothing else.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from benchmarks import lab
from contracts.commands import CommandRecord
from contracts.topics import COMMANDS, EVENTS, OUTCOMES, PREFIX
from runtime.kafka import Connection, PartitionTail, Producer, Record, partition_for

DEVICES = 1_000
CHUNK = 500


async def send(producer: Producer, commands: Iterable[CommandRecord]) -> int:
    """Put commands on the topic, and say how many."""
    values = [command.json_bytes() for command in commands]
    for start in range(0, len(values), CHUNK):
        await producer.send_many(
            PREFIX + COMMANDS.name, 0, [(b"0", value, ()) for value in values[start : start + CHUNK]]
        )
    return len(values)


async def read(connection: Connection, topic: str, partition: int, count: int, patience: float = 60) -> list[Record]:
    """The first `count` records of a partition."""
    found: list[Record] = []
    deadline = time.monotonic() + patience
    async with PartitionTail(connection, topic, partition, 0) as tail:
        while len(found) < count:
            found += await tail.next_batch()
            if time.monotonic() > deadline:
                raise TimeoutError(f"{topic} has {len(found)} of {count} records")
    return found


async def bare_append(producer: Producer, sizes: list[int]) -> float:
    """Records a second of the same sizes by the producer alone."""
    records = [(b"0", os.urandom(size // 2).hex().encode(), ()) for size in sizes]
    start = time.perf_counter()
    for at in range(0, len(records), CHUNK):
        await producer.send_many(PREFIX + EVENTS.name + ".bare", 0, records[at : at + CHUNK])
    return len(records) / (time.perf_counter() - start)


async def main(count: int) -> None:
    async with lab.broker() as bootstrap, Producer(Connection(bootstrap), client_id="bench") as producer:
        connection = Connection(bootstrap)
        before = await send(producer, lab.set_up(DEVICES, count))
        await send(producer, lab.allocations(count, DEVICES))
        environment = {
            "PATH": os.environ["PATH"],
            "LICENSING_KAFKA_BOOTSTRAP": bootstrap,
            "LICENSING_ADMIN_PORT": "0",
        }
        program = [str(Path(sys.executable).with_name("ledger-writer"))]
        if profile := os.environ.get("PROFILE"):
            program = [sys.executable, "-m", "cProfile", "-o", profile, *program]
        writer = subprocess.Popen(program, env=environment)  # noqa: ASYNC220
        try:
            outcomes = await read(
                connection,
                PREFIX + OUTCOMES.name,
                partition_for(lab.ADDRESS.encode(), OUTCOMES.partitions),
                before + count,
            )
        finally:
            cpu = lab.cpu_seconds(writer.pid)
            writer.terminate()
            writer.wait(30)
        told = outcomes[before:]
        seconds = (told[-1].timestamp - told[0].timestamp) / 1000
        print(f"writer: {count / seconds:,.0f} allocations/s ({seconds:.2f} s, {cpu:.2f} s of CPU for all)")
        assert all(b'"accepted"' in record.value for record in outcomes if record.value), "every command was accepted"


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--commands", type=int, default=60_000)
    asyncio.run(main(parser.parse_args().commands))
