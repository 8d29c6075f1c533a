"""How long it took to come back: what the long fault tests measure, for docs/operations.md."""

import time
from collections.abc import Generator
from contextlib import contextmanager

from dev.stack import places
from tests.support.campaign import LONG

FILE = places.STATE / "recovery.txt"


@contextmanager
def measured(what: str) -> Generator[None]:
    """The time from what an operator does to where the block ends, as a line of the file."""
    began = time.monotonic()
    yield
    if LONG:
        with FILE.open("a", encoding="utf-8") as file:
            file.write(f"{what}: {time.monotonic() - began:.1f} s\n")
