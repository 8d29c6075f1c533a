"""How fast the signer turns entries into published license files, on one core.

The whole pipeline on a real broker (read, chain rule, laws, proof, two signatures a file, audit, publish) beside the
bare ECDSA signatures of the same bytes, which is the limit that any signer of license files has.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import uvloop
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from benchmarks import lab, machine, market
from benchmarks.figures import Beside, Figure
from benchmarks.lab import Lab
from contracts.documents import license_file
from contracts.topics import EVENTS, LICENSE_FILES, topic_name
from dev.stack import places
from dev.stack.parts import Kit
from runtime.kafka import Connection, PartitionTail, Producer
from signer.adapters.kafka_outputs import KafkaOutputs
from signer.application.own_records import OwnRecords
from signer.application.signing import LedgerSigning
from signer.domain.own_signatures import OwnSignatures
from tests.support.signer.story import KEYS, PUBLIC_KEYS, TRUSTED, Story

PREFIX = "bench-signing."
DEVICES = 10_000
PORTS_EACH, GATEWAYS_EACH = 20, 4
SIGNATURES = 10_000
VERIFIED = 2_000
POLL_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Run:
    """What one signer did from nothing to the end of the ledger."""

    files: int
    seconds: float
    cpu_seconds: float
    grown_bytes: int


def ledger(devices: int) -> list[bytes]:
    """Entries that add devices and allocate two types of licenses to each: two license files a device."""
    story = Story().begin({"Port11": PORTS_EACH * devices, "PRI": GATEWAYS_EACH * devices})
    for number in range(devices):
        story.add_device(market.serial(number))
    for number in range(devices):
        story.allocate({"Port11": PORTS_EACH, "PRI": GATEWAYS_EACH}, market.serial(number))
    return story.values


async def sign_apart(lab_: Lab) -> Run:
    """Run one signer in a process of its own, on its core."""
    argv = (*machine.pinned(machine.MEASURED), sys.executable, "-m", "benchmarks.signing", str(lab_.kit.state))
    process = await asyncio.create_subprocess_exec(*argv, cwd=places.ROOT, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    return Run(**json.loads(said))


async def sign_all(connection: Connection) -> Run:
    """Run one signer until it follows."""
    stop, before = asyncio.Event(), machine.resident_bytes(os.getpid())
    async with (
        Producer(connection, client_id="bench") as producer,
        PartitionTail(connection, topic_name(EVENTS, PREFIX), 0, 0) as events,
    ):
        own = OwnRecords(OwnSignatures(KEYS), topic_prefix=PREFIX)
        outputs = KafkaOutputs(connection, producer, own, topic_prefix=PREFIX)
        signing = LedgerSigning(0, keys=KEYS, trusted=TRUSTED, events=events, outputs=outputs)
        wall, processor = time.perf_counter(), time.process_time()
        task = asyncio.create_task(signing.run(stop))
        while signing.status.phase not in ("following", "stopped"):  # noqa: ASYNC110 - it is a plain value
            await asyncio.sleep(POLL_SECONDS)
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
        grown = machine.resident_bytes(os.getpid()) - before
        stop.set()
        await task
    return Run(signing.status.license_files, wall, processor, grown)


async def published(connection: Connection) -> list[bytes]:
    """The license files on the topic."""
    found: list[bytes] = []
    for number in range(LICENSE_FILES.partitions):
        async with PartitionTail(connection, topic_name(LICENSE_FILES, PREFIX), number, 0) as tail:
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


def _verified(files: Sequence[bytes], verify: Callable[..., license_file.LicenseFile]) -> float:
    start = time.process_time()
    for file in files:
        verify(file, public_keys=PUBLIC_KEYS)
    return len(files) / (time.process_time() - start)


async def measure(lab_: Lab) -> list[Figure]:
    devices = lab_.sized(DEVICES)
    values = ledger(devices)
    await lab_.fresh_topics(PREFIX)
    async with Producer(lab_.connection, client_id="bench") as producer:
        await lab.append(producer, topic_name(EVENTS, PREFIX), values)
    lab_.infrastructure_on(machine.OTHERS)
    machine.stay(machine.OTHERS)
    first, again = await sign_apart(lab_), await sign_apart(lab_)
    files = await published(lab_.connection)
    bare = Beside("bare ECDSA P-256 signatures of the same bytes", bare_signatures(files[:SIGNATURES]))
    general = Beside("verified as XML-DSig of any form", _verified(files[:VERIFIED], license_file.verify))
    return [
        Figure(
            "documents: license files verified as readers do, one core",
            _verified(files[:VERIFIED], license_file.verify_verbatim),
            "/s",
            beside=(general,),
        ),
        Figure(
            "signing: license files from Kafka to Kafka, one core", first.files / first.seconds, "/s", beside=(bare,)
        ),
        Figure("signing: by the signer's own processor time", first.files / first.cpu_seconds, "/s a core"),
        Figure("signing: replay from zero with nothing to sign", len(values) / again.seconds, "/s"),
        Figure(f"memory: signer, {devices:,} devices (not scaled)", again.grown_bytes / machine.MIB, "MiB"),
    ]


if __name__ == "__main__":
    print(json.dumps(asdict(uvloop.run(sign_all(Kit(Path(sys.argv[1])).broker().connection("signer"))))))
