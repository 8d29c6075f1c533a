"""`ledger-api`: serves the REST API on its port and the probes on its admin port."""

import asyncio
import gc
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import Any, NoReturn

import uvicorn
from starlette.types import ASGIApp

from contracts.codes.activation_key import MIN_SECRET_BYTES
from ledger.adapters.postgres import database
from ledger.adapters.postgres.notifications import ChangeWaiter
from ledger.adapters.postgres.queries.exports import PostgresExports
from ledger.adapters.postgres.queries.ledger_queries import PostgresQueries
from ledger.entrypoints.api.app import build
from ledger.entrypoints.api.dependencies import Services
from ledger.entrypoints.api.http.attempt_limiter import Guesses
from ledger.entrypoints.api.http.authentication import KeyFile, Tokens
from ledger.entrypoints.api.http.slow_clients import BoundedHttp
from ledger.entrypoints.api.settings import ApiSettings
from runtime.admin import Admin
from runtime.ca_files import read_authorities
from runtime.commands import Commands
from runtime.dead_letters import DeadLetters
from runtime.kafka import Connection, Producer
from runtime.logs import configure, get_logger
from runtime.process import run, supervise, until_stopped
from runtime.settings import SettingsWrong, load, read_secret
from runtime.sockets import listening_on

SERVICE = "ledger-api"
CONNECTIONS = 10
"""Concurrent queries; a query takes a millisecond, so more would only queue in the database instead of here."""
CONNECTED_CLIENTS = 5000
"""Beyond that a connection is answered 503 and closed; the gates bound requests long before."""
IDLE_SECONDS = 30
STOP_SECONDS = 10

GENERATION_0_OBJECTS = 50_000
"""A request makes some thousand objects; the default of 700 would scan for garbage several times in each."""

_log = get_logger("ledger.api")


def main() -> NoReturn:
    """Run until SIGTERM; requests in flight are finished."""
    settings = load(ApiSettings)
    configure(SERVICE, settings.log_level)
    _log.info("settings", **settings.describe())
    gc.collect()
    gc.freeze()  # the application lives as long as the process: no collection has to look at it again
    gc.set_threshold(GENERATION_0_OBJECTS, 20, 100)
    run(lambda stop: serve(settings, stop))


async def serve(settings: ApiSettings, stop: asyncio.Event) -> None:
    """Serve the API until `stop` is set."""
    with bound_to(settings.api_host, settings.api_port) as listener:
        await _serve_on(listener, settings, stop)


async def _serve_on(listener: socket.socket, settings: ApiSettings, stop: asyncio.Event) -> None:
    async with _parts(settings) as (services, commands, waiter):
        tokens = Tokens(
            KeyFile(settings.token_keys_file).key, issuer=settings.token_issuer, audience=settings.token_audience
        )
        server = _Server(_config(build(services, tokens)))
        async with Admin(settings.admin_host, settings.admin_port, lambda: _ready(server, commands, waiter)):
            await supervise(
                stop,
                {
                    "listen": until_stopped(stop, waiter.run()),
                    "outcomes": until_stopped(stop, commands.ended()),
                    "serve": _serve(server, listener, stop),
                },
                drain_seconds=STOP_SECONDS + 2,
            )


@asynccontextmanager
async def _parts(settings: ApiSettings) -> AsyncGenerator[tuple[Services, Commands, ChangeWaiter]]:
    connection = Connection.from_settings(settings)
    url = settings.database()
    async with (
        database.pool(url, most=CONNECTIONS) as pool,
        Producer(connection, client_id=SERVICE) as producer,
        Commands(
            connection,
            producer,
            DeadLetters(producer, topic_prefix=settings.topic_prefix, service=SERVICE),
            service=SERVICE,
            topic_prefix=settings.topic_prefix,
        ) as commands,
    ):
        waiter = ChangeWaiter(url)
        yield _services(settings, commands, pool, waiter), commands, waiter


def _services(settings: ApiSettings, commands: Commands, pool: Any, waiter: ChangeWaiter) -> Services:
    secret = read_secret(settings.activation_key_secret_file)
    if len(secret) < MIN_SECRET_BYTES:
        raise SettingsWrong(f"{settings.activation_key_secret_file} has less than {MIN_SECRET_BYTES} bytes")
    queries = PostgresQueries(pool, settings.ledger)
    return Services(
        ledger=settings.ledger,
        commands=commands,
        queries=queries,
        keys=queries,
        exports=PostgresExports(queries),
        dated=queries,
        staff=queries,
        people=queries,
        waiter=waiter,
        clock=_now,
        activation_key_secret=secret,
        device_authorities=read_authorities(device=settings.device_ca_file, generation=settings.generation_ca_file),
        guesses=Guesses(_now),
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=BoundedHttp,
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        limit_concurrency=CONNECTED_CLIENTS,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
    )


def bound_to(host: str, port: int) -> socket.socket:
    """A socket of this address: uvicorn, which would bind one later, ends the process with words of its own."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        with listening_on(host, port, setting="LICENSING_API_PORT"):
            listener.bind((host, port))
    except SettingsWrong:
        listener.close()
        raise
    return listener


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: the process has its own."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


async def _serve(server: _Server, listener: socket.socket, stop: asyncio.Event) -> None:
    """Serve until `stop`; then take nothing new and finish what is in flight."""
    serving = asyncio.create_task(server.serve([listener]))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    stopping.cancel()
    await serving


def _ready(server: _Server, commands: Commands, waiter: ChangeWaiter) -> tuple[bool, str]:
    if not server.started or server.should_exit:
        return False, "not listening"
    reason = commands.trouble or waiter.trouble
    return reason is None, reason or "ready"
