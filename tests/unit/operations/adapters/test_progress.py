"""What a long backup, restore or verification says while it works."""

from pathlib import Path

from operations.adapters.folder import Folder
from operations.adapters.progress import EVERY_SECONDS, Progress, WatchedLog, WatchedStore
from operations.application.backup import Wanted, back_up
from operations.application.restore import restore
from runtime.kafka import Partition
from tests.support.operations.memory_log import MemoryLog, records

LOG = Partition("ledger.events", 0)


class Clock:
    """Each look at it finds it `step` seconds later."""

    def __init__(self, step: float) -> None:
        self._now, self._step = 0.0, step

    def __call__(self) -> float:
        self._now += self._step
        return self._now


async def _said(step: float, place: Path) -> list[str]:
    """What a backup of two records, and its restore into an empty topic, say."""
    said: list[str] = []
    progress = Progress(said.append, Clock(step))
    store = WatchedStore(Folder(place), progress)
    wanted = [Wanted(LOG, is_gapless=True)]
    await back_up(WatchedLog(MemoryLog(*records(LOG, b"a", b"b")), progress), store, wanted, taken="now")
    await restore(WatchedLog(MemoryLog(), progress), store, wanted)
    return said


async def test_each_part_says_how_far_it_is(tmp_path: Path) -> None:
    said = await _said(EVERY_SECONDS, tmp_path)

    assert "ledger.events/0: read up to offset 2 of 2" in said
    assert "backup: 2 files written, manifest.json last" in said
    assert "ledger.events/0: 2 records written" in said


async def test_a_short_one_says_nothing(tmp_path: Path) -> None:
    assert await _said(EVERY_SECONDS / 1_000, tmp_path) == []
