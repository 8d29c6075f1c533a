"""`audio-projector`: keeps the table of conversions at the end of their log; `rebuild` drops and fills it first."""

from collections.abc import Mapping
from typing import Any

from audio.adapters.postgres.database import READ_SIDE
from audio.adapters.postgres.projection import JobRows
from contracts.topics import AUDIO_EVENTS, topic_name
from runtime.kafka import Partition
from runtime.projection.partition_follower import Target
from runtime.projection.poison import PoisonBox
from runtime.projection.process import Projector
from runtime.projection.settings import ProjectorSettings


def main() -> None:
    """Console script."""
    PROJECTOR.main(__doc__)


def _targets(settings: ProjectorSettings, pool: Any, poison: PoisonBox) -> Mapping[Partition, Target]:
    """The rows of each partition's conversions."""
    events = topic_name(AUDIO_EVENTS, settings.topic_prefix)
    return {Partition(events, number): JobRows(pool, number, poison) for number in range(AUDIO_EVENTS.partitions)}


PROJECTOR = Projector(service="audio-projector", settings=ProjectorSettings, read_side=READ_SIDE, targets=_targets)
serve, rebuild = PROJECTOR.serve, PROJECTOR.rebuild

if __name__ == "__main__":
    main()
