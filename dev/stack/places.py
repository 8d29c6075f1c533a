"""Where the local stack keeps its things."""

import os
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STATE = ROOT / ".state"


def user_cache() -> Path:
    """What every checkout of a user may share; it holds only what can be fetched again."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "innovaphone-licensing"


def remove(folder: Path) -> None:
    """Remove a state folder, and what links inside it lead to (see `postgres.cluster`: its data may lie elsewhere)."""
    if not folder.exists():
        return
    for entry in folder.iterdir():
        if entry.is_symlink() and entry.is_dir():
            shutil.rmtree(entry.resolve())
    shutil.rmtree(folder)
