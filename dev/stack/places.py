"""Where the local stack keeps its things."""

import os
import shutil
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STATE = ROOT / ".state"
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of one's own is made in it
MEMORY_BYTES = 4 * 1024**3
"""Free at least, or the disk is used; a run of the tests has some hundred MiB at once."""


def user_cache() -> Path:
    """What every checkout of a user may share; it holds only what can be fetched again."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "innovaphone-licensing"


def make_in_memory(folder: Path) -> None:
    """Make a folder whose files need no disk: a link into memory, where the machine has that and room in it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > MEMORY_BYTES:
        folder.symlink_to(tempfile.mkdtemp(prefix="licensing-", dir=MEMORY))
    else:
        folder.mkdir()


def remove(folder: Path) -> None:
    """Remove a state folder, and what links inside it lead to: data may lie elsewhere."""
    if not folder.exists():
        return
    for place, folders, _ in os.walk(folder):
        for one in (Path(place, name) for name in folders):
            if one.is_symlink():
                remove(one.resolve())
    shutil.rmtree(folder)
