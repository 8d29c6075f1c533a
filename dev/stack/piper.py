"""Piper and its voice, as `dev/setup.sh` installed them."""

import hashlib
import sys
from pathlib import Path

from dev.stack.error import StackError
from dev.stack.places import ROOT, user_cache


def folder() -> Path:
    """Where the program of this lock lies, for this Python."""
    digest = hashlib.sha256((ROOT / "requirements" / "piper.txt").read_bytes()).hexdigest()[:16]
    found = user_cache() / f"piper-{digest}-{sys.version_info.major}.{sys.version_info.minor}"
    if not voices_in(found).is_dir():
        raise StackError("Piper is not there yet; run `make setup`.")
    return found


def program() -> Path:
    return folder() / "bin" / "piper"


def voices() -> Path:
    """A file of each voice, what it is like, and its licence."""
    return voices_in(folder())


def voices_in(folder: Path) -> Path:
    return folder / "voices"
