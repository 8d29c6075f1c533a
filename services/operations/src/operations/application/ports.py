"""What backup and restore need of the places that they copy between."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Protocol

from runtime.kafka import Partition, Record


class Store(Protocol):
    """Where a backup lies: contents by name. A content is there whole or not at all. Raises OSError."""

    def read(self, name: str) -> bytes | None:
        """The content, or None if there is none of this name."""
        ...

    def write(self, name: str, content: bytes) -> None:
        """Durable when this returns; takes the place of what was there."""
        ...

    def remove(self, name: str) -> None:
        """Again is harmless."""
        ...


class LiveLog(Protocol):
    """Topics on brokers. Raises Trouble while they are away."""

    async def edges(self, partitions: Collection[Partition]) -> Mapping[Partition, tuple[int, int]]:
        """The offsets of the oldest record and of the next one, asked for in one question."""
        ...

    def read(self, partition: Partition, first: int, end: int) -> AsyncIterator[Sequence[Record]]:
        """The records from offset `first` on, and before `end`."""
        ...

    async def append(self, partition: Partition, records: Sequence[Record]) -> None:
        """Append them in order, with their times; durable when this returns."""
        ...
