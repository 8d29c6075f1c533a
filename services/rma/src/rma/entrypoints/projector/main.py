"""`rma-projector`: keeps the tables of RMA cases at the end of their log; `rebuild` drops and fills them first."""

from collections.abc import Mapping
from typing import Any

from contracts.log.set_aside import named
from contracts.log.stopped_reading import StoppedReading
from contracts.rma.entries import RMA_ENTRIES, source_of
from contracts.rma.events import RmaEvent
from contracts.topics import CASE_EVENTS, topic_name
from rma.adapters.postgres.database import READ_SIDE
from rma.adapters.postgres.projection import PostgresCases
from rma.entrypoints.projector.settings import ProjectorSettings
from runtime.kafka import Partition
from runtime.projection.log_rows import LogRows, ProjectedLog, SettingAsideByRows
from runtime.projection.partition_follower import Target
from runtime.projection.poison import PoisonBox
from runtime.projection.process import Projector


def main() -> None:
    """Console script."""
    PROJECTOR.main(__doc__)


def _targets(settings: ProjectorSettings, pool: Any, poison: PoisonBox) -> Mapping[Partition, Target]:
    """The rows of each ledger's cases."""
    store, events = PostgresCases(pool), topic_name(CASE_EVENTS, settings.topic_prefix)
    about: SettingAsideByRows[RmaEvent] = SettingAsideByRows(store=store, named=named, behind=StoppedReading)

    def rows(number: int) -> LogRows[RmaEvent]:
        log = ProjectedLog(number=number, source=source_of(number), entries=RMA_ENTRIES, set_aside=about)
        return LogRows(store, log, poison)

    return {Partition(events, number): rows(number) for number in range(settings.ledgers)}


PROJECTOR = Projector(service="rma-projector", settings=ProjectorSettings, read_side=READ_SIDE, targets=_targets)
serve, rebuild = PROJECTOR.serve, PROJECTOR.rebuild
