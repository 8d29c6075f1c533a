"""The processes of RMA at work in this process beside a ledger, on a real broker and a real database."""

import asyncio
import secrets
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from contracts.dates import civil_day
from rma.entrypoints import writer
from rma.entrypoints.api import main as api
from rma.entrypoints.api.settings import ApiSettings
from rma.entrypoints.projector import main as projector
from rma.entrypoints.projector.settings import ProjectorSettings
from runtime.writer_settings import WriterSettings
from tests.support.kafka_topics import KafkaTopics
from tests.support.ledger import sending
from tests.support.ledger.api_at_work import Api, accepted, an_api, found_ledgers, writer_and_projector
from tests.support.ledger.projector_at_work import database_settings, until
from tests.support.ledger.story import ADRIA, ANNA, STAFF, VENDOR

WAIT_SECONDS = 60.0
CONTACT = {"name": "Anna Adria", "email": "anna@hotel-adria.example", "phone": "+49 7031 73009-0"}
ADDRESS = {
    "name": "Hotel Adria",
    "lines": ["Umberto-Nobile-Str. 15"],
    "postal_code": "71063",
    "city": "Sindelfingen",
    "country": "DE",
}


def a_report(serial: str, **more: Any) -> dict[str, Any]:
    """The body that files a case."""
    return {
        "serial": serial,
        "defect": "No light.\nNo sound.",
        "administrative_contact": CONTACT,
        "technical_contact": {"name": "Mia Adria", "phone": "+49 7031 73009-1"},
        "shipping_address": ADDRESS,
        **more,
    }


@dataclass(frozen=True, slots=True)
class Desk:
    """A client of RMA's API, and of the API of the ledger whose devices break."""

    ledger: Api
    client: httpx.AsyncClient
    database_url: str

    def token(self, account: str = ANNA, company: str = ADRIA) -> dict[str, str]:
        return self.ledger.token(account, company)

    @property
    def staff(self) -> dict[str, str]:
        return self.token(STAFF, VENDOR)

    async def post(
        self, path: str, body: Any = None, who: dict[str, str] | None = None, key: str = ""
    ) -> httpx.Response:
        head = (who or self.token()) | {"Idempotency-Key": key or secrets.token_hex(8)}
        return await self.client.post(f"/v1/{path}", json=body, headers=head)

    async def get(self, path: str, who: dict[str, str] | None = None, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.get(f"/v1/{path}", headers=(who or self.token()) | named)

    async def delete(self, path: str, who: dict[str, str] | None = None) -> httpx.Response:
        return await self.client.delete(f"/v1/{path}", headers=who or self.token())

    async def files(self, serial: str, who: dict[str, str] | None = None, **more: Any) -> str:
        """The number of a case that must be accepted."""
        answer = await self.post("rmas", a_report(serial, **more), who)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["rma"])

    async def does(self, rma: str, step: str, body: Any = None, who: dict[str, str] | None = None) -> int:
        """The entry of a step that must be accepted; the vendor's staff takes it."""
        return accepted(await self.post(f"rmas/{rma}/{step}", body, who or self.staff))

    async def case(self, rma: str, who: dict[str, str] | None = None, at_least: int = 1) -> dict[str, Any]:
        answer = await self.get(f"rmas/{rma}?at_least={at_least}", who)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def knows(self, serial: str, who: dict[str, str] | None = None) -> None:
        """Wait until RMA has read in the ledger that the device stands in a project of the caller's."""
        await until(lambda: self._knows(serial, who), WAIT_SECONDS)

    async def _knows(self, serial: str, who: dict[str, str] | None) -> bool:
        answer = await self.post("rmas", a_report(serial) | {"serial": serial, "reference": "x" * 99}, who)
        return answer.status_code == 422


async def delivered(ledger: Api, serial: str, days_ago: int, months: int = 12) -> int:
    """The vendor's entry of a delivery; whoever has to know of it waits for that."""
    model = {"models": [{"model": "IP811", "family": "IP8x1", "base_months": months}], "reference": "CAT-1"}
    await ledger.post("device-models", model, ledger.staff)
    day = civil_day(datetime.now(UTC)) - timedelta(days=days_ago)
    device = {"serial": serial, "model": "IP811", "delivered_on": f"{day:%Y-%m-%d}"}
    return accepted(await ledger.post("delivered-devices", {"devices": [device], "reference": "DN-1"}, ledger.staff))


@asynccontextmanager
async def a_desk_at_work(topics: KafkaTopics, database_url: str, folder: Path) -> AsyncGenerator[Desk]:
    """All processes' main coroutines: a founded ledger with one company, and RMA beside it."""
    stop = asyncio.Event()
    working = asyncio.gather(
        writer_and_projector(topics, database_url, folder, stop),
        writer.serve(_writer_settings(topics, folder), stop),
        projector.serve(projector_settings(topics, database_url, folder), stop),
    )
    try:
        await found_ledgers(topics)
        async with an_api(topics, database_url, folder) as ledger, a_desk(ledger, folder) as desk:
            yield desk
    finally:
        stop.set()
        await working


@asynccontextmanager
async def a_desk(ledger: Api, folder: Path) -> AsyncGenerator[Desk]:
    """RMA's API beside a ledger's."""
    stop = asyncio.Event()
    settings = _api_settings(ledger.topics, ledger.database_url, folder, ledger.ledger)
    serving = asyncio.create_task(api.serve(settings, stop))
    address = f"http://127.0.0.1:{settings.api_port}"
    async with httpx.AsyncClient(base_url=address, timeout=30) as client:
        desk = Desk(ledger, client, ledger.database_url)
        try:
            await until(lambda: _takes_commands(desk), WAIT_SECONDS)
            yield desk
        finally:
            stop.set()
            await serving


def projector_settings(topics: KafkaTopics, database_url: str, folder: Path, ledgers: int = 1) -> ProjectorSettings:
    said = {"admin_port": 0, "ledgers": ledgers} | database_settings(database_url, folder, "rma-projector")
    return ProjectorSettings.model_validate(topics.settings("rma-projector") | said)


def _writer_settings(topics: KafkaTopics, folder: Path, ledgers: int = 1) -> WriterSettings:
    said = {name: value for name, value in sending.writer_settings(folder).items() if "_ca_" not in name}
    return WriterSettings.model_validate(topics.settings("rma-writer") | said | {"admin_port": 0, "ledgers": ledgers})


def _api_settings(topics: KafkaTopics, database_url: str, folder: Path, ledger: int) -> ApiSettings:
    verified = {name: value for name, value in sending.verification_settings(folder).items() if "_ca_" not in name}
    said = {
        "ledger": ledger,
        "admin_port": 0,
        "api_port": _free_port(),
        "writer_key_file": sending.public_key_file(folder),
        "ship_to": "innovaphone AG|RMA",
    }
    said |= verified | database_settings(database_url, folder, "rma-api")
    return ApiSettings.model_validate(topics.settings("rma-api") | said)


async def _takes_commands(desk: Desk) -> bool:
    """Whether the writer answers; until then, or until it has read the ledger, it is 503."""
    try:
        answer = await desk.post("rmas/RMA-2000-000001/close", None, desk.staff)
    except httpx.TransportError:
        return False
    assert answer.status_code in {404, 409, 503}, answer.text
    return answer.status_code == 404


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
