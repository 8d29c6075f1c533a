"""`rma-writer`: decides the commands to the logs of cases that fall to it, and follows all of them and the ledgers."""

import asyncio
import time
from typing import NoReturn

from contracts.outcomes import Accepted, Rejected
from contracts.rma.events import RmaEvent
from contracts.topics import CASE_COMMAND_TOPICS, CASE_EVENTS, CASE_OUTCOMES, EVENTS, HANDOVERS, topic_name
from rma.adapters.metrics import writer_metrics
from rma.application.writing.case_log import ReceivedCommand, case_log
from rma.application.writing.followed_ledger import LedgerFollower, followed_ledger
from rma.application.writing.senders import Senders
from rma.domain.state import Cases
from runtime import tracing
from runtime.eventlog import snapshot_commands
from runtime.eventlog.snapshots import SnapshotFolder, Snapshots
from runtime.eventlog.writer_process import WriterProcess
from runtime.kafka import Connection, PartitionTail
from runtime.logs import configure, get_logger
from runtime.process import run
from runtime.settings import load
from runtime.writer_settings import WriterSettings

SERVICE = "rma-writer"

_log = get_logger("rma.writer")


def main() -> NoReturn:
    """Run until SIGTERM. What was read by then is answered; the next writer goes on with the command after it."""
    arguments = snapshot_commands.parser(SERVICE, __doc__).parse_args()
    settings = load(WriterSettings)
    if arguments.command == "snapshots":
        snapshot_commands.answer(SERVICE, arguments, lambda: process(settings).snapshots_of(settings))
    configure(SERVICE, settings.log_level)
    tracing.begin(SERVICE, settings)
    _log.info("settings", **settings.describe())
    run(lambda stop: serve(settings, stop))


async def serve(settings: WriterSettings, stop: asyncio.Event) -> None:
    """Follow every log of cases and its ledger, lead those that the group gives us."""
    await process(settings).serve(settings, stop)


def process(settings: WriterSettings) -> WriterProcess[Cases, ReceivedCommand, RmaEvent, Accepted | Rejected]:
    folder = settings.snapshots()
    ledgers = {number: _follower(settings, number, folder) for number in range(settings.ledgers)}
    return WriterProcess(
        service=SERVICE,
        noun="ledger",
        logs=settings.ledgers,
        command_topics=tuple(topic.name for topic in CASE_COMMAND_TOPICS),
        events_topic=CASE_EVENTS.name,
        outcomes_topic=CASE_OUTCOMES.name,
        outcome_partitions=CASE_OUTCOMES.partitions,
        handovers_topic=HANDOVERS.name,
        definition=lambda number: case_log(number, ledgers[number]),
        decode_command=senders(settings).received,
        observer=writer_metrics,
        companions=ledgers,
        snapshots=folder,
        session_seconds=settings.group_session_seconds,
    )


def senders(settings: WriterSettings) -> Senders:
    """Who may send what, and the keys that prove it; raises SettingsWrong or OSError."""
    return Senders(topic_prefix=settings.topic_prefix, keys=settings.keys(), tokens=settings.tokens(), clock=time.time)


def _follower(settings: WriterSettings, ledger: int, folder: SnapshotFolder | None) -> LedgerFollower:
    events, log = topic_name(EVENTS, settings.topic_prefix), followed_ledger(ledger)
    tail = PartitionTail(Connection.from_settings(settings), events, ledger, 0)
    return LedgerFollower(log, tail, None if folder is None else Snapshots(log, folder))


if __name__ == "__main__":
    main()
