"""Writer, projector and API at work in this process, on a real broker and a real database; no signer among them."""

import asyncio
import secrets
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from contracts.actors import Operator
from contracts.dates import civil_day
from contracts.topics import OPERATOR_COMMANDS
from dev.stack.keys import make_webhook_key
from ledger.entrypoints import writer
from ledger.entrypoints.api import main as api
from ledger.entrypoints.api.settings import ApiSettings
from ledger.entrypoints.projector import main
from ledger.entrypoints.writer import WriterSettings
from runtime.commands import Commands
from runtime.dead_letters import DeadLetters
from runtime.kafka import Producer
from runtime.trouble import Trouble
from tests.support.kafka_topics import KafkaTopics
from tests.support.ledger import sending
from tests.support.ledger.projector_at_work import (
    database_settings,
    settings_for,
    until,
    write_license_keys,
)
from tests.support.ledger.story import ADRIA, ANNA, STAFF, VENDOR, found
from tests.support.plain_http import plain_client

WAIT_SECONDS = 60.0
ROLES = ("ledger-writer", "ledger-projector", "ledger-api", "operator")
"""Whose topics they need; an operator founds the ledger."""


class Api:
    """A client of the API that runs at `address`."""

    def __init__(self, topics: KafkaTopics, database_url: str, ledger: int, address: str) -> None:
        self.topics, self.database_url, self.ledger = topics, database_url, ledger
        self.vendor, self._issuer = sending.VENDOR, sending.ISSUER
        self.client = plain_client(address)

    def token(self, account: str = ANNA, company: str = ADRIA, scope: str | None = None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._issuer.token(account, company, scope=scope)}"}

    @property
    def staff(self) -> dict[str, str]:
        return self.token(STAFF, VENDOR)

    async def post(self, path: str, body: Any, who: dict[str, str] | None = None, key: str = "") -> httpx.Response:
        head = (who or self.token()) | {"Idempotency-Key": key or secrets.token_hex(8)}
        return await self.client.post(f"/v1/{path}", json=body, headers=head)

    async def get(self, path: str, who: dict[str, str] | None = None, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.get(f"/v1/{path}", headers=(who or self.token()) | named)

    async def give_back(self, serial: str, document: bytes, who: dict[str, str] | None = None) -> httpx.Response:
        head = (who or self.token()) | {"Content-Type": "application/xml"}
        return await self.client.put(f"/v1/devices/{serial}/return", content=document, headers=head)

    async def company(self, company: str = ADRIA, administrator: str = ANNA, kind: str = "reseller") -> int:
        """Register it; the sequence of its entry."""
        body = {"kind": kind, "administrator": administrator, "company": company}
        return await done(self, "companies", body, self.staff)

    async def stocked_project(self, *serials: str, name: str = "Hotel Adria", ports: int = 50) -> str:
        """A project with ports and 4 interfaces free, and empty devices."""
        lots = [{"license_type": "Port11", "count": ports}, {"license_type": "BRI", "count": 4}]
        order = {"licenses": lots, "order_number": "PO-1"}
        key = (await self.post("activation-keys", order, self.staff)).json()["activation_key"]
        project = str((await self.post("projects", {"project_name": name})).json()["project"])
        redemption = {"activation_key": key, "project": project}
        assert (await self.post("activation-keys/redemptions", redemption)).status_code == 201
        for serial in serials:
            assert (await self.post(f"projects/{project}/devices", {"serial": serial})).status_code == 201
        return project

    async def allocate(self, project: str, serial: str, ports: int, interfaces: int = 0) -> httpx.Response:
        wanted = [("Port11", ports), ("BRI", interfaces)]
        licenses = [{"license_type": name, "count": count} for name, count in wanted if count]
        body = {"serial": serial, "licenses": licenses, "confirm_final": True}
        return await self.post(f"projects/{project}/allocations", body)

    async def free(self, project: str, at_least: int) -> dict[str, int]:
        balance = (await self.get(f"projects/{project}/balance?at_least={at_least}")).json()
        return {row["license_type"]: row["count"] for row in balance["free"]}


@asynccontextmanager
async def a_ledger_at_work(
    topics: KafkaTopics, database_url: str, folder: Path, **api_settings: Any
) -> AsyncGenerator[Api]:
    """All three processes' main coroutines, and a founded ledger with one company."""
    stop = asyncio.Event()
    working = asyncio.create_task(writer_and_projector(topics, database_url, folder, stop))
    try:
        await found_ledgers(topics)
        async with an_api(topics, database_url, folder, **api_settings) as made:
            yield made
    finally:
        stop.set()
        await working


async def writer_and_projector(
    topics: KafkaTopics, database_url: str, folder: Path, stop: asyncio.Event, ledgers: int = 1
) -> None:
    said = topics.settings("ledger-writer") | {"admin_port": 0, "ledgers": ledgers}
    await asyncio.gather(
        writer.serve(WriterSettings.model_validate(said | sending.writer_settings(folder)), stop),
        main.serve(settings_for(topics, database_url, folder, ledgers), stop),
    )


@asynccontextmanager
async def an_api(
    topics: KafkaTopics, database_url: str, folder: Path, ledger: int = 0, **more: Any
) -> AsyncGenerator[Api]:
    """The API of a founded ledger, in which one company is registered."""
    stop = asyncio.Event()
    settings = _api_settings(topics, database_url, folder, ledger, more)
    serving = asyncio.create_task(api.serve(settings, stop))
    made = Api(topics, database_url, ledger, f"http://127.0.0.1:{settings.api_port}")
    try:
        await until(lambda: _takes_commands(made), WAIT_SECONDS)
        await until(lambda: _shows_the_company(made), WAIT_SECONDS)
        yield made
    finally:
        await made.client.aclose()
        stop.set()
        await serving


def webhook_keys_file(folder: Path) -> Path:
    """The key of the help desk; the same one again once it is there."""
    make_webhook_key(file := folder / "support-webhook.keys")
    return file


def _api_settings(
    topics: KafkaTopics, database_url: str, folder: Path, ledger: int, more: dict[str, Any]
) -> ApiSettings:
    (folder / "secret").touch(mode=0o600)
    (folder / "secret").write_text(secrets.token_hex(32))
    said = {
        "ledger": ledger,
        "admin_port": 0,
        "api_port": _free_port(),
        "activation_key_secret_file": folder / "secret",
        "support_webhook_keys_file": webhook_keys_file(folder),
        "writer_key_file": sending.public_key_file(folder),
        "license_keys_file": write_license_keys(folder),
    }
    said |= sending.verification_settings(folder) | database_settings(database_url, folder, "ledger-api")
    return ApiSettings.model_validate(topics.settings("ledger-api") | said | more)


async def found_ledgers(topics: KafkaTopics, ledgers: int = 1) -> None:
    connection = topics.connection("operator")
    async with Producer(connection, client_id="test") as producer:
        letters = DeadLetters(producer, topic_prefix=topics.prefix, service="operator")
        async with Commands(
            connection,
            producer,
            letters,
            sending.PROVER,
            service="test",
            topic=OPERATOR_COMMANDS,
            topic_prefix=topics.prefix,
        ) as commands:
            await until(lambda: _listens(commands))
            async with asyncio.timeout(WAIT_SECONDS):
                await asyncio.gather(*(_found(commands, ledger) for ledger in range(ledgers)))


async def _found(commands: Commands, ledger: int) -> None:
    operator, name = Operator(name="root"), f"{ledger:064x}"
    while True:
        with suppress(Trouble):
            await commands.ask(found(), ledger=ledger, command_id=name, actor=operator, correlation_id="found")
            return


async def _listens(commands: Commands) -> bool:
    return commands.trouble is None


async def _takes_commands(made: Api) -> bool:
    """Whether the first company is registered; until its consumer is at the end of the outcomes the API answers 503."""
    body = {"kind": "reseller", "administrator": ANNA, "company": ADRIA}
    try:
        response = await made.post("companies", body, made.staff, key="the first company")
    except httpx.TransportError:
        return False
    assert response.status_code in {201, 503}, response.text
    return response.status_code == 201


async def _shows_the_company(made: Api) -> bool:
    """Whether the projection has it, too: a test may ask at once, and not say from which sequence on."""
    return (await made.get(f"companies/{ADRIA}")).status_code == 200


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def asked(api: Api, path: str, who: dict[str, str] | None = None) -> Any:
    answer = await api.get(path, who)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def done(api: Api, path: str, body: dict[str, Any], who: dict[str, str] | None = None) -> int:
    answer = await api.post(path, body, who)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["sequence"])


