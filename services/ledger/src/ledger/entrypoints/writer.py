"""`ledger-writer`: decides the commands of the ledgers that fall to it, and follows all of them."""

import asyncio
from typing import Annotated, NoReturn

from pydantic import Field

from contracts.commands import CommandRecord
from contracts.events import Event
from contracts.outcomes import Accepted, Rejected
from contracts.topics import COMMANDS, EVENTS, OUTCOMES
from ledger.adapters.metrics import writer_metrics
from ledger.application.writing.ledger_log import decode_command, ledger_log
from ledger.domain.state import Ledger
from runtime.eventlog.writer_process import WriterProcess
from runtime.logs import configure, get_logger
from runtime.process import run
from runtime.settings import Settings, load

SERVICE = "ledger-writer"

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
    await process(settings).serve(settings, stop)


def process(settings: WriterSettings) -> WriterProcess[Ledger, CommandRecord, Event, Accepted | Rejected]:
    return WriterProcess(
        service=SERVICE,
        noun="ledger",
        logs=settings.ledgers,
        commands_topic=COMMANDS.name,
        events_topic=EVENTS.name,
        outcomes_topic=OUTCOMES.name,
        outcome_partitions=OUTCOMES.partitions,
        definition=ledger_log,
        decode_command=decode_command,
        observer=writer_metrics,
        session_seconds=settings.group_session_seconds,
    )
