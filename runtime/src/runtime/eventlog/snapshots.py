"""The snapshots of one log in a folder: written now and then, and where the next start begins.

The log stays the truth (decision D4). A snapshot counts only if a key of the writer proves it, if the very code that
runs made its state, and if the record at its place in the log is its last entry; any other one is set aside, and the
log is read from its first entry. Nobody waits for a snapshot: it is made of immutable values, in pieces of some
milliseconds with rests between them, and the disk is another thread's.
"""

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Generic, Protocol

from contracts.log.envelope import entry_hash
from runtime.eventlog import snapshot_file
from runtime.eventlog.definition import Event, ReadLog, State
from runtime.eventlog.log_replica import LogReplica
from runtime.eventlog.snapshot_file import Snapshot, SnapshotUnusable
from runtime.logs import get_logger

KEPT = 2
"""Snapshots of a log: the newest, and the one before it for when that is unusable. So many unusable ones stay, too."""
LOOK_SECONDS = 1.0
"""How often it is asked whether a snapshot is due."""
REST = 4
"""After each piece, so many times as long is left to the commands: a snapshot takes a fifth of a core at most."""
MAX_BYTES = 2 * 1024**3
"""A bigger file is none of ours."""
SUFFIX, UNFINISHED, UNUSABLE = ".snapshot", ".unfinished", ".unusable"

_log = get_logger("runtime.eventlog")
RecordAt = Callable[[int], Awaitable[bytes | None]]
"""The value of the log's record at an offset, or None if there is none; raises Trouble."""
Now = Callable[[], Snapshot[State, Event] | None]
"""What a reader knows now, or None while it has not read all that there was or has stopped."""


class SnapshotObserver(Protocol):
    """Takes notice for the operators; never fails, never waits."""

    def snapshot(self, sequence: int, taken: datetime) -> None:
        """Another snapshot is the newest at which a start can begin."""
        ...


@dataclass(frozen=True, slots=True)
class SnapshotFolder:
    """Where a process keeps its snapshots, with the keys that prove them, the newest first.

    One is taken when there are `every` entries more than in the last one.
    """

    path: Path
    keys: Sequence[bytes]
    every: int


