"""How fast the signer turns entries into published license files: `python -m benchmarks.signing`.

The whole pipeline on a real broker (read, chain rule, laws, proof, two signatures a file, audit, publish) beside the
bare ECDSA signatures of the same bytes, which is the limit that any signer of license files has.
"""

import argparse
import asyncio
import time
from collections.abc import Sequence

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from benchmarks import lab
from contracts.topics import EVENTS, LICENSE_FILES, topic_name
from runtime.kafka import Connection, PartitionTail, Producer
from signer.adapters.kafka_outputs import KafkaOutputs
from signer.application.signing import LedgerSigning
from signer.application.status import LedgerStatus
from tests.unit.signer.story import KEYS, TRUSTED, Story

PREFIX = "bench-signing."
PORTS_EACH, GATEWAYS_EACH = 20, 4


def ledger(files: int) -> list[bytes]:
    """Entries of which `files` change a device: half of them add one, half allocate two types of licenses to it."""
    devices = files // 2
    story = Story().begin({"Port11": PORTS_EACH * devices, "PRI": GATEWAYS_EACH * devices})
    for number in range(devices):
        story.add_device(lab.serial(number))
    for number in range(devices):
        story.allocate({"Port11": PORTS_EACH, "PRI": GATEWAYS_EACH}, lab.serial(number))
    return story.values


async def sign_all(bootstrap: str) -> tuple[LedgerStatus, float, float]:
    """Run one signer from nothing to the end of the ledger; status, seconds, and seconds of its own processor time."""
    connection, stop = Connection(bootstrap), asyncio.Event()
    async with (
        Producer(connection, client_id="bench") as producer,
        PartitionTail(connection, topic_name(EVENTS, PREFIX), 0, 0) as events,
    ):
        outputs = KafkaOutputs(connection, producer, topic_prefix=PREFIX)
        signing = LedgerSigning(0, keys=KEYS, trusted=TRUSTED, events=events, outputs=outputs)
        wall, processor = time.perf_counter(), time.process_time()
        task = asyncio.create_task(signing.run(stop))
        while signing.status.phase not in ("following", "stopped"):  # noqa: ASYNC110 - it is a plain value
            await asyncio.sleep(0.01)
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
        stop.set()
        await task
    return signing.status, wall, processor


async def published(bootstrap: str) -> list[bytes]:
    """The license files on the topic."""
    found: list[bytes] = []
    for number in range(LICENSE_FILES.partitions):
        async with PartitionTail(Connection(bootstrap), topic_name(LICENSE_FILES, PREFIX), number, 0) as tail:
            end = await tail.end_offset()
            while tail.next_offset < end:
                found += [record.value or b"" for record in await tail.next_batch()]
    return found


def bare_signatures(files: Sequence[bytes]) -> float:
    """Deterministic ECDSA P-256 signatures a second over bytes of the same size."""
    algorithm = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    start = time.perf_counter()
    for file in files:
        KEYS.license.sign(file, algorithm)
    return len(files) / (time.perf_counter() - start)


async def measure(count: int) -> None:
    values = ledger(count)
    async with lab.broker(prefix=PREFIX) as bootstrap:
        async with Producer(Connection(bootstrap), client_id="bench") as producer:
            rows = [(None, value, ()) for value in values]
            await producer.send_many(topic_name(EVENTS, PREFIX), 0, rows)
        status, wall, processor = await sign_all(bootstrap)
        files = await published(bootstrap)
        _, replay_wall, _ = await sign_all(bootstrap)
    report(status, files, (wall, processor, replay_wall), len(values))


def report(status: LedgerStatus, files: Sequence[bytes], seconds: tuple[float, float, float], entries: int) -> None:
    wall, processor, replay = seconds
    rate, bare = status.license_files / wall, bare_signatures(files[:10_000])
    size = sum(map(len, files)) / len(files)
    print(f"license files published: {status.license_files}, {size:.0f} bytes each")
    print(f"signing, whole pipeline on a real broker: {rate:,.0f} files/s")
    print(f"the same by the signer's own processor time: {status.license_files / processor:,.0f} files/s a core")
    print(f"baseline, bare ECDSA P-256 of the same bytes: {bare:,.0f} signatures/s")
    print(f"ratio: {rate / bare:.2f}")
    print(f"replay from zero with nothing to sign, start included: {entries / replay:,.0f} entries/s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=20_000)
    asyncio.run(measure(parser.parse_args().files))


if __name__ == "__main__":
    main()
