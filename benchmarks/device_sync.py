"""How fast device-sync answers boxes, and what it needs for 100,000 of them: `python -m benchmarks.device_sync`.

The real process with a real broker and mutual TLS, one connection a box. The baseline is an aiohttp handler that does
nothing, with the same TLS, in a process of its own. The ledger is a stand-in that says yes at once: its own speed is
measured elsewhere.
"""

import argparse
import asyncio
import hashlib
import os
import ssl
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import AsyncGenerator, Generator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvloop
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec

from benchmarks import lab
from contracts import license_file
from contracts.commands import CommandRecord
from contracts.device_certificate import factory_certificate
from contracts.license_file import LicenseFile, Proof
from contracts.license_lines import LicenseLine
from contracts.outcomes import Accepted
from contracts.topics import COMMANDS, LICENSE_FILES, OUTCOMES, topic_name
from contracts.xmldsig import key_id, signer
from dev.pki import Pki, read_certificate, read_key, write_certificate, write_key
from dev.ports import HOST, Ports
from dev.process import Process, Program
from device_sync.entrypoints.tls import server_context
from runtime.kafka import Connection, Outgoing, PartitionTail, Producer, partition_for

BOXES = 32
SECONDS = 5.0
FILES = topic_name(LICENSE_FILES)
READY_SECONDS = 300.0
STOP_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Lab:
    """Where things are in one run."""

    folder: Path
    pki: Pki
    ports: Ports

    def certificates(self, number: int) -> tuple[Path, Path]:
        return self.folder / f"box-{number}.pem", self.folder / f"box-{number}.key.pem"

    def server_context(self) -> ssl.SSLContext:
        return server_context(
            certificate=self.pki.server_certificate,
            key=self.pki.server_key,
            device_ca=self.pki.device_ca,
            generation_ca=self.pki.device_ca,
        )

    def client_context(self, number: int) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.pki.server_ca))
        context.load_cert_chain(*self.certificates(number))
        return context


def signed_files(devices: int) -> Iterator[tuple[str, bytes]]:
    """A license file of 3 kB for each device: a proof of 20 hashes, an entry of 900 bytes."""
    key = ec.derive_private_key(4711, ec.SECP256R1())
    sign, name = signer(key), key_id(key.public_key())
    lines = (
        LicenseLine(license_type="Port11", license_class="pbx", count=20),
        LicenseLine(license_type="BRI", license_class="gateway", count=4),
    )
    proof = Proof(entry=b"{" + b"x" * 900 + b"}", tlog_proof="c2sp.org/tlog-proof@v1\n" + ("A" * 43 + "=\n") * 20)
    for number in range(devices):
        file = LicenseFile(
            serial=lab.serial(number),
            generation=1,
            issue=1,
            ledger=0,
            sequence=number + 1,
            issued="2026-11-24T10:00:00Z",
            licenses=lines,
            proof=proof,
        )
        yield file.serial, license_file.build(file, key_id=name, sign=sign)


async def publish(producer: Producer, devices: int) -> None:
    """Put a license file of each device on the topic, as the signer does."""
    parts: list[list[Outgoing]] = [[] for _ in range(LICENSE_FILES.partitions)]
    for number, (serial, raw) in enumerate(signed_files(devices)):
        headers = (
            ("ledger", b"0"),
            ("sequence", b"%d" % (number + 1)),
            ("generation", b"1"),
            ("issue", b"1"),
            ("sha256", hashlib.sha256(raw).hexdigest().encode()),
        )
        parts[partition_for(serial.encode(), LICENSE_FILES.partitions)].append((serial.encode(), raw, headers))
    for number, part in enumerate(parts):
        await producer.send_many(FILES, number, part)


