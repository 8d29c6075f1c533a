"""`rma-process-manager`: does for cases what falls due by itself. A Faust app brings it the records (decision D17).

It keeps nothing: what is due follows from the two logs, which it reads from their first entry when it starts.
"""

import asyncio
import logging
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

from pydantic import Field

from contracts.commands import CommandRecord
from contracts.commands.record import AskedCommand
from contracts.rma.commands import RmaCommandRecord
from contracts.topics import (
    CASE_EVENTS,
    CASE_OUTCOMES,
    CASE_SERVICE_COMMANDS,
    EVENTS,
    OUTCOMES,
    RMA_COMMANDS,
    Topic,
    topic_name,
)
from rma.adapters.commands import TopicSender
from rma.application.managing.case_manager import CaseManager
from rma.application.managing.owed_devices import show_owed
from runtime import tracing
from runtime.admin import Admin
from runtime.commands import Commands, Prover
from runtime.dead_letters import DeadLetters
from runtime.kafka import Connection, Offsets, Partition, PartitionTail, Producer
from runtime.logs import configure, get_logger
from runtime.process import run, supervise, until_stopped
from runtime.projection.faust_feed import FaustFeed
from runtime.projection.partition_follower import PartitionFollower, Target
from runtime.reader_lag import ReaderLag
from runtime.settings import Settings, load
from runtime.tracing import WithTraces

SERVICE = "rma"
"""Its role; with the topic prefix before it also the consumer group."""
PROCESS = "rma-process-manager"

_log = get_logger("rma.process_manager")


class ManagerSettings(Settings, WithTraces):
    """`ledgers` is how many there are, 0 to ledgers - 1.

    The public keys (PEM, X25519) are those for which commands are proven: of the writer of cases, and of the ledger's.
    """

    ledgers: Annotated[int, Field(ge=1, le=1000)] = 1
    group_session_seconds: Annotated[float, Field(ge=1, le=300)] = 10.0
    writer_key_file: Path
    ledger_writer_key_file: Path


def main() -> NoReturn:
    """Run until SIGTERM."""
    settings = load(ManagerSettings)
    configure(PROCESS, settings.log_level)
    tracing.begin(PROCESS, settings)
    for chatty in ("faust", "mode", "aiokafka"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    _log.info("settings", **settings.describe())
    run(lambda stop: serve(settings, stop))


def _utc_now() -> datetime:
    return datetime.now(UTC)


async def serve(settings: ManagerSettings, stop: asyncio.Event, clock: Callable[[], datetime] = _utc_now) -> None:
    """See to the cases of every ledger until `stop` is set."""
    connection = Connection.from_settings(settings)
    async with (
        _sender(settings, connection, clock) as sender,
        Offsets(connection) as offsets,
        ReaderLag(offsets) as lag,
    ):
        managers = [CaseManager(number, sender, clock) for number in range(settings.ledgers)]
        followers: dict[Partition, PartitionFollower] = {}
        for manager in managers:
            mine = _followers(settings, connection, offsets, manager)
            followers |= mine
            manager.is_up_to_date = _all_read(list(mine.values()))
            show_owed(manager.number, manager.cases)
        group, seconds = settings.topic_prefix + SERVICE, settings.group_session_seconds
        feed = FaustFeed(connection, group, followers, session_seconds=seconds)
        tasks = {follower.name: until_stopped(stop, follower.run()) for follower in followers.values()}
        tasks |= {f"manage-{manager.number}": until_stopped(stop, manager.run()) for manager in managers}

        def ready() -> tuple[bool, str]:
            reading = (follower.trouble for follower in followers.values())
            doing = (manager.trouble for manager in managers)
            reason = next((trouble for trouble in (*reading, *doing, feed.trouble, sender.trouble) if trouble), None)
            return reason is None, reason or "ready"

        lag.watch({partition: follower.place for partition, follower in followers.items()})
        async with Admin.of(settings, ready, lag.show):
            await supervise(stop, {**tasks, "faust": until_stopped(stop, feed.run())})


def _followers(
    settings: ManagerSettings, connection: Connection, offsets: Offsets, manager: CaseManager
) -> dict[Partition, PartitionFollower]:
    targets: list[tuple[Topic, Target]] = [(CASE_EVENTS, manager.cases), (EVENTS, manager.ledger)]
    found: dict[Partition, PartitionFollower] = {}
    for topic, target in targets:
        partition = Partition(topic_name(topic, settings.topic_prefix), manager.number)
        tail = PartitionTail(connection, *partition, 0, offsets)
        found[partition] = PartitionFollower("/".join(map(str, partition)), tail, target)
    return found


def _all_read(followers: list[PartitionFollower]) -> Callable[[], bool]:
    return lambda: not any(follower.trouble for follower in followers)


@asynccontextmanager
async def _sender(
    settings: ManagerSettings, connection: Connection, clock: Callable[[], datetime]
) -> AsyncGenerator[TopicSender]:
    async with AsyncExitStack() as opened:
        client = f"{PROCESS}-{socket.gethostname()}"
        producer = await opened.enter_async_context(Producer(connection, client_id=client))
        letters = DeadLetters(producer, topic_prefix=settings.topic_prefix, service=SERVICE)

        async def commands(key: Path, topic: Topic, record: type[AskedCommand], outcomes: Topic) -> Commands:
            return await opened.enter_async_context(
                Commands(
                    connection,
                    producer,
                    letters,
                    Prover.from_file(key),
                    service=SERVICE,
                    topic=topic,
                    topic_prefix=settings.topic_prefix,
                    record=record,
                    outcomes=outcomes,
                    clock=clock,
                )
            )

        to_ledger = await commands(settings.ledger_writer_key_file, RMA_COMMANDS, CommandRecord, OUTCOMES)
        to_cases = await commands(settings.writer_key_file, CASE_SERVICE_COMMANDS, RmaCommandRecord, CASE_OUTCOMES)
        yield TopicSender(to_ledger, to_cases)


if __name__ == "__main__":
    main()
