"""`ledger-projector`: keeps the tables of the read side at the end of the log; `rebuild` drops and fills them first."""

import argparse
import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from contracts.topics import EVENTS, LICENSE_FILES, RETURN_RECEIPTS, topic_name
from ledger.adapters.postgres import database
from ledger.adapters.postgres.projection.store import PostgresProjection
from ledger.application.projection.document_rows import DocumentRows
from ledger.application.projection.documents import license_file, return_receipt
from ledger.application.projection.ledger_rows import LedgerRows
from ledger.application.projection.partition_follower import PartitionFollower, Target
from ledger.entrypoints.projector.faust_feed import FaustFeed
from ledger.entrypoints.projector.settings import ProjectorSettings
from runtime.admin import Admin
from runtime.dead_letters import BuriedOnce, DeadLetters
from runtime.kafka import Connection, Offsets, Partition, PartitionTail, Producer
from runtime.license_keys import read_license_keys
from runtime.logs import configure, get_logger
from runtime.postgres.trouble import database_trouble
from runtime.process import run, supervise, until_stopped
from runtime.settings import load
from runtime.trouble import Trouble

SERVICE = "ledger-projector"
CONNECTIONS = 8
"""One a follower at work; seventeen followers are idle most of the time."""
BATCH_SECONDS = 30.0
"""Longest statement of a batch; a database that is slower than that is in trouble."""
RETRY_SECONDS = 1.0

_log = get_logger("ledger.projector")


def main() -> None:
    """Console script."""
    parser = argparse.ArgumentParser(prog=SERVICE, description=__doc__)
    parser.add_argument("command", nargs="?", choices=("run", "rebuild"), default="run")
    command = parser.parse_args().command
    settings = load(ProjectorSettings)
    configure(SERVICE, settings.log_level)
    for chatty in ("faust", "mode", "aiokafka"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    _log.info("settings", **settings.describe())
    run(lambda stop: (rebuild if command == "rebuild" else serve)(settings, stop))


async def serve(settings: ProjectorSettings, stop: asyncio.Event) -> None:
    """Keep the rows at the end of the log until `stop` is set; an entry that cannot be applied stops its ledger's."""
    readiness = Readiness()
    async with Admin(settings.admin_host, settings.admin_port, readiness), _followers(settings) as (pool, followers):
        await until_stopped(stop, _migrate(pool))
        if stop.is_set():
            return
        feed = FaustFeed(Connection.from_settings(settings), settings.topic_prefix, followers)
        readiness.watch(followers, feed)
        tasks = {follower.name: until_stopped(stop, follower.run()) for follower in followers.values()}
        await supervise(stop, {**tasks, "faust": until_stopped(stop, feed.run())})


async def rebuild(settings: ProjectorSettings, stop: asyncio.Event) -> None:
    """Drop every table, create it again, and read the whole log; running projectors continue from there."""
    async with _followers(settings) as (pool, followers):
        async with database_trouble("drop the tables"), pool.acquire() as connection:
            await database.drop(connection)
        await _migrate(pool)
        began = time.monotonic()
        work = asyncio.gather(*(follower.settle() for follower in followers.values()))
        await until_stopped(stop, work)
        if not stop.is_set():
            _log.info("rebuilt", records=sum(work.result()), seconds=round(time.monotonic() - began, 3))


class Readiness:
    """Ready when every follower is at the end of its partition and Faust brings records."""

    def __init__(self) -> None:
        self._followers: Mapping[Partition, PartitionFollower] = {}
        self._feed: FaustFeed | None = None

    def watch(self, followers: Mapping[Partition, PartitionFollower], feed: FaustFeed) -> None:
        self._followers, self._feed = followers, feed

    def __call__(self) -> tuple[bool, str]:
        if self._feed is None:
            return False, "the tables are not there yet"
        troubles = (*(follower.trouble for follower in self._followers.values()), self._feed.trouble)
        reason = next((trouble for trouble in troubles if trouble), None)
        return reason is None, reason or "ready"


async def _migrate(pool: Any) -> None:
    """Apply the migrations, waiting for the database for as long as it takes."""
    while True:
        try:
            async with database_trouble("migrate"), pool.acquire() as connection:
                for name in await database.migrate(connection):
                    _log.info("migrated", migration=name)
                return
        except Trouble as trouble:
            _log.warning("migration_waits", reason=str(trouble))
            await asyncio.sleep(RETRY_SECONDS)


@asynccontextmanager
async def _followers(settings: ProjectorSettings) -> AsyncGenerator[tuple[Any, dict[Partition, PartitionFollower]]]:
    """One follower a partition of the three topics; what they share: pool, producer of dead letters, offsets."""
    connection = Connection.from_settings(settings)
    async with (
        database.pool(settings.database(), most=CONNECTIONS, statement_seconds=BATCH_SECONDS) as pool,
        Producer(connection, client_id=SERVICE) as producer,
        Offsets(connection) as offsets,
    ):
        letters = DeadLetters(producer, topic_prefix=settings.topic_prefix, service=SERVICE)
        poison = BuriedOnce(connection, letters)
        targets = _targets(settings, PostgresProjection(pool), poison)
        yield (
            pool,
            {
                partition: PartitionFollower(
                    "/".join(map(str, partition)), PartitionTail(connection, *partition, 0, offsets), target
                )
                for partition, target in targets.items()
            },
        )


def _targets(settings: ProjectorSettings, store: PostgresProjection, poison: BuriedOnce) -> Mapping[Partition, Target]:
    events = topic_name(EVENTS, settings.topic_prefix)
    found: dict[Partition, Target] = {
        Partition(events, ledger): LedgerRows(store, ledger, poison) for ledger in range(settings.ledgers)
    }
    trusted = read_license_keys(settings.license_keys_file)
    for topic, read in ((LICENSE_FILES, license_file), (RETURN_RECEIPTS, return_receipt)):
        for number in range(topic.partitions):
            partition = Partition(topic_name(topic, settings.topic_prefix), number)
            found[partition] = DocumentRows(store, partition, read, poison, trusted)
    return found
