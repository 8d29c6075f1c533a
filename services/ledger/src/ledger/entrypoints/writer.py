"""`ledger-writer`: decides the commands of the ledgers that fall to it, and follows all of them."""

import asyncio
import gc
import socket
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Annotated, NoReturn

from pydantic import Field

from contracts.topics import COMMANDS, EVENTS
from ledger.adapters.kafka.entry_log import KafkaLog, KafkaReplies
from ledger.adapters.kafka.leadership import Leadership, Turns
from ledger.adapters.metrics import WriterMetrics
from ledger.application.writing.writer import Writer
from runtime.admin import Admin
from runtime.dead_letters import DeadLetters
from runtime.kafka import Connection, GroupConsumer, Partition, PartitionTail, Producer
from runtime.logs import configure, get_logger
from runtime.process import run, supervise, until_stopped
from runtime.settings import Settings, load
from runtime.trouble import Trouble

SERVICE = "ledger-writer"
FOLLOW_AGAIN_SECONDS = 0.5
GENERATION_0_OBJECTS = 500_000
"""What a batch makes dies when it is told. The default of 700 would look at it all the time, and 50,000 at everything
in flight once: a fourteenth of the time of a mixed workload, for nothing."""

_log = get_logger("ledger.writer")


class WriterSettings(Settings):
    """`ledgers` is how many there are, 0 to ledgers - 1; a process follows all, so that it can take over any."""

    ledgers: Annotated[int, Field(ge=1, le=1000)] = 1
    group_session_seconds: Annotated[float, Field(ge=1, le=300)] = 10.0


def main() -> NoReturn:
    """Run until SIGTERM. What is in flight then is dropped; the next writer reads those commands again."""
    settings = load(WriterSettings)
    configure(SERVICE, settings.log_level)
    _log.info("settings", **settings.describe())
    run(lambda stop: serve(settings, stop))


async def serve(settings: WriterSettings, stop: asyncio.Event) -> None:
    """Follow every ledger, lead those that the group gives us."""
    gc.set_threshold(GENERATION_0_OBJECTS, 20, 100)
    connection = Connection.from_settings(settings)
    async with AsyncExitStack() as opened:
        producer = await opened.enter_async_context(Producer(connection, client_id=_client()))
        dead_letters = DeadLetters(producer, topic_prefix=settings.topic_prefix, service=SERVICE)
        writers: dict[int, Writer] = {}
        for number in range(settings.ledgers):
            tail = PartitionTail(connection, settings.topic_prefix + EVENTS.name, number, 0)
            log = KafkaLog(await opened.enter_async_context(tail), producer, dead_letters)
            writers[number] = Writer.of(number, log, _utc_now, WriterMetrics(number))
        leadership = _leadership(settings, connection, producer, dead_letters, writers)
        await opened.enter_async_context(
            Admin(settings.admin_host, settings.admin_port, lambda: _ready(leadership, writers))
        )
        tasks: dict[str, Coroutine[object, object, None]] = {
            f"follow-{number}": until_stopped(stop, _follow(writer)) for number, writer in writers.items()
        }
        await supervise(stop, tasks | {"lead": until_stopped(stop, leadership.run())})


def _ready(leadership: Leadership, writers: dict[int, Writer]) -> tuple[bool, str]:
    behind = [number for number, writer in writers.items() if not writer.following]
    troubles = ((number, writer.trouble or writer.append_trouble) for number, writer in writers.items())
    waiting = [f"ledger {number}: {trouble}" for number, trouble in troubles if trouble]
    if waiting:
        return False, "; ".join(waiting)
    if behind:
        return False, f"reading ledgers {behind} for the first time"
    return True, f"leads {sorted(leadership.leading)}, follows all of {sorted(writers)}"


async def _follow(writer: Writer) -> None:
    while True:
        try:
            await writer.follow()
        except Trouble as trouble:
            _log.warning("follow_again", ledger=writer.replica.chain.ledger, reason=str(trouble))
            await asyncio.sleep(FOLLOW_AGAIN_SECONDS)


def _leadership(
    settings: WriterSettings,
    connection: Connection,
    producer: Producer,
    dead_letters: DeadLetters,
    writers: dict[int, Writer],
) -> Leadership:
    def group_for(turns: Turns) -> GroupConsumer:
        return GroupConsumer(
            connection,
            group=settings.topic_prefix + SERVICE,
            topics=[settings.topic_prefix + COMMANDS.name],
            client_id=_client(),
            assigned=turns.changed,
            revoked=turns.changed,
            session_seconds=settings.group_session_seconds,
        )

    def replies_for(group: GroupConsumer, partition: Partition) -> KafkaReplies:
        return KafkaReplies(group, partition, producer, settings.topic_prefix)

    return Leadership(writers, group_for, replies_for, dead_letters)


def _client() -> str:
    return f"{SERVICE}-{socket.gethostname()}"


def _utc_now() -> datetime:
    return datetime.now(UTC)
