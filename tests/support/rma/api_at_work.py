"""RMA's API and projector at work in this process, beside both writers and the process manager."""

import asyncio
import json
import secrets
import socket
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from contracts.actors import Account
from contracts.commands.companies import RegisterCompany
from contracts.fields import CompanyKind
from contracts.identifiers import derived_id
from rma.entrypoints.api import main as api
from rma.entrypoints.api.settings import ApiSettings
from rma.entrypoints.projector import main as projector
from rma.entrypoints.projector.settings import ProjectorSettings
from tests.support.kafka_topics import KafkaTopics
from tests.support.ledger import sending, story_members
from tests.support.ledger.projector_at_work import database_settings, until
from tests.support.plain_http import plain_client
from tests.support.rma.at_work import SERIAL, Desk, anna, clerk

WAIT_SECONDS = 60.0
CONTACT = {"name": "Anna Adria", "email": "anna@hotel-adria.example", "phone": "+49 7031 73009-0"}
ADDRESS = {
    "name": "Hotel Adria",
    "lines": ["Umberto-Nobile-Str. 15"],
    "postal_code": "71063",
    "city": "Sindelfingen",
    "country": "DE",
}
GUESTS = derived_id("guests", "company")
gus = Account(account=derived_id("gus", "account"), company=GUESTS)
"""Of an end customer's company, with the right `rma` in Adria's hotel."""


def a_report(serial: str = SERIAL, **more: Any) -> dict[str, Any]:
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
class CaseApi:
    """A client of RMA's API for the cases of one ledger; its tokens have the scope, if one is said."""

    desk: Desk
    client: httpx.AsyncClient
    database_url: str
    scope: str | None = None

    def bearer(self, who: Account) -> dict[str, str]:
        return bearer(who, self.scope)

    async def post(self, path: str, body: Any = None, who: Account = anna, key: str = "") -> httpx.Response:
        head = self.bearer(who) | {"Idempotency-Key": key or secrets.token_hex(8)}
        return await self.client.post(f"/v1/{path}", json=body, headers=head)

    async def get(self, path: str, who: Account = anna, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.get(f"/v1/{path}", headers=self.bearer(who) | named)

    async def delete(self, path: str, who: Account = clerk) -> httpx.Response:
        return await self.client.delete(f"/v1/{path}", headers=self.bearer(who))

    async def attach(
        self, rma: str, content: bytes, file_name: str, who: Account = anna, key: str = ""
    ) -> httpx.Response:
        octets = {"Content-Type": "application/octet-stream"}
        head = self.bearer(who) | octets | {"Idempotency-Key": key or secrets.token_hex(8)}
        path = f"/v1/rmas/{rma}/attachments"
        return await self.client.post(path, content=content, params={"file_name": file_name}, headers=head)

    async def files_of(self, rma: str) -> list[int]:
        """The numbers of its attachments."""
        return [one["number"] for one in (await self.asked(f"rmas/{rma}/attachments", clerk))["items"]]

    async def files(self, serial: str = SERIAL, who: Account = anna, **more: Any) -> str:
        """The number of a case that must be accepted."""
        answer = await self.post("rmas", a_report(serial, **more), who)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["rma"])

    async def does(self, rma: str, step: str, body: Any = None, who: Account = clerk) -> int:
        """The entry of a step that must be accepted."""
        answer = await self.post(f"rmas/{rma}/{step}", body, who)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["sequence"])

    async def refuses(self, path: str, body: Any = None, who: Account = clerk) -> dict[str, Any]:
        """The problem of a POST that must be refused."""
        answer = await self.post(path, body, who)
        assert answer.status_code >= 400, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def asked(self, path: str, who: Account = anna) -> Any:
        """What a GET answers that must succeed."""
        answer = await self.get(path, who)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def case(self, rma: str, who: Account = anna, at_least: int = 1) -> dict[str, Any]:
        found: dict[str, Any] = await self.asked(f"rmas/{rma}?at_least={at_least}", who)
        return found

    async def until(self, rma: str, state: str) -> dict[str, Any]:
        """The case as staff sees it, once it is in this state."""

        async def is_so() -> bool:
            return bool((await self.case(rma, clerk))["state"] == state)

        await until(is_so, WAIT_SECONDS)
        return await self.case(rma, clerk)

    async def until_status(self, path: str, who: Account, status: int) -> None:
        """Wait until a GET is answered so: what the ledger says arrives here some milliseconds later."""

        async def answered() -> bool:
            return (await self.get(path, who)).status_code == status

        await until(answered, WAIT_SECONDS)

    async def guests(self, kind: CompanyKind = "end_customer") -> int:
        """Gus comes, who may file and look in Adria's hotel."""
        company = RegisterCompany(company=GUESTS, kind=kind, administrator=gus.account)
        grant = story_members.grant(gus.account, GUESTS, "rma")
        return await self.desk.ledger_does((company, clerk), (grant, anna))

    async def kept(self) -> list[str | None]:
        """The defects that are kept for requests of this ledger; None for one that was erased."""
        connection = await asyncpg.connect(self.database_url)
        try:
            rows = await connection.fetch("SELECT said FROM rma_private.requests WHERE ledger = $1", self.desk.ledger)
            return [None if row["said"] is None else json.loads(row["said"])["defect"] for row in rows]
        finally:
            await connection.close()


