"""`rma-api`: serves the REST API of RMA cases on its port and the probes on its admin port."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from contracts.rma.commands import RmaCommandRecord
from contracts.topics import CASE_COMMANDS, CASE_OUTCOMES, EVENTS, topic_name
from rma.adapters.postgres.attachments import PostgresAttachments
from rma.adapters.postgres.database import ACCESSES, BELONGS, BLOBS, CHANNEL, READ_SIDE, TEXTS
from rma.adapters.postgres.messages import PostgresMessages, PostgresPersonalData
from rma.adapters.postgres.queries.cases import PostgresCaseQueries
from rma.adapters.postgres.requests import PostgresRequests
from rma.application.attaching import sweep
from rma.application.queries.rights import Rights
from rma.application.writing.followed_ledger import LedgerFollower, followed_ledger
from rma.domain.ledger_view import LedgerView
from rma.entrypoints.api.app import build
from rma.entrypoints.api.dependencies import Services
from rma.entrypoints.api.http.problems import PROBLEMS
from rma.entrypoints.api.settings import ApiSettings
from runtime import tracing
from runtime.accesses import keep_swept
from runtime.admin import Admin
from runtime.commands import Commands, Prover
from runtime.dead_letters import DeadLetters
from runtime.kafka import Connection, Offsets, PartitionTail, Producer
from runtime.logs import configure, get_logger
from runtime.postgres.accesses import PostgresAccesses
from runtime.postgres.notifications import ChangeWaiter
from runtime.postgres.staff_texts import PostgresTexts
from runtime.process import run, supervise, until_stopped
from runtime.reader_lag import ReaderLag
from runtime.settings import load
from runtime.tokens import KeyFile, Tokens
from runtime.trouble import Trouble
from runtime.web.server import STOP_SECONDS, WebServer, bound_to

SERVICE = "rma-api"
CONNECTIONS = 10
"""Concurrent queries; a query takes a millisecond, so more would only queue in the database instead of here."""
SWEEP_SECONDS = 3600.0
"""How often it is looked for requests that belong to no case; they wait for days anyway."""

_log = get_logger("rma.api")


@dataclass(frozen=True, slots=True)
class FollowedRights:
    """Implements FollowedLedger: the ledger as a follower in this process has it."""

    follower: LedgerFollower

    @property
    def state(self) -> LedgerView:
        return self.follower.state

    @property
    def trouble(self) -> str:
        return self.follower.trouble

    @property
    def is_stopped(self) -> bool:
        return self.follower.replica.stopped is not None


@dataclass(frozen=True, slots=True)
class _Parts:
    services: Services
    commands: Commands
    waiter: ChangeWaiter
    follower: LedgerFollower


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
        async with _parts(settings) as parts:
            tokens = Tokens(
                KeyFile(settings.token_keys_file).key, issuer=settings.token_issuer, audience=settings.token_audience
            )
            server = WebServer(build(parts.services, tokens), PROBLEMS)
            async with (
                Offsets(Connection.from_settings(settings)) as offsets,
                ReaderLag(offsets) as lag,
                Admin.of(settings, lambda: _ready(server, parts), lag.show),
            ):
                lag.watch({parts.follower.tail.partition: parts.follower.place})
                await supervise(
                    stop,
                    {
                        "listen": until_stopped(stop, parts.waiter.run()),
                        "outcomes": until_stopped(stop, parts.commands.ended()),
                        "follow": until_stopped(stop, parts.follower.run()),
                        "sweep": until_stopped(stop, _sweep(parts.services)),
                        "sweep of accesses": until_stopped(stop, keep_swept(parts.services.accesses)),
                        "serve": server.serve_until(stop, listener),
                    },
                    drain_seconds=STOP_SECONDS + 2,
                )


@asynccontextmanager
async def _parts(settings: ApiSettings) -> AsyncGenerator[_Parts]:
    connection = Connection.from_settings(settings)
    address = settings.database()
    async with (
        READ_SIDE.pool(address, most=CONNECTIONS) as pool,
        Producer(connection, client_id=SERVICE) as producer,
        Commands(
            connection,
            producer,
            DeadLetters(producer, topic_prefix=settings.topic_prefix, service=SERVICE),
            Prover.from_file(settings.writer_key_file),
            service=SERVICE,
            topic=CASE_COMMANDS,
            topic_prefix=settings.topic_prefix,
            record=RmaCommandRecord,
            outcomes=CASE_OUTCOMES,
        ) as commands,
    ):
        waiter = ChangeWaiter(address, CHANNEL)
        tail = PartitionTail(connection, topic_name(EVENTS, settings.topic_prefix), settings.ledger, 0)
        follower = LedgerFollower(followed_ledger(settings.ledger), tail)
        yield _Parts(_services(settings, commands, pool, waiter, follower), commands, waiter, follower)


def _services(
    settings: ApiSettings, commands: Commands, pool: Any, waiter: ChangeWaiter, follower: LedgerFollower
) -> Services:
    ledger = settings.ledger
    return Services(
        ledger=ledger,
        commands=commands,
        queries=PostgresCaseQueries(pool, ledger),
        rights=Rights(FollowedRights(follower)),
        waiter=waiter,
        clock=_now,
        texts=PostgresTexts(pool, ledger, TEXTS),
        requests=PostgresRequests(pool, ledger),
        messages=PostgresMessages(pool, ledger),
        attachments=PostgresAttachments(pool, ledger),
        personal_data=PostgresPersonalData(pool, ledger),
        blobs=settings.blobs(pool, BLOBS),
        accesses=PostgresAccesses(
            pool, ledger, table=ACCESSES, belongs=BELONGS, keep=timedelta(days=settings.access_retention_days)
        ),
        ship_to=tuple(settings.ship_to.split("|")),
    )


async def _sweep(services: Services) -> None:
    """Now and then, take requests and files away that belong to no case."""
    while True:
        try:
            if swept := await services.requests.sweep():
                _log.info("requests_swept", requests=swept)
            if lost := await sweep(services.attachments, services.blobs):
                _log.info("files_swept", files=lost)
        except Trouble as trouble:
            _log.warning("sweep_waits", reason=str(trouble))
        await asyncio.sleep(SWEEP_SECONDS)


def _now() -> datetime:
    return datetime.now(UTC)


def _ready(server: WebServer, parts: _Parts) -> tuple[bool, str]:
    if not server.is_listening:
        return False, "not listening"
    reason = parts.commands.trouble or parts.waiter.trouble or parts.follower.trouble
    return not reason, reason or "ready"