async def a_delivered_device(api: Api, serial: str) -> int:
    model = {"models": [{"model": "IP811", "family": "IP8x1"}], "reference": "CAT-1"}
    await done(api, "device-models", model, api.staff)
    today = f"{civil_day(datetime.now(UTC)):%Y-%m-%d}"
    device = {"serial": serial, "model": "IP811", "delivered_on": today, "delivered_to": ADRIA}
    return await done(api, "delivered-devices", {"devices": [device], "reference": "DN-1"}, api.staff)


async def redeemed(api: Api, project: str, **counts: int) -> int:
    lots = [{"license_type": name, "count": count} for name, count in counts.items()]
    order = {"licenses": lots, "order_number": "PO-2"}
    key = (await api.post("activation-keys", order, api.staff)).json()["activation_key"]
    return await done(api, "activation-keys/redemptions", {"activation_key": key, "project": project})


WHY = {"reason": "Stolen from a shipment", "reference": "CASE-1"}


def accepted(response: httpx.Response) -> int:
    """The sequence of a command that was accepted."""
    assert response.status_code == 201, response.text
    return int(response.json()["sequence"])


async def member(api: Api, account: str, company: str, who: dict[str, str]) -> int:
    return accepted(await api.post(f"companies/{company}/members", {"account": account}, who))
