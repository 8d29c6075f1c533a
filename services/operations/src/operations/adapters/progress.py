"""Says how far a long command is: a line every few seconds on stderr, and nothing of a short one."""

import sys
import time
from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence

from operations.application.ports import LiveLog, Store
from runtime.kafka import Partition, Record

EVERY_SECONDS = 5.0


def to_stderr(line: str) -> None:
    """Say it at once, beside the answer on stdout."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


class Progress:
    """Counts what goes through the places that it watches. `clock` is in seconds and never goes back."""

    def __init__(self, say: Callable[[str], None] = to_stderr, clock: Callable[[], float] = time.monotonic) -> None:
        self._say = say
        self._clock = clock
        self._said_at = clock()

    def say(self, line: str) -> None:
        """Say it, unless something was said a moment ago."""
        now = self._clock()
        if now - self._said_at >= EVERY_SECONDS:
            self._said_at = now
            self._say(line)


class WatchedLog:
    """Implements LiveLog around another one."""

    def __init__(self, log: LiveLog, progress: Progress) -> None:
        self._log = log
        self._progress = progress
        self._written: dict[Partition, int] = {}

    async def edges(self, partitions: Collection[Partition]) -> Mapping[Partition, tuple[int, int]]:
        return await self._log.edges(partitions)

    async def read(self, partition: Partition, first: int, end: int) -> AsyncGenerator[Sequence[Record]]:
        async for records in self._log.read(partition, first, end):
            self._progress.say(f"{_name(partition)}: read up to offset {records[-1].offset + 1:,} of {end:,}")
            yield records

    async def append(self, partition: Partition, records: Sequence[Record]) -> None:
        await self._log.append(partition, records)
        written = self._written[partition] = self._written.get(partition, 0) + len(records)
        self._progress.say(f"{_name(partition)}: {written:,} records written")


class WatchedStore:
    """Implements Store around another one."""

    def __init__(self, store: Store, progress: Progress) -> None:
        self._store = store
        self._progress = progress
        self._read = self._written = 0

    async def read(self, name: str) -> bytes | None:
        content = await self._store.read(name)
        self._read += 1
        self._progress.say(f"backup: {self._read:,} files read, {name} last")
        return content

    async def write(self, name: str, content: bytes) -> None:
        await self._store.write(name, content)
        self._written += 1
        self._progress.say(f"backup: {self._written:,} files written, {name} last")

    async def remove(self, name: str) -> None:
        await self._store.remove(name)


def _name(partition: Partition) -> str:
    return f"{partition.topic}/{partition.number}"
