"""`ledger-projector`: keeps the tables of the read side at the end of the log; `rebuild` drops and fills them first."""

from collections.abc import Mapping
from typing import Any

from contracts.topics import EVENTS, LICENSE_FILES, RETURN_RECEIPTS, SUPPORT_CASES, topic_name
from ledger.adapters.postgres.database import READ_SIDE
from ledger.adapters.postgres.projection.store import PostgresProjection
from ledger.application.projection.document_rows import DocumentRows
from ledger.application.projection.documents import license_file, return_receipt
from ledger.application.projection.ledger_rows import ledger_rows
from ledger.application.projection.support_cases import SupportCaseRows
from ledger.entrypoints.projector.settings import ProjectorSettings
from runtime.kafka import Partition
from runtime.license_keys import read_license_keys
from runtime.projection.partition_follower import Target
from runtime.projection.poison import PoisonBox
from runtime.projection.process import Projector


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


PROJECTOR = Projector(service="ledger-projector", settings=ProjectorSettings, read_side=READ_SIDE, targets=_targets)
serve, rebuild = PROJECTOR.serve, PROJECTOR.rebuild