def bearer(who: Account, scope: str | None = None) -> dict[str, str]:
    return {"Authorization": f"Bearer {sending.token(who.account, who.company, scope)}"}


@asynccontextmanager
async def an_api(
    desk: Desk, database_url: str, folder: Path, more: Mapping[str, Any] | None = None
) -> AsyncGenerator[CaseApi]:
    """RMA's API for the ledger of a desk, once it knows what has happened there."""
    stop = asyncio.Event()
    settings = api_settings(desk.topics, database_url, folder, desk.ledger).model_copy(update=more)
    serving = asyncio.create_task(api.serve(settings, stop))
    async with plain_client(f"http://127.0.0.1:{settings.api_port}") as client:
        made = CaseApi(desk, client, database_url)
        try:
            await until(lambda: _takes_commands(made), WAIT_SECONDS)
            yield made
        finally:
            stop.set()
            await serving


@asynccontextmanager
async def a_projector(settings: ProjectorSettings) -> AsyncGenerator[asyncio.Task[None]]:
    """RMA's projector at work; leaving the block stops it in order."""
    stop = asyncio.Event()
    task = asyncio.create_task(projector.serve(settings, stop))
    try:
        yield task
    finally:
        stop.set()
        await task


def projector_settings(topics: KafkaTopics, database_url: str, folder: Path, ledgers: int = 1) -> ProjectorSettings:
    said = {"admin_port": 0, "ledgers": ledgers} | database_settings(database_url, folder, "rma-projector")
    return ProjectorSettings.model_validate(topics.settings("rma-projector") | said)


def api_settings(topics: KafkaTopics, database_url: str, folder: Path, ledger: int) -> ApiSettings:
    known = sending.verification_settings(folder) | {"writer_key_file": sending.public_key_file(folder)}
    wanted = {name: value for name, value in known.items() if name in ApiSettings.model_fields}
    said = {"ledger": ledger, "admin_port": 0, "api_port": _free_port(), "ship_to": "innovaphone AG|RMA"}
    said |= wanted | database_settings(database_url, folder, "rma-api")
    return ApiSettings.model_validate(topics.settings("rma-api") | said)


async def _takes_commands(made: CaseApi) -> bool:
    """Whether writer and rows answer."""
    try:
        answer = await made.post("rmas/RMA-2000-000001/close", None, clerk)
        answers = (await made.get("rmas", clerk)).status_code == 200
    except httpx.TransportError:
        return False
    assert answer.status_code in {404, 503}, answer.text
    return answer.status_code == 404 and answers


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
