"""The broker's jars, as `dev/setup` fetched them, and the archive of their classes that it made."""

import hashlib
from pathlib import Path

from dev.stack.error import StackError
from dev.stack.places import user_cache

HERE = Path(__file__).resolve().parent


def folder() -> Path:
    """Where the jars of this pom.xml and this jars.sha256 lie; a change of either makes a new folder."""
    digest = hashlib.sha256((HERE / "pom.xml").read_bytes() + (HERE / "jars.sha256").read_bytes())
    found = user_cache() / f"kafka-{digest.hexdigest()[:16]}"
    if not found.is_dir():
        raise StackError("The Kafka jars are not there yet; run `make setup`.")
    return found


def class_archive() -> Path:
    """Classes as a broker has loaded them (see `class_archive.py`), where that was made."""
    jars = folder()
    return jars.with_name(f"{jars.name}.jsa")
