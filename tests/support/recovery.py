"""How long it took to come back, and at which size: what the long fault tests measure, for docs/operations.md."""

import time
from collections.abc import Generator
from contextlib import contextmanager

from contracts.topics import EVENTS, topic_name
from dev.stack import places
from dev.stack.parts import Kit
from runtime.kafka import Connection, PartitionTail
from tests.support.campaign import LONG

FILE = places.STATE / "recovery.txt"


@contextmanager
def measured(what: str, *, size: str) -> Generator[None]:
    """The time from what an operator does to where the block ends, as a line of the file."""
    began = time.monotonic()
    yield
    if LONG:
        with FILE.open("a", encoding="utf-8") as file:
            file.write(f"{what}; {size}: {time.monotonic() - began:.1f} s\n")


async def entries_of(kit: Kit) -> str:
    """How long the log of the running stack is."""
    return await entries_on(kit.broker().connection("auditor"), topic_name(EVENTS))


async def entries_on(connection: Connection, topic: str) -> str:
    """How long the log of ledger 0 on this topic is."""
    async with PartitionTail(connection, topic, 0, 0) as log:
        return f"{await log.end_offset():,} entries"
