"""`ledger-api`: serves the REST API on its port and the probes on its admin port."""

import asyncio
import gc
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from contracts.codes.activation_key import MIN_SECRET_BYTES
from contracts.topics import COMMANDS
from ledger.adapters.postgres import accesses, database
from ledger.adapters.postgres.labels import PostgresLabels
from ledger.adapters.postgres.projection.store import CHANNEL
from ledger.adapters.postgres.queries.exports import PostgresExports
from ledger.adapters.postgres.queries.ledger_queries import PostgresQueries
from ledger.adapters.postgres.queries.snapshots import SnapshotReader
from ledger.adapters.postgres.staff_texts import PostgresStaffTexts
from ledger.adapters.postgres.support_cases import PostgresSupportCases
from ledger.application.queries.signed_documents import SignedDocuments
from ledger.entrypoints.api.app import build
from ledger.entrypoints.api.dependencies import Services
from ledger.entrypoints.api.http.attempt_limiter import AttemptLimiter
from ledger.entrypoints.api.http.problems import PROBLEMS
from ledger.entrypoints.api.http.redemptions import Redemptions
from ledger.entrypoints.api.http.webhook_signature import WebhookKeys
from ledger.entrypoints.api.routes.exports import MAX_EXPORTS
from ledger.entrypoints.api.settings import ApiSettings
from runtime import tracing
from runtime.accesses import keep_swept
from runtime.admin import Admin
from runtime.ca_files import read_authorities
from runtime.commands import Commands, Prover
from runtime.dead_letters import DeadLetters
from runtime.kafka import Connection, Producer
from runtime.license_keys import read_license_keys
from runtime.logs import configure, get_logger
from runtime.postgres.accesses import PostgresAccesses
from runtime.postgres.notifications import ChangeWaiter
from runtime.postgres.pool import Database
from runtime.process import run, supervise, until_stopped
from runtime.settings import SettingsWrong, load, read_secret
from runtime.tokens import KeyFile, Tokens
from runtime.web.server import STOP_SECONDS, WebServer, bound_to

SERVICE = "ledger-api"
CONNECTIONS = 10
"""Concurrent queries; a query takes a millisecond, so more would only queue in the database instead of here."""

GENERATION_0_OBJECTS = 50_000
"""A request makes some thousand objects; the default of 700 would scan for garbage several times in each."""

_log = get_logger("ledger.api")


def main() -> NoReturn:
    """Run until SIGTERM; requests in flight are finished."""
    settings = load(ApiSettings)
    configure(SERVICE, settings.log_level)
    tracing.begin(SERVICE, settings)
    _log.info("settings", **settings.describe())
    gc.collect()
    gc.freeze()  # the application lives as long as the process: no collection has to look at it again
    gc.set_threshold(GENERATION_0_OBJECTS, 20, 100)
    run(lambda stop: serve(settings, stop))


async def serve(settings: ApiSettings, stop: asyncio.Event) -> None:
    """Serve the API until `stop` is set."""
    with bound_to(settings.api_host, settings.api_port, setting="LICENSING_API_PORT") as listener:
        async with _parts(settings, stop) as (services, commands, waiter):
            tokens = Tokens(
                KeyFile(settings.token_keys_file).key, issuer=settings.token_issuer, audience=settings.token_audience
            )
            server = WebServer(build(services, tokens), PROBLEMS)
            async with Admin.of(settings, lambda: _ready(server, commands, waiter)):
                await supervise(
                    stop,
                    {
                        "listen": until_stopped(stop, waiter.run()),
                        "outcomes": until_stopped(stop, commands.ended()),
                        "sweep": until_stopped(stop, keep_swept(services.accesses)),
                        "serve": server.serve_until(stop, listener),
                    },
                    drain_seconds=STOP_SECONDS + 2,
                )


@asynccontextmanager
async def _parts(settings: ApiSettings, stop: asyncio.Event) -> AsyncGenerator[tuple[Services, Commands, ChangeWaiter]]:
    connection = Connection.from_settings(settings)
    address = settings.database()
    async with (
        database.pool(address, most=CONNECTIONS) as pool,
        _replica_pool(settings.database_replica()) as replica,
        Producer(connection, client_id=SERVICE) as producer,
        Commands(
            connection,
            producer,
            DeadLetters(producer, topic_prefix=settings.topic_prefix, service=SERVICE),
            Prover.from_file(settings.writer_key_file),
            service=SERVICE,
            topic=COMMANDS,
            topic_prefix=settings.topic_prefix,
        ) as commands,
    ):
        waiter = ChangeWaiter(address, CHANNEL)
        yield _services(settings, commands, (pool, replica), waiter, stop), commands, waiter


def _replica_pool(address: Database | None) -> AbstractAsyncContextManager[Any]:
    """A pool for long reads, or None."""
    if address is None:
        return nullcontext()
    pool: AbstractAsyncContextManager[Any] = database.pool(address, most=MAX_EXPORTS + 1)
    return pool


def _services(
    settings: ApiSettings, commands: Commands, pools: tuple[Any, Any], waiter: ChangeWaiter, stop: asyncio.Event
) -> Services:
    secret = read_secret(settings.activation_key_secret_file)
    if len(secret) < MIN_SECRET_BYTES:
        raise SettingsWrong(f"{settings.activation_key_secret_file} has less than {MIN_SECRET_BYTES} bytes")
    pool, of_replica = pools
    queries = PostgresQueries(pool, settings.ledger)
    replica = None if of_replica is None else SnapshotReader(of_replica, settings.ledger)
    return Services(
        ledger=settings.ledger,
        commands=commands,
        queries=queries,
        exports=PostgresExports(queries, replica),
        waiter=waiter,
        clock=_now,
        activation_key_secret=secret,
        device_authorities=read_authorities(device=settings.device_ca_file, generation=settings.generation_ca_file),
        documents=SignedDocuments(settings.ledger, read_license_keys(settings.license_keys_file)),
        attempts=AttemptLimiter(_now),
        texts=PostgresStaffTexts(pool, queries),
        labels=PostgresLabels(pool, queries),
        redemptions=Redemptions(queries, waiter),
        support_cases=PostgresSupportCases(pool, settings.ledger),
        accesses=PostgresAccesses(
            pool,
            settings.ledger,
            table=accesses.TABLE,
            belongs=accesses.BELONGS,
            keep=timedelta(days=settings.access_retention_days),
        ),
        webhook_keys=WebhookKeys(settings.support_webhook_keys_file),
        stopping=stop,
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _ready(server: WebServer, commands: Commands, waiter: ChangeWaiter) -> tuple[bool, str]:
    if not server.is_listening:
        return False, "not listening"
    reason = commands.trouble or waiter.trouble
    return reason is None, reason or "ready"
