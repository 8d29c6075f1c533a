"""A projector: keeps the tables of a read side at the end of its logs; `rebuild` drops and fills them first."""

import argparse
import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from runtime import tracing
from runtime.admin import Admin
from runtime.dead_letters import BuriedOnce, DeadLetters
from runtime.kafka import Connection, Offsets, Partition, PartitionTail, Producer
from runtime.logs import configure, get_logger
from runtime.postgres.read_side import ReadSide
from runtime.postgres.trouble import database_trouble
from runtime.process import run, supervise, until_stopped
from runtime.projection.faust_feed import FaustFeed
from runtime.projection.partition_follower import PartitionFollower, Target
from runtime.projection.poison import PoisonBox
from runtime.projection.rebuild import Wish, add_rebuild_arguments, answer_rebuild, rebuild_beside
from runtime.projection.settings import ProjectorSettings
from runtime.reader_lag import ReaderLag
from runtime.settings import load
from runtime.trouble import Trouble

CONNECTIONS = 8
"""One a follower at work; most followers are idle most of the time."""
BATCH_SECONDS = 30.0
"""Longest statement of a batch; a database that is slower than that is in trouble."""
RETRY_SECONDS = 1.0

S = TypeVar("S", bound=ProjectorSettings)
Followers = dict[Partition, PartitionFollower]

_log = get_logger("runtime.projection")


@dataclass(frozen=True, slots=True, kw_only=True)
class Projector(Generic[S]):
    """What one projector is: `targets` says what the records of each partition are applied to, on a pool.

    `beside` runs next to them on the same pool, until cancelled, and shows how far its readers are; a rebuild is
    without it.
    """

    service: str
    settings: type[S]
    read_side: ReadSide
    targets: Callable[[S, Any, PoisonBox], Mapping[Partition, Target]]
    beside: Callable[[S, Any, ReaderLag], Coroutine[Any, Any, None]] | None = None

    def main(self, description: str | None) -> None:
        """Console script."""
        parser = argparse.ArgumentParser(prog=self.service, description=description)
        parser.add_argument("command", nargs="?", choices=("run", "rebuild"), default="run")
        add_rebuild_arguments(parser)
        arguments = parser.parse_args()
        command, settings = arguments.command, load(self.settings)
        if (arguments.beside and command != "rebuild") or (Wish.of(arguments) != Wish() and not arguments.beside):
            parser.error("--beside belongs to rebuild, and the other options to --beside")
        if arguments.beside:
            configure(self.service, "error")
            answer_rebuild(self.service, rebuild_beside(self, settings, Wish.of(arguments)), arguments.output)
        configure(self.service, settings.log_level)
        tracing.begin(self.service, settings)
        for chatty in ("faust", "mode", "aiokafka"):
            logging.getLogger(chatty).setLevel(logging.WARNING)
        _log.info("settings", **settings.describe())
        run(lambda stop: (self.rebuild if command == "rebuild" else self.serve)(settings, stop))

    async def serve(self, settings: S, stop: asyncio.Event) -> None:
        """Keep the rows at the end of the log until `stop` is set; an entry that can't be applied stops its log's."""
        readiness = Readiness()
        async with (
            Offsets(Connection.from_settings(settings)) as offsets,
            ReaderLag(offsets) as lag,
            Admin.of(settings, readiness, lag.show),
            self.followers(settings) as (pool, followers),
        ):
            await until_stopped(stop, self._migrate(pool))
            if stop.is_set():
                return
            group = settings.topic_prefix + self.service
            feed = FaustFeed(Connection.from_settings(settings), group, followers)
            readiness.watch(followers, feed)
            lag.watch({partition: follower.place for partition, follower in followers.items()})
            tasks = {follower.name: until_stopped(stop, follower.run()) for follower in followers.values()}
            if self.beside is not None:
                tasks["beside"] = until_stopped(stop, self.beside(settings, pool, lag))
            await supervise(stop, {**tasks, "faust": until_stopped(stop, feed.run())})

    async def rebuild(self, settings: S, stop: asyncio.Event) -> None:
        """Drop every table, create it again, and read the whole log; running projectors continue from there."""
        async with self.followers(settings) as (pool, followers):
            async with database_trouble("drop the tables"), pool.acquire() as connection:
                await self.read_side.drop(connection)
            await self._migrate(pool)
            began = time.monotonic()
            work = asyncio.gather(*(follower.settle() for follower in followers.values()))
            await until_stopped(stop, work)
            if not stop.is_set():
                _log.info("rebuilt", records=sum(work.result()), seconds=round(time.monotonic() - began, 3))

    def _pool(self, url: str, generation: str | None) -> Any:
        if generation is None:
            return self.read_side.writing_pool(url, most=CONNECTIONS, statement_seconds=BATCH_SECONDS)
        return self.read_side.pool_on(url, generation, most=CONNECTIONS, statement_seconds=BATCH_SECONDS)

    async def _migrate(self, pool: Any) -> None:
        """Apply the migrations, waiting for the database for as long as it takes."""
        while True:
            try:
                async with database_trouble("migrate"), pool.acquire() as connection:
                    for name in await self.read_side.migrate(connection):
                        _log.info("migrated", migration=name)
                    return
            except Trouble as trouble:
                _log.warning("migration_waits", reason=str(trouble))
                await asyncio.sleep(RETRY_SECONDS)

    @asynccontextmanager
    async def followers(self, settings: S, generation: str | None = None) -> AsyncGenerator[tuple[Any, Followers]]:
        """One follower a partition, of the live rows or of one generation.

        They share pool, producer of dead letters and offsets.
        """
        connection = Connection.from_settings(settings)
        async with (
            self._pool(settings.database(), generation) as pool,
            Producer(connection, client_id=self.service) as producer,
            Offsets(connection) as offsets,
        ):
            letters = DeadLetters(producer, topic_prefix=settings.topic_prefix, service=self.service)
            targets = self.targets(settings, pool, BuriedOnce(connection, letters))
            yield (
                pool,
                {
                    partition: PartitionFollower(
                        "/".join(map(str, partition)), PartitionTail(connection, *partition, 0, offsets), target
                    )
                    for partition, target in targets.items()
                },
            )


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
