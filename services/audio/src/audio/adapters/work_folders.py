"""A worker's folder of folders: what a killed worker left behind is removed by the next one that starts."""

import fcntl
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

_LOCK = "lock"


@contextmanager
def work_folder(base: Path) -> Generator[Path]:
    """A folder of this process below `base`, gone afterwards; those of dead processes are removed first."""
    base.mkdir(parents=True, exist_ok=True, mode=0o700)
    _remove_abandoned(base)
    mine = Path(mkdtemp(prefix="worker-", dir=base))
    try:
        with (mine / _LOCK).open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield mine
    finally:
        shutil.rmtree(mine, ignore_errors=True)


def _remove_abandoned(base: Path) -> None:
    """A living process holds the lock of its folder; the kernel lets go of a dead one's."""
    for folder in base.glob("worker-*"):
        try:
            with (folder / _LOCK).open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue
