"""`device-sync`: serves license files to boxes and takes their returns, over mutual TLS."""

import asyncio
import socket
import ssl
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import NoReturn

from contracts.topics import DEVICE_COMMANDS
from device_sync.adapters.activity_topic import ActivityTopic
from device_sync.adapters.feed import Feed
from device_sync.adapters.sqlite_store import SqliteStore
from device_sync.application.activity import Activity
from device_sync.application.claims import Claims
from device_sync.application.license_files import LicenseFiles
from device_sync.application.returns import Returns
from device_sync.application.spent import SpentCertificates
from device_sync.domain.devices import FileHead
from device_sync.entrypoints.http import PROBLEMS, Edge
from device_sync.entrypoints.settings import DeviceSyncSettings
from device_sync.entrypoints.tls import Callers, RenewedCertificate, server_context, tell
from runtime import tracing
from runtime.admin import Admin
from runtime.ca_files import read_authorities
from runtime.commands import Commands, Prover
from runtime.dead_letters import DeadLetters
from runtime.kafka import Connection, Offsets, Producer
from runtime.license_keys import read_license_keys
from runtime.logs import configure, get_logger
from runtime.process import run, supervise, until_stopped
from runtime.reader_lag import ReaderLag
from runtime.settings import load
from runtime.web.server import STOP_SECONDS, WebServer, bound_to
from runtime.web.tls import TlsServer

SERVICE = "device-sync"

_log = get_logger("device_sync")


def main() -> NoReturn:
    """Run until SIGTERM."""
    settings = load(DeviceSyncSettings)
    configure(SERVICE, settings.log_level)
    tracing.begin(SERVICE, settings)
    _log.info("settings", **settings.describe())
    run(lambda stop: serve(settings, stop))


async def serve(settings: DeviceSyncSettings, stop: asyncio.Event) -> None:
    """Feed the store and answer boxes until `stop`."""
    connection = Connection.from_settings(settings)
    trusted = read_authorities(device=settings.device_ca_file, generation=settings.generation_ca_file)
    license_keys = read_license_keys(settings.license_keys_file)
    async with AsyncExitStack() as opened:
        store = SqliteStore(settings.store_file, served=settings.served_ledgers)
        opened.callback(store.close)
        producer = Producer(connection, client_id=f"{SERVICE}-{socket.gethostname()}")
        await opened.enter_async_context(producer)
        letters = DeadLetters(producer, topic_prefix=settings.topic_prefix, service=SERVICE)
        commands = await opened.enter_async_context(
            Commands(
                connection,
                producer,
                letters,
                Prover.from_file(settings.writer_key_file),
                service=SERVICE,
                topic=DEVICE_COMMANDS,
                topic_prefix=settings.topic_prefix,
                wait_seconds=settings.outcome_seconds,
            )
        )
        feed = Feed(connection, store, letters, trusted=license_keys, topic_prefix=settings.topic_prefix)
        topic = ActivityTopic(producer, topic_prefix=settings.topic_prefix)
        activity = Activity(topic.publish, lambda serial: _ledger_of(store.head(serial)), _utc_now)
        spent = SpentCertificates(commands)
        edge = Edge(
            LicenseFiles(store, commands, spent),
            Returns(store, commands, spent, authorities=trusted, clock=_utc_now),
            Claims(store, commands, spent, number=settings.claim_ledger),
            callers=Callers(trusted, _utc_now),
            seen=activity.seen,
            waits_for=lambda: _waits_for(feed),
        )
        offsets = await opened.enter_async_context(Offsets(connection))
        lag = await opened.enter_async_context(ReaderLag(offsets))
        lag.watch(feed.places)
        await opened.enter_async_context(Admin.of(settings, lambda: _ready(feed, commands), lag.show))
        listener = opened.enter_context(
            bound_to(settings.device_sync_host, settings.device_sync_port, setting="LICENSING_DEVICE_SYNC_PORT")
        )
        _log.info("listening", host=settings.device_sync_host, port=listener.getsockname()[1])
        context = _context(settings)
        renewed = RenewedCertificate(context, certificate=settings.tls_certificate_file, key=settings.tls_key_file)
        server = WebServer(edge, PROBLEMS, tls=TlsServer(context, tell))
        await supervise(
            stop,
            {
                "feed": until_stopped(stop, feed.run()),
                "activity": until_stopped(stop, activity.run()),
                "certificate": until_stopped(stop, renewed.follow()),
                "serve": server.serve_until(stop, listener),
            },
            drain_seconds=STOP_SECONDS + 2,
        )


def _ledger_of(head: FileHead | None) -> int | None:
    return None if head is None else head.ledger


def _context(settings: DeviceSyncSettings) -> ssl.SSLContext:
    return server_context(
        certificate=settings.tls_certificate_file,
        key=settings.tls_key_file,
        device_ca=settings.device_ca_file,
        generation_ca=settings.generation_ca_file,
    )


def _waits_for(feed: Feed) -> str:
    return "" if feed.caught_up else f"license files are being read for the first time ({feed.trouble or 'reading'})"


def _ready(feed: Feed, commands: Commands) -> tuple[bool, str]:
    if waits_for := _waits_for(feed):
        return False, waits_for
    if feed.trouble or commands.trouble:
        return True, f"answers from the store; the broker is away: {feed.trouble or commands.trouble}"
    return True, "ready"


def _utc_now() -> datetime:
    return datetime.now(UTC)
