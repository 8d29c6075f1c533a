"""License files for boxes: GETs and 304s a second over mutual TLS on kept connections, device-sync alone on its core.

The boxes are real to the system: added and allocated by commands, their files signed by the signer, their first
delivery recorded in the ledger. Beside it: aiohttp with the same TLS and an empty handler that answers 6,000 bytes.
"""

import asyncio
import ssl
from collections.abc import Container
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from benchmarks import client, machine, market
from benchmarks.figures import Beside, Figure
from benchmarks.handlers import empty_handler
from benchmarks.lab import Lab
from contracts.documents.device_certificate import factory_certificate
from contracts.topics import PREFIX
from dev.stack.keys import Keys
from dev.stack.parts import PARTS, Kit
from dev.stack.ports import HOST
from runtime.kafka import Producer
from simulator.pki import read_certificate, read_key, write_certificate, write_key

BOXES = 64
SECONDS, WARM_SECONDS = 15.0, 1.0
SIGNED_POLLS, POLL_SECONDS = 300, 0.1
CERTIFICATE_AGE = timedelta(days=30)
FIRST_SERIAL = 0xB00000
OK = 200


async def measure(lab_: Lab) -> list[Figure]:
    lab_.infrastructure_on(machine.OTHERS)
    machine.stay(machine.OTHERS)
    serials = [market.serial(FIRST_SERIAL + number) for number in range(BOXES)]
    async with lab_.whole_system() as kit:
        contexts = contexts_of(kit, serials)
        await allocate(lab_, serials)
        _place(kit)
        async with client.channels(HOST, kit.ports.port("device-sync"), contexts) as opened:
            tags = [await _first_file(channel, serial) for channel, serial in zip(opened, serials, strict=True)]
            gets = await _rate(lab_, opened, [get_file(serial) for serial in serials], client.OK)
            unchanged = [get_file(serial, tag) for serial, tag in zip(serials, tags, strict=True)]
            not_modified = await _rate(lab_, opened, unchanged, client.NOT_MODIFIED)
    empty = await _empty(lab_, contexts, serials)
    beside = (Beside("empty aiohttp handler, same TLS", empty),)
    return [
        Figure("device-sync: GETs with the file, one core", gets, "/s", beside=beside),
        Figure("device-sync: GETs answered 304, one core", not_modified, "/s", beside=beside),
    ]


def _place(kit: Kit) -> None:
    """device-sync alone on its core, everything else on the other."""
    for part in PARTS:
        pid = kit.make(part).process.pid
        if pid is not None:
            machine.place(pid, machine.MEASURED if part.name == "device-sync" else machine.OTHERS)


async def _rate(lab_: Lab, opened: list[client.Channel], requests: list[bytes], statuses: Container[int]) -> float:
    makers = [_always(one) for one in requests]
    await client.closed_loop(opened, makers, statuses, WARM_SECONDS)
    return await client.closed_loop(opened, makers, statuses, SECONDS * max(lab_.scale, 0.2))


async def _empty(lab_: Lab, contexts: list[ssl.SSLContext], serials: list[str]) -> float:
    async with (
        empty_handler(lab_, "aiohttp", core=machine.MEASURED) as port,
        client.channels(HOST, port, contexts) as opened,
    ):
        return await _rate(lab_, opened, [get_file(serial) for serial in serials], client.OK)


def contexts_of(kit: Kit, serials: list[str]) -> list[ssl.SSLContext]:
    keys = Keys(kit.state)
    folder = kit.state / "bench-boxes"
    folder.mkdir(exist_ok=True)
    authority, authority_key = read_certificate(keys.pki.device_ca), read_key(keys.pki.device_ca_key)
    contexts: list[ssl.SSLContext] = []
    for serial in serials:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = factory_certificate(
            authority,
            authority_key,
            serial=serial,
            public_key=key.public_key(),
            not_before=datetime.now(UTC).replace(microsecond=0) - CERTIFICATE_AGE,
        )
        write_key(folder / f"{serial}.key", key)
        write_certificate(folder / f"{serial}.pem", certificate)
        contexts.append(_context(keys.pki.server_ca, folder, serial))
    return contexts


def _context(server_ca: Path, folder: Path, serial: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(server_ca))
    context.load_cert_chain(folder / f"{serial}.pem", folder / f"{serial}.key")
    return context


async def allocate(lab_: Lab, serials: list[str]) -> None:
    """The partner, a balance and the boxes with 20 ports each; what is there already is refused and stays."""
    commands = [*market.partner(), *market.stocked(len(serials) * 20), *market.boxes(serials, 20)]
    async with Producer(lab_.connection, client_id="bench") as producer:
        await lab_.send(producer, commands, PREFIX)


async def _first_file(channel: client.Channel, serial: str) -> str:
    """Fetch until the signer has made the file of the allocation; its ETag."""
    for _ in range(SIGNED_POLLS):
        answer = await channel.ask(get_file(serial))
        if answer.status == OK and b"Port11" in answer.body:
            head = answer.head.decode().lower()
            return head.partition("etag: ")[2].partition("\r\n")[0]
        await asyncio.sleep(POLL_SECONDS)
    raise TimeoutError(f"the license file of {serial} did not come")


def get_file(serial: str, tag: str = "") -> bytes:
    headers = (f"If-None-Match: {tag}",) if tag else ()
    return client.request("GET", f"/v1/devices/{serial}/license-file", headers=headers)


def _always(request: bytes) -> client.Requests:
    return lambda: request
