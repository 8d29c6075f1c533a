import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from contracts.documents.device_certificate import Authorities
from device_sync.adapters.sqlite_store import SqliteStore
from device_sync.application.claims import Claims
from device_sync.application.license_files import LicenseFiles
from device_sync.application.returns import Returns
from device_sync.application.spent import SpentCertificates
from device_sync.entrypoints.http import PROBLEMS, Edge
from device_sync.entrypoints.tls import Callers, tell
from runtime.web.server import WebServer, bound_to
from runtime.web.tls import TlsServer
from simulator.box import Box
from simulator.device import Firmware
from simulator.pki import Pki, read_key, write_certificate
from tests.support.device_sync import MemoryLedger, takes_returns
from tests.support.device_sync_at_work import Place, context_of
from tests.support.documents import GENERATION_CA, LICENSE_KEY, SERIAL


@pytest.fixture
def pki(tmp_path: Path) -> Pki:
    pki = Pki(tmp_path / "pki")
    pki.make()
    write_certificate(pki.folder / "generation-ca.pem", GENERATION_CA)
    pem = LICENSE_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (pki.folder / "license-key.pem").write_bytes(pem)
    return pki


@pytest.fixture
async def place(tmp_path: Path, pki: Pki, store: SqliteStore) -> AsyncIterator[Place]:
    box = Box.make(tmp_path / "box", SERIAL, pki=pki, license_keys=[pki.folder / "license-key.pem"])
    ledger = MemoryLedger(takes_returns(store, key=read_key(box.key_file)))
    waits_for: list[str] = []
    seen: list[str] = []
    trusted = Authorities.from_files(device=pki.device_ca, generation=pki.folder / "generation-ca.pem")
    edge = Edge(
        LicenseFiles(store, ledger, SpentCertificates(ledger)),
        Returns(store, ledger, SpentCertificates(ledger), authorities=trusted, clock=_utc_now),
        Claims(store, ledger, SpentCertificates(ledger), number=0),
        callers=Callers(trusted, _utc_now),
        seen=seen.append,
        waits_for=lambda: waits_for[-1] if waits_for else "",
    )
    stop = asyncio.Event()
    with bound_to("127.0.0.1", 0, setting="LICENSING_DEVICE_SYNC_PORT") as listener:
        listener.listen()
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        server = WebServer(edge, PROBLEMS, tls=TlsServer(context_of(pki), tell))
        serving = asyncio.create_task(server.serve_until(stop, listener))
        yield Place(Firmware(box, url), ledger, store, pki, url, waits_for, seen)
        stop.set()
        await serving


def _utc_now() -> datetime:
    return datetime.now(UTC)
