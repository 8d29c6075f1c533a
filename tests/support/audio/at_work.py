"""The service of announcement audio at work in this process: API, projector, and a worker that can be stopped."""

import asyncio
import secrets
import socket
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from audio.entrypoints import projector, worker
from audio.entrypoints.api import main as api
from audio.entrypoints.api.settings import ApiSettings
from audio.entrypoints.worker import WorkerSettings
from contracts.actors import Account
from contracts.topics import AUDIO_EVENTS
from dev.stack import piper
from dev.stack.settings import G729_PROGRAM
from runtime.kafka import Record
from runtime.projection.settings import ProjectorSettings
from tests.support.kafka_topics import KafkaTopics
from tests.support.ledger import sending, story
from tests.support.ledger.projector_at_work import database_settings, until
from tests.support.plain_http import plain_client
from tests.support.reading import records_of
from tests.support.recordings import sine, wav

WAIT_SECONDS = 60.0
anna, ben = story.anna, story.ben
BEEP = wav(sine(440, 1.0, 8000), 8000)
"""A second."""


@dataclass(frozen=True, slots=True)
class AudioApi:
    """A client of the API, and what it needs to look behind it."""

    topics: KafkaTopics
    database_url: str
    folder: Path
    client: httpx.AsyncClient

    async def upload(self, content: bytes = BEEP, who: Account = anna, key: str = "", **asked: Any) -> httpx.Response:
        head = bearer(who) | {
            "Content-Type": "application/octet-stream",
            "Idempotency-Key": key or secrets.token_hex(8),
        }
        params = {"name": "welcome", "formats": "g711a"} | asked
        return await self.client.post("/v1/audio/conversions", content=content, params=params, headers=head)

    async def send_batch(self, content: bytes, formats: str, **asked: Any) -> httpx.Response:
        head = bearer(anna) | {"Idempotency-Key": secrets.token_hex(8)}
        return await self.client.post(
            "/v1/audio/batches", content=content, params={"formats": formats} | asked, headers=head
        )

    async def batch(self, content: bytes, formats: str, **asked: Any) -> str:
        """A batch that must be accepted."""
        answer = await self.send_batch(content, formats, **asked)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["batch"])

    async def post(self, path: str, body: Any, who: Account = anna, key: str = "") -> httpx.Response:
        head = bearer(who) | {"Idempotency-Key": key or secrets.token_hex(8)}
        return await self.client.post(f"/v1/audio/{path}", json=body, headers=head)

    async def get(self, path: str, who: Account = anna, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.get(f"/v1/audio/{path}", headers=bearer(who) | named)

    async def delete(self, path: str, who: Account = anna) -> httpx.Response:
        return await self.client.delete(f"/v1/audio/{path}", headers=bearer(who))

    async def asked(self, path: str, who: Account = anna) -> Any:
        answer = await self.get(path, who)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def accepts(self, answer: httpx.Response) -> str:
        """The conversion that a request became, which must be accepted, once its row is there."""
        assert answer.status_code == 202, answer.text
        job = str(answer.json()["job"])

        async def is_there() -> bool:
            return bool(await self.rows("SELECT FROM audio.jobs WHERE job = $1", job))

        await until(is_there, WAIT_SECONDS)
        return job

    async def ended(self, job: str, who: Account = anna) -> dict[str, Any]:
        """The conversion once it has its outcome."""

        async def is_so() -> bool:
            return bool((await self.asked(f"conversions/{job}", who))["state"] in {"done", "failed"})

        await until(is_so, WAIT_SECONDS)
        found: dict[str, Any] = await self.asked(f"conversions/{job}", who)
        return found

    @asynccontextmanager
    async def rows_behind(self) -> AsyncGenerator[None]:
        """The projector writes nothing: it waits for the position, which is locked."""
        connection = await asyncpg.connect(self.database_url)
        try:
            async with connection.transaction():
                await connection.execute("SELECT FROM audio.position FOR UPDATE")
                yield
        finally:
            await connection.close()

    async def rows(self, query: str, *arguments: Any) -> list[Any]:
        """What the database's owner sees."""
        connection = await asyncpg.connect(self.database_url)
        try:
            found: list[Any] = await connection.fetch(query, *arguments)
            return found
        finally:
            await connection.close()

    async def records(self) -> list[Record]:
        """All that stands on the log."""
        topic = self.topics.name(AUDIO_EVENTS)
        return await records_of(self.topics.connection(), topic, range(AUDIO_EVENTS.partitions))


@asynccontextmanager
async def audio_at_work(
    topics: KafkaTopics, database_url: str, folder: Path, more: Mapping[str, Any] | None = None
) -> AsyncGenerator[AudioApi]:
    """API and projector, without a worker."""
    stop = asyncio.Event()
    settings = api_settings(topics, database_url, folder).model_copy(update=more)
    rows = projector_settings(topics, database_url, folder)
    serving = asyncio.gather(api.serve(settings, stop), projector.serve(rows, stop))
    async with plain_client(f"http://127.0.0.1:{settings.api_port}", seconds=60) as client:
        made = AudioApi(topics, database_url, folder, client)
        try:
            await until(lambda: _answers(made), WAIT_SECONDS)
            yield made
        finally:
            stop.set()
            await serving


@asynccontextmanager
async def a_worker(made: AudioApi) -> AsyncGenerator[None]:
    """A worker in this process; leaving the block stops it in order."""
    stop = asyncio.Event()
    task = asyncio.create_task(worker.serve(worker_settings(made.topics, made.database_url, made.folder), stop))
    try:
        yield
    finally:
        stop.set()
        await task


def projector_settings(topics: KafkaTopics, database_url: str, folder: Path) -> ProjectorSettings:
    said = {"admin_port": 0} | database_settings(database_url, folder, "audio-projector")
    return ProjectorSettings.model_validate(topics.settings("audio-projector") | said)


PROGRAMS = {"g729_program": G729_PROGRAM, "piper_program": piper.program(), "piper_voices": piper.voices()}
"""What is optional, all of it."""


def worker_settings(topics: KafkaTopics, database_url: str, folder: Path) -> WorkerSettings:
    said = {"admin_port": 0, "work_folder": folder / "work"} | PROGRAMS
    said |= database_settings(database_url, folder, "audio-worker")
    return WorkerSettings.model_validate(topics.settings("audio-worker") | said)


def api_settings(topics: KafkaTopics, database_url: str, folder: Path) -> ApiSettings:
    known = sending.verification_settings(folder)
    wanted = {name: value for name, value in known.items() if name in ApiSettings.model_fields}
    said: dict[str, Any] = {"admin_port": 0, "api_port": _free_port()} | PROGRAMS
    said |= wanted | database_settings(database_url, folder, "audio-api")
    return ApiSettings.model_validate(topics.settings("audio-api") | said)


def bearer(who: Account, scope: str | None = None) -> dict[str, str]:
    return {"Authorization": f"Bearer {sending.token(who.account, who.company, scope)}"}


async def _answers(made: AudioApi) -> bool:
    try:
        return (await made.get("conversions")).status_code == 200
    except httpx.TransportError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