@dataclass(slots=True)
class Snapshots(Generic[State, Event]):
    """The snapshots of one log; `sequence` is what the last one was taken at, or tried."""

    log: ReadLog[State, Event]
    folder: SnapshotFolder
    sequence: int = 0

    def files(self) -> list[Path]:
        """The snapshots that are there, the newest first."""
        return self._named(SUFFIX)

    def all_files(self) -> list[Path]:
        """Those and what is unfinished or unusable."""
        return [file for suffix in (SUFFIX, UNFINISHED, UNUSABLE) for file in self._named(suffix)]

    async def restored(self, record_at: RecordAt, observer: SnapshotObserver) -> Snapshot[State, Event] | None:
        """The newest snapshot that the log bears out; others are set aside. Raises Trouble if the log can't be read."""
        await asyncio.to_thread(self._tidy)
        for file in self.files():
            try:
                snapshot = await self.checked(file, record_at)
            except (SnapshotUnusable, OSError) as reason:
                _log.warning("snapshot_set_aside", log=self.log.source, file=file.name, reason=str(reason))
                await asyncio.to_thread(self._set_aside, file)
                continue
            self.sequence = snapshot.replica.chain.sequence
            observer.snapshot(self.sequence, snapshot.taken)
            _log.info("snapshot_restored", log=self.log.source, sequence=self.sequence, taken=str(snapshot.taken))
            return snapshot
        return None

    async def checked(self, file: Path, record_at: RecordAt) -> Snapshot[State, Event]:
        """A snapshot, if a start can begin at it; raises SnapshotUnusable, OSError and Trouble."""
        snapshot = await asyncio.to_thread(self._read, file)
        chain, offset = snapshot.replica.chain, snapshot.replica.offset
        value = await record_at(offset)
        if value is None:
            raise SnapshotUnusable(f"the log has no record at {offset}, where it says that entry {chain.sequence} is")
        if entry_hash(value) != chain.head or self._sequence_of(value) != chain.sequence:
            raise SnapshotUnusable(f"the log's record at {offset} is not entry {chain.sequence} that it rests on")
        return snapshot

    async def keep(self, now: Now[State, Event], observer: SnapshotObserver) -> None:
        """Take one whenever it is due. Never returns; a disk that takes none costs only a slower start."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            snapshot = now()
            if snapshot is None or snapshot.replica.chain.sequence - self.sequence < self.folder.every:
                continue
            try:
                await self.take(snapshot)
            except OSError as reason:
                _log.warning("snapshot_failed", log=self.log.source, reason=str(reason))
            else:
                observer.snapshot(self.sequence, snapshot.taken)

    async def take(self, snapshot: Snapshot[State, Event]) -> Path:
        """Write it, whatever its reader reads meanwhile; the file that is there then. Raises OSError."""
        began = time.monotonic()
        snapshot = replace(snapshot, replica=snapshot.replica.copy())
        self.sequence = snapshot.replica.chain.sequence
        file = self.folder.path / f"{self._stem}-{self.sequence:020}{SUFFIX}"
        async with _new_file(file) as opened:
            pieces = snapshot_file.blocks(snapshot, self.folder.keys[0])
            while True:
                piece_began = time.perf_counter()
                piece = next(pieces, None)
                rest = (time.perf_counter() - piece_began) * REST
                if piece is None:
                    break
                await asyncio.to_thread(opened.write, piece)
                await asyncio.sleep(rest)
        await asyncio.to_thread(self._drop, self.files()[KEPT:])
        seconds = round(time.monotonic() - began, 3)
        size = file.stat().st_size
        _log.info("snapshot_taken", log=self.log.source, sequence=self.sequence, bytes=size, seconds=seconds)
        return file

    def remove(self) -> None:
        """Take all of them away: the next start reads the log from its first entry."""
        self.sequence = 0
        self._drop(self.all_files())

    @property
    def _stem(self) -> str:
        return self.log.source.strip("/").replace("/", "-")

    def _named(self, suffix: str) -> list[Path]:
        return sorted(self.folder.path.glob(f"{self._stem}-{'[0-9]' * 20}{suffix}"), reverse=True)

    def _read(self, file: Path) -> Snapshot[State, Event]:
        with file.open("rb") as opened:
            content = opened.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise SnapshotUnusable(f"it has more than {MAX_BYTES} bytes")
        return snapshot_file.read(content, self.log, self.folder.keys)

    def _sequence_of(self, value: bytes) -> int:
        """The record was an entry when it was read, and its hash is the same."""
        return self.log.entries.decode(value).sequence

    def _tidy(self) -> None:
        """Take away what a process that was killed has left."""
        self._drop(self._named(UNFINISHED))

    def _set_aside(self, file: Path) -> None:
        file.rename(file.with_suffix(UNUSABLE))
        self._drop(self._named(UNUSABLE)[KEPT:])

    def _drop(self, files: Sequence[Path]) -> None:
        for file in files:
            file.unlink(missing_ok=True)


@asynccontextmanager
async def _new_file(file: Path) -> AsyncGenerator[BinaryIO]:
    """A file that is there whole or not at all: under another name until all of it is on the disk."""
    unfinished = file.with_suffix(UNFINISHED)
    opened = _create(unfinished)
    try:
        with opened:
            yield opened
            await asyncio.to_thread(_to_disk, opened)
        await asyncio.to_thread(_rename, unfinished, file)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _create(file: Path) -> BinaryIO:
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "wb")


def _to_disk(opened: BinaryIO) -> None:
    opened.flush()
    os.fsync(opened.fileno())


def _rename(unfinished: Path, file: Path) -> None:
    unfinished.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def as_of_now(replica: LogReplica[State, Event], stamp_ms: int = 0) -> Snapshot[State, Event]:
    """What a snapshot of this replica would hold."""
    return Snapshot(replica, stamp_ms, datetime.now(UTC))
