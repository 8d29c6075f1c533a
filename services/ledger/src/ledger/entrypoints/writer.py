"""`ledger-writer`: decides the commands of the ledgers that fall to it, and follows all of them."""

import asyncio
import time
from pathlib import Path
from typing import NoReturn

from contracts.events import Event
from contracts.outcomes import Accepted, Rejected
from contracts.topics import CASE_EVENTS, COMMAND_TOPICS, EVENTS, HANDOVERS, OUTCOMES, topic_name
from ledger.adapters.metrics import writer_metrics
from ledger.application.writing.followed_cases import CaseFollower, FollowedCases, followed_cases
from ledger.application.writing.ledger_log import ledger_log
from ledger.application.writing.received_command import ReceivedCommand
from ledger.application.writing.senders import Senders
from ledger.domain.state import Ledger
from runtime import tracing, writer_settings
from runtime.ca_files import read_authorities
from runtime.eventlog import snapshot_commands
from runtime.eventlog.writer_process import WriterProcess
from runtime.kafka import Connection, PartitionTail
from runtime.logs import configure, get_logger
from runtime.process import run
from runtime.settings import load

SERVICE = "ledger-writer"

_log = get_logger("ledger.writer")


class WriterSettings(writer_settings.WriterSettings):
    """Return documents are verified as `ledger-api` does, by the same settings."""

    device_ca_file: Path
    generation_ca_file: Path


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
    """Follow every ledger, lead those that the group gives us."""
    await process(settings).serve(settings, stop)


def process(settings: WriterSettings) -> WriterProcess[Ledger, ReceivedCommand, Event, Accepted | Rejected]:
    cases = {number: _followed_cases(settings, number) for number in range(settings.ledgers)}
    return WriterProcess(
        service=SERVICE,
        noun="ledger",
        logs=settings.ledgers,
        command_topics=tuple(topic.name for topic in COMMAND_TOPICS),
        events_topic=EVENTS.name,
        outcomes_topic=OUTCOMES.name,
        outcome_partitions=OUTCOMES.partitions,
        handovers_topic=HANDOVERS.name,
        definition=lambda number: ledger_log(number, cases[number]),
        decode_command=senders(settings).received,
        observer=writer_metrics,
        companions=cases,
        snapshots=settings.snapshots(),
        session_seconds=settings.group_session_seconds,
    )


def senders(settings: WriterSettings) -> Senders:
    """Who may send what, and the keys and authorities that prove it; raises SettingsWrong or OSError."""
    return Senders(
        topic_prefix=settings.topic_prefix,
        keys=settings.keys(),
        tokens=settings.tokens(),
        trusted=read_authorities(device=settings.device_ca_file, generation=settings.generation_ca_file),
        clock=time.time,
    )


def _followed_cases(settings: WriterSettings, ledger: int) -> FollowedCases:
    events = topic_name(CASE_EVENTS, settings.topic_prefix)
    tail = PartitionTail(Connection.from_settings(settings), events, ledger, 0)
    return FollowedCases(CaseFollower(followed_cases(ledger), tail))
