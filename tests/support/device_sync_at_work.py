"""The whole edge over real mutual TLS, with the simulated box as the client and a ledger in memory."""

import asyncio
import ssl
from dataclasses import dataclass

from device_sync.adapters.sqlite_store import SqliteStore
from device_sync.entrypoints.tls import server_context
from simulator.box import Box
from simulator.device import Answer, Firmware
from simulator.pki import Pki
from tests.support.device_sync import MemoryLedger
from tests.support.documents import SERIAL


@dataclass
class Place:
    """A running edge, the box that talks to it, and what both rest on."""

    firmware: Firmware
    ledger: MemoryLedger
    store: SqliteStore
    pki: Pki
    url: str
    waits_for: list[str]
    seen: list[str]

    @property
    def box(self) -> Box:
        return self.firmware.box

    async def ask(
        self, method: str, what: str, *, body: bytes | None = None, serial: str = "", **headers: str
    ) -> Answer:
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        return await asyncio.to_thread(self.firmware.once, method, f"/v1/devices/{serial or SERIAL}/{what}", body, said)


def context_of(pki: Pki) -> ssl.SSLContext:
    return server_context(
        certificate=pki.server_certificate,
        key=pki.server_key,
        device_ca=pki.device_ca,
        generation_ca=pki.folder / "generation-ca.pem",
    )
