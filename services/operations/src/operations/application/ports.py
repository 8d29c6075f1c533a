"""What backup and restore need of the places that they copy between."""

import errno
import os
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Protocol

from runtime.kafka import Partition, Record

MAX_BYTES = 128 * 1024 * 1024
"""A larger content is none that a backup wrote, and no store reads it."""


def file_too_large(name: str) -> OSError:
    """What a store raises for a content of more than MAX_BYTES."""
    return OSError(errno.EFBIG, os.strerror(errno.EFBIG), name)


class Store(Protocol):
    """Where a backup lies: contents by name. A content is there whole or not at all. Raises OSError or Trouble."""

    async def read(self, name: str) -> bytes | None:
        """The content, or None if there is none of this name."""
        ...

    async def write(self, name: str, content: bytes) -> None:
        """Durable when this returns; takes the place of what was there."""
        ...

    async def remove(self, name: str) -> None:
        """Again is harmless."""
        ...


class LiveLog(Protocol):
    """Topics on brokers. Raises Trouble while they are away, NotAllowed for what the user may not."""

    async def edges(self, partitions: Collection[Partition]) -> Mapping[Partition, tuple[int, int]]:
        """The offsets of the oldest record and of the next one, asked for in one question."""
        ...

    def read(self, partition: Partition, first: int, end: int) -> AsyncIterator[Sequence[Record]]:
        """The records from offset `first` on, and before `end`."""
        ...

    async def append(self, partition: Partition, records: Sequence[Record]) -> None:
        """Append them in order, with their times; durable when this returns."""
        ...
