"""`audio-api`: serves the REST API of announcement audio on its port and the probes on its admin port."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NoReturn

from audio.adapters import installation
from audio.adapters.events import TopicEvents
from audio.adapters.ffmpeg import Ffmpeg
from audio.adapters.postgres.database import BLOBS, CHANNEL, READ_SIDE
from audio.adapters.postgres.jobs import PostgresJobs
from audio.adapters.postgres.kept import PostgresKept
from audio.adapters.postgres.requests import PostgresRequests
from audio.application.keeping import Store
from audio.application.ports import SpeechEngine, Voice
from audio.application.requesting import Bounds
from audio.application.speaking import voices_of
from audio.domain.formats import Format
from audio.entrypoints.api.app import build
from audio.entrypoints.api.dependencies import Services
from audio.entrypoints.api.http.problems import PROBLEMS
from audio.entrypoints.api.settings import ApiSettings
from runtime import tracing
from runtime.admin import Admin
from runtime.kafka import Connection, Producer
from runtime.logs import configure, get_logger
from runtime.postgres.notifications import ChangeWaiter
from runtime.process import run, supervise, until_stopped
from runtime.settings import load
from runtime.tokens import KeyFile, Tokens
from runtime.trouble import Trouble
from runtime.web.server import STOP_SECONDS, WebServer, bound_to

SERVICE = "audio-api"
CONNECTIONS = 10
"""Concurrent queries; a query takes a millisecond, so more would only queue in the database instead of here."""
SWEEP_SECONDS = 60.0
"""How often it is looked for files whose time is over."""

SAY_SECONDS = 8.0
"""How long a request is tried to be brought to the log; then the answer is 503, and the same key goes on."""

_log = get_logger("audio.api")


@dataclass(slots=True)
class Installed:
    """Implements Catalog by the programs of this installation; who speaks is asked once."""

    transcoder: Ffmpeg
    engines: Mapping[str, SpeechEngine]
    known: list[Voice] = field(default_factory=list[Voice])

    def makes(self, made: Format) -> bool:
        return self.transcoder.makes(made)

    async def voices(self) -> list[Voice]:
        if not self.known:
            self.known = await voices_of(self.engines)
        return self.known


def main() -> NoReturn:
    """Run until SIGTERM; requests in flight are finished."""
    settings = load(ApiSettings)
    configure(SERVICE, settings.log_level)
    tracing.begin(SERVICE, settings)
    _log.info("settings", **settings.describe())
    run(lambda stop: serve(settings, stop))


async def serve(settings: ApiSettings, stop: asyncio.Event) -> None:
    """Serve the API until `stop` is set."""
    with bound_to(settings.api_host, settings.api_port, setting="LICENSING_API_PORT") as listener:
        async with _parts(settings) as (services, waiter):
            tokens = Tokens(
                KeyFile(settings.token_keys_file).key, issuer=settings.token_issuer, audience=settings.token_audience
            )
            server = WebServer(build(services, tokens), PROBLEMS)
            async with Admin.of(settings, lambda: _ready(server, waiter)):
                await supervise(
                    stop,
                    {
                        "listen": until_stopped(stop, waiter.run()),
                        "sweep": until_stopped(stop, _sweep(services)),
                        "serve": server.serve_until(stop, listener),
                    },
                    drain_seconds=STOP_SECONDS + 2,
                )


@asynccontextmanager
async def _parts(settings: ApiSettings) -> AsyncGenerator[tuple[Services, ChangeWaiter]]:
    address = settings.database()
    async with (
        READ_SIDE.pool(address, most=CONNECTIONS) as pool,
        Producer(Connection.from_settings(settings), client_id=SERVICE, delivery_seconds=SAY_SECONDS) as producer,
    ):
        waiter = ChangeWaiter(address, CHANNEL)
        services = Services(
            jobs=PostgresJobs(pool),
            requests=PostgresRequests(pool, bounds_of(settings)),
            store=Store(settings.blobs(pool, BLOBS), PostgresKept(pool), _now),
            events=TopicEvents(producer, settings.topic_prefix, _now),
            catalog=Installed(
                installation.transcoder(settings.g729_program),
                installation.engines(settings.piper_program, settings.piper_voices),
            ),
            waiter=waiter,
            clock=_now,
        )
        yield services, waiter


def bounds_of(settings: ApiSettings) -> Bounds:
    """What a company may have."""
    return Bounds(
        waiting=settings.max_waiting,
        jobs=settings.max_jobs_a_day,
        seconds=settings.max_seconds_a_day,
        bytes=settings.max_bytes_a_day,
    )


async def _sweep(services: Services) -> None:
    """Now and then, take away what has come to its end."""
    while True:
        try:
            if swept := await services.store.sweep():
                _log.info("files_swept", files=swept)
            await services.requests.sweep(services.clock())
        except Trouble as trouble:
            _log.warning("sweep_waits", reason=str(trouble))
        await asyncio.sleep(SWEEP_SECONDS)


def _now() -> datetime:
    return datetime.now(UTC)


def _ready(server: WebServer, waiter: ChangeWaiter) -> tuple[bool, str]:
    if not server.is_listening:
        return False, "not listening"
    return waiter.trouble is None, waiter.trouble or "ready"