async def say_yes(connection: Connection, producer: Producer) -> None:
    """Answer every command, as a ledger without rules."""
    async with PartitionTail(connection, topic_name(COMMANDS), 0, 0) as tail:
        while True:
            for record in await tail.next_batch():
                command = CommandRecord.from_json_bytes(record.value or b"")
                outcome = Accepted(
                    command_id=command.command_id,
                    command_hash=command.fingerprint(),
                    reply_to=command.reply_to,
                    ledger=0,
                    sequence=record.offset + 1,
                )
                key = command.reply_to.encode()
                partition = partition_for(key, OUTCOMES.partitions)
                await producer.send(topic_name(OUTCOMES), key, outcome.json_bytes(), partition=partition)


@contextmanager
def running(name: str, place: Lab, argv: tuple[str, ...], environment: Mapping[str, str]) -> Generator[Process]:
    """A process in the background, ended with the block."""
    process = Process(name, place.folder, stop_seconds=STOP_SECONDS)
    process.spawn(Program(argv, environment))
    try:
        yield process
    finally:
        process.stop()


def settings(place: Lab, bootstrap: str) -> dict[str, str]:
    return {
        "LICENSING_KAFKA_BOOTSTRAP": bootstrap,
        "LICENSING_ADMIN_PORT": str(place.ports.port("admin")),
        "LICENSING_DEVICE_SYNC_PORT": str(place.ports.port("device-sync")),
        "LICENSING_TLS_CERTIFICATE_FILE": str(place.pki.server_certificate),
        "LICENSING_TLS_KEY_FILE": str(place.pki.server_key),
        "LICENSING_DEVICE_CA_FILE": str(place.pki.device_ca),
        "LICENSING_GENERATION_CA_FILE": str(place.pki.device_ca),
        "LICENSING_STORE_FILE": str(place.folder / "store.sqlite"),
        "LICENSING_LOG_LEVEL": "warning",
    }


