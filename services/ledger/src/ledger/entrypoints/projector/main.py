"""`ledger-projector`: keeps the tables of the read side at the end of the log; `rebuild` drops and fills them first."""

import asyncio
import socket
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from contracts.topics import EVENTS, LICENSE_FILES, RETURN_RECEIPTS, SUPPORT_CASES, topic_name
from ledger.adapters.device_activity import DeviceActivityReader
from ledger.adapters.postgres.books import PostgresBooks
from ledger.adapters.postgres.database import READ_SIDE
from ledger.adapters.postgres.device_sightings import DeviceSightings
from ledger.adapters.postgres.projection.store import PostgresProjection
from ledger.application.projection.books import compare
from ledger.application.projection.document_rows import DocumentRows
from ledger.application.projection.documents import license_file, return_receipt
from ledger.application.projection.ledger_rows import ledger_rows
from ledger.application.projection.support_cases import SupportCaseRows
from ledger.entrypoints.projector.settings import ProjectorSettings
from runtime.dead_letters import BuriedOnce, DeadLetters
from runtime.kafka import Connection, Partition, Producer
from runtime.license_keys import read_license_keys
from runtime.projection.partition_follower import Target
from runtime.projection.poison import PoisonBox
from runtime.projection.process import Projector
from runtime.reader_lag import ReaderLag

SERVICE = "ledger-projector"


def main() -> None:
    """Console script."""
    PROJECTOR.main(__doc__)


def _targets(settings: ProjectorSettings, pool: Any, poison: PoisonBox) -> Mapping[Partition, Target]:
    """The rows of each ledger, those of the signer's documents, and the cases of the help desk."""
    store, events = PostgresProjection(pool), topic_name(EVENTS, settings.topic_prefix)
    found: dict[Partition, Target] = {
        Partition(events, ledger): ledger_rows(store, ledger, poison) for ledger in range(settings.ledgers)
    }
    trusted = read_license_keys(settings.license_keys_file)
    for topic, read in ((LICENSE_FILES, license_file), (RETURN_RECEIPTS, return_receipt)):
        for number in range(topic.partitions):
            partition = Partition(topic_name(topic, settings.topic_prefix), number)
            found[partition] = DocumentRows(store, partition, read, poison, trusted)
    for number in range(SUPPORT_CASES.partitions):
        partition = Partition(topic_name(SUPPORT_CASES, settings.topic_prefix), number)
        found[partition] = SupportCaseRows(store, partition, poison)
    return found


async def _beside(settings: ProjectorSettings, pool: Any, lag: ReaderLag) -> None:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_follow_sightings(settings, pool, lag))
        tasks.create_task(compare(PostgresBooks(pool), settings.ledgers, every_seconds=settings.compare_seconds))


async def _follow_sightings(settings: ProjectorSettings, pool: Any, lag: ReaderLag) -> None:
    """Keep when devices were last seen."""
    connection = Connection.from_settings(settings)
    async with Producer(connection, client_id=f"{SERVICE}-sightings-{socket.gethostname()}") as producer:
        letters = DeadLetters(producer, topic_prefix=settings.topic_prefix, service=SERVICE)
        reader = DeviceActivityReader(
            connection,
            DeviceSightings(pool),
            BuriedOnce(connection, letters),
            topic_prefix=settings.topic_prefix,
            clock=lambda: datetime.now(UTC),
        )
        lag.watch(reader.places)
        await reader.run()


PROJECTOR = Projector(
    service=SERVICE, settings=ProjectorSettings, read_side=READ_SIDE, targets=_targets, beside=_beside
)
serve, rebuild = PROJECTOR.serve, PROJECTOR.rebuild
