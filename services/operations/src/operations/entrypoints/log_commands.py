"""`licensingctl backup`, `restore` and `verify`."""

from argparse import Namespace
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from contracts.topics import BACKED_UP, topic_name
from operations.adapters.live_log import KafkaLog
from operations.adapters.progress import Progress, WatchedLog, WatchedStore
from operations.application.backup import Wanted, back_up, planned
from operations.application.ports import LiveLog
from operations.application.restore import missing, restore
from operations.application.verify import verify_backup, verify_live
from operations.domain.log_verification import ChainReport
from operations.entrypoints.places import to_read, to_write
from operations.entrypoints.settings import OperationsSettings
from runtime.answers import Answer, table
from runtime.kafka import Connection, Partition


async def backup(arguments: Namespace, settings: OperationsSettings) -> Answer:
    """Bring the backup up to the ends that the logs have now."""
    wanted, progress = _backed_up(settings), Progress()
    async with _brokers(settings, progress) as live:
        if arguments.dry_run:
            copied = await planned(live, to_read(arguments.place, settings), wanted)
        else:
            with to_write(arguments.place, settings) as store:
                copied = await back_up(
                    live, WatchedStore(store, progress), wanted, taken=datetime.now(UTC).isoformat(timespec="seconds")
                )
    rows = [(f"{one.partition.topic}/{one.partition.number}", one.records, one.next_offset) for one in copied]
    facts = [{"partition": name, "added": added, "next_offset": end} for name, added, end in rows]
    lines = table([("PARTITION", "TO ADD" if arguments.dry_run else "ADDED", "NEXT OFFSET"), *rows])
    return Answer({"place": arguments.place, "partitions": facts, "dry_run": arguments.dry_run}, lines)


async def bring_back(arguments: Namespace, settings: OperationsSettings) -> Answer:
    """Write a backup into empty topics, each record at the offset that it had."""
    progress = Progress()
    async with _brokers(settings, progress) as live:
        store = WatchedStore(to_read(arguments.place, settings), progress)
        restored = await (missing if arguments.dry_run else restore)(live, store, _backed_up(settings))
    rows = [(f"{one.partition.topic}/{one.partition.number}", one.written, one.present) for one in restored]
    facts = [{"partition": name, "written": written, "present": present} for name, written, present in rows]
    lines = table([("PARTITION", "TO WRITE" if arguments.dry_run else "WRITTEN", "THERE ALREADY"), *rows])
    return Answer({"partitions": facts, "dry_run": arguments.dry_run}, lines)


async def verify(arguments: Namespace, settings: OperationsSettings) -> Answer:
    """Check that the logs are one chain each, under the trees that the signer signed."""
    keys, prefix, progress = settings.log_keys(), settings.topic_prefix, Progress()
    if arguments.place is not None:
        store = WatchedStore(to_read(arguments.place, settings), progress)
        reports = await verify_backup(store, prefix=prefix, keys=keys)
    else:
        async with _brokers(settings, progress) as live:
            reports = await verify_live(live, prefix=prefix, ledgers=settings.ledgers, keys=keys)
    return Answer({"logs": [one.facts() for one in reports]}, table([_TITLES, *map(_row, reports)]))


@asynccontextmanager
async def _brokers(settings: OperationsSettings, progress: Progress) -> AsyncGenerator[LiveLog]:
    async with KafkaLog.of(Connection.from_settings(settings)) as log:
        yield WatchedLog(log, progress)


def _backed_up(settings: OperationsSettings) -> list[Wanted]:
    return [
        Wanted(Partition(topic_name(topic, settings.topic_prefix), number), is_gapless=topic.cleanup == "delete")
        for topic in BACKED_UP
        for number in range(topic.partitions * (settings.ledgers if topic.per_ledger else 1))
    ]


_TITLES = ("LOG", "ENTRIES", "OTHER RECORDS", "SIGNED UP TO", "LAST ENTRY'S HASH")


def _row(report: ChainReport) -> tuple[object, ...]:
    signed = "not compared" if report.checkpoint is None else report.checkpoint
    return (report.name, report.sequence, report.orphans, signed, report.head)
