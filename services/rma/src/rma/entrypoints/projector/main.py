"""`rma-projector`: keeps the tables of RMA cases at the end of their log; `rebuild` drops and fills them first."""

from collections.abc import Mapping
from typing import Any

from contracts.rma.entries import RMA_ENTRIES, source_of
from contracts.topics import CASE_EVENTS, topic_name
from rma.adapters.postgres.database import READ_SIDE
from rma.adapters.postgres.projection import PostgresCases
from rma.entrypoints.projector.settings import ProjectorSettings
from runtime.kafka import Partition
from runtime.projection.log_rows import LogRows, ProjectedLog
from runtime.projection.partition_follower import Target
from runtime.projection.poison import PoisonBox
from runtime.projection.process import Projector


def main() -> None:
    """Console script."""
    _PROJECTOR.main(__doc__)


def _targets(settings: ProjectorSettings, pool: Any, poison: PoisonBox) -> Mapping[Partition, Target]:
    """The rows of each ledger's cases."""
    store, events = PostgresCases(pool), topic_name(CASE_EVENTS, settings.topic_prefix)
    return {Partition(events, number): LogRows(store, _log(number), poison) for number in range(settings.ledgers)}


def _log(number: int) -> ProjectedLog[Any]:
    return ProjectedLog(number=number, source=source_of(number), entries=RMA_ENTRIES)


_PROJECTOR = Projector(service="rma-projector", settings=ProjectorSettings, read_side=READ_SIDE, targets=_targets)
serve, rebuild = _PROJECTOR.serve, _PROJECTOR.rebuild