async def wait_ready(port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not await asyncio.to_thread(_is_ready, port):
        if time.monotonic() > deadline:
            raise TimeoutError("device-sync was not ready in time")
        await asyncio.sleep(0.05)


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


async def get(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> tuple[int, bytes]:
    """One request on a connection that is kept; status and head."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    lower = head.lower()
    start = lower.find(b"content-length: ")
    if start >= 0 and not head.startswith(b"HTTP/1.1 304"):
        await reader.readexactly(int(lower[start + 16 : lower.index(b"\r", start)]))
    return int(head[9:12]), head


async def load(place: Lab, port: int, *, known: bool, seconds: float) -> tuple[int, float]:
    """All boxes ask as fast as they get answers; requests answered and the time it took."""
    boxes = [await asyncio.open_connection(HOST, port, ssl=place.client_context(number)) for number in range(BOXES)]
    requests = [await _request(number, *box, known=known) for number, box in enumerate(boxes)]
    began = time.perf_counter()
    counts = await asyncio.gather(
        *(_ask(*box, request, began + seconds) for box, request in zip(boxes, requests, strict=True))
    )
    took = time.perf_counter() - began
    for _, writer in boxes:
        writer.close()
    return sum(counts), took


async def _request(number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, known: bool) -> bytes:
    line = f"GET /v1/devices/{lab.serial(number)}/license-file HTTP/1.1\r\nHost: localhost\r\n"
    status, head = await get(reader, writer, f"{line}\r\n".encode())
    if status != 200:
        raise RuntimeError(f"the first answer was {head!r}")
    if not known:
        return f"{line}\r\n".encode()
    etag = next(field for field in head.decode().split("\r\n") if field.lower().startswith("etag:"))
    return f"{line}If-None-Match: {etag[5:].strip()}\r\n\r\n".encode()


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes, until: float) -> int:
    count = 0
    while time.perf_counter() < until:
        status, _ = await get(reader, writer, request)
        if status not in (200, 304):
            raise RuntimeError(f"the answer {status} in the middle of a run")
        count += 1
    return count


def processor_seconds(pid: int) -> float:
    fields = (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_bytes(pid: int) -> int:
    return int((Path("/proc") / str(pid) / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def measured(what: str, place: Lab, process: Process, port: int, *, known: bool, seconds: float) -> None:
    pid = process.pid or 0
    before = processor_seconds(pid)
    count, took = await load(place, port, known=known, seconds=seconds)
    used = processor_seconds(pid) - before
    print(f"{what:<44} {count / took:>9,.0f} /s {count / used:>9,.0f} per second of the server's processor")


async def bench(devices: int, seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Lab(Path(folder), Pki(Path(folder) / "pki"), Ports(Path(folder) / "ports.json"))
        _make_boxes(place)
        async with lab.broker() as bootstrap, _answering(bootstrap, devices):
            await _device_sync(place, bootstrap, devices, seconds)
        await _empty(place, seconds)


@asynccontextmanager
async def _answering(bootstrap: str, devices: int) -> AsyncGenerator[None]:
    """The topic is filled, and somebody answers commands."""
    connection = Connection(bootstrap)
    async with Producer(connection, client_id="bench") as producer:
        await publish(producer, devices)
        ledger = asyncio.create_task(say_yes(connection, producer))
        yield
        ledger.cancel()
        await asyncio.wait({ledger})


async def _device_sync(place: Lab, bootstrap: str, devices: int, seconds: float) -> None:
    program = (str(Path(sys.prefix) / "bin" / "device-sync"),)
    port = place.ports.port("device-sync")
    began = time.perf_counter()
    with running("device-sync", place, program, settings(place, bootstrap)) as process:
        await wait_ready(place.ports.port("admin"))
        print(f"fill an empty cache, {devices:>7,} devices {time.perf_counter() - began:>18.1f} s, start included")
        print(f"  resident memory then                       {resident_bytes(process.pid or 0) / 2**20:>9,.0f} MiB")
        print(f"  the cache's file                           {_store_bytes(place) / 2**20:>9,.0f} MiB")
        await measured("GET, license file of 3 kB (200)", place, process, port, known=False, seconds=seconds)
        await measured("GET, the box has it (304)", place, process, port, known=True, seconds=seconds)


async def _empty(place: Lab, seconds: float) -> None:
    port = place.ports.port("empty")
    program = (
        sys.executable,
        "-m",
        "benchmarks.device_sync",
        "--serve-nothing",
        str(port),
        "--folder",
        str(place.folder),
    )
    with running("empty", place, program, {}) as process:
        await _wait_port(port)
        await measured("baseline: a handler that answers 3 kB", place, process, port, known=False, seconds=seconds)


def _store_bytes(place: Lab) -> int:
    return sum(path.stat().st_size for path in place.folder.glob("store.sqlite*"))


def _make_boxes(place: Lab) -> None:
    place.pki.make()
    ca, ca_key = read_certificate(place.pki.device_ca), read_key(place.pki.device_ca_key)
    for number in range(BOXES):
        key = ec.generate_private_key(ec.SECP256R1())
        certificate, key_file = place.certificates(number)
        write_key(key_file, key)
        made = factory_certificate(
            ca,
            ca_key,
            serial=lab.serial(number),
            public_key=key.public_key(),
            not_before=ca.not_valid_before_utc,
        )
        write_certificate(certificate, made)


async def _wait_port(port: int) -> None:
    deadline = time.monotonic() + STOP_SECONDS
    while True:
        try:
            _, writer = await asyncio.open_connection(HOST, port)
        except OSError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return


async def _nothing(_: web.Request) -> web.Response:
    return web.Response(body=b"x" * 3000, headers={"ETag": '"x"'})


async def serve_nothing(port: int, folder: Path) -> None:
    app = web.Application()
    app.router.add_get("/{everything:.*}", _nothing)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    place = Lab(folder, Pki(folder / "pki"), Ports(folder / "ports.json"))
    await web.TCPSite(runner, HOST, port, ssl_context=place.server_context()).start()
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.device_sync", description=__doc__)
    parser.add_argument("--devices", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--serve-nothing", type=int, metavar="PORT", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve_nothing:
        uvloop.run(serve_nothing(arguments.serve_nothing, arguments.folder))
    else:
        uvloop.run(bench(arguments.devices, arguments.seconds))


if __name__ == "__main__":
    main()
