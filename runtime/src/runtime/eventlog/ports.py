"""What the writer needs from outside, in its own words. What may be away raises runtime.trouble.Trouble then."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol, TypeVar

from contracts.log.hash_chain import Orphan
from contracts.log.stop import Stop
from runtime.eventlog.definition import IncomingCommand
from runtime.kafka.records import Partition

Position = Mapping[Partition, int]
"""How far the commands of a log are read: the next offset on each of the partitions that they come from."""
Outcome_contra = TypeVar("Outcome_contra", contravariant=True)


class Logged(NamedTuple):
    """A record as it lies on a partition; `stamp_ms` is what the log says of its time, in milliseconds since 1970."""

    offset: int
    value: bytes
    stamp_ms: int = 0


class EntryLog(Protocol):
    """The log's own partition, appended to and read by one writer."""

    async def append(self, values: Sequence[bytes], *, at: datetime) -> None:
        """Add these in order. They are durable when it returns; after Trouble any first part of them may be.

        `at` is what the own clock said when they were made. Trouble, and none of them added, when that is more than
        contracts.topics.CLOCK_AHEAD_MS ahead of the log's clock.
        """
        ...

    async def read(self) -> Sequence[Logged]:
        """The next records; none after a bounded wait."""
        ...

    async def end_offset(self) -> int:
        """The offset that the next appended record will get."""
        ...

    async def begin_at(self, offset: int) -> None:
        """Let the next read give the records from there on."""
        ...

    async def value_at(self, offset: int) -> bytes | None:
        """The record there, or None if there is none; the place of the next read is lost. Trouble if nobody says."""
        ...

    def history(self) -> AsyncIterator[Logged]:
        """All records from the first to the present last one, apart from `read`."""
        ...

    async def bury(self, poison: Logged, reason: str) -> None:
        """Put a record that is no entry into the dead letters, unless it is there already."""
        ...


class Replies(Protocol[Outcome_contra]):
    """Where a decided batch goes once it is confirmed."""

    async def commit(self, position: Position) -> None:
        """Commands before this position are done with; Trouble if a partition is another's by now."""
        ...

    async def send(self, outcomes: Sequence[Outcome_contra], keys: Sequence[bytes]) -> None:
        """Tell those who asked, each under the key that came with the command."""
        ...


class Companion(Protocol):
    """What the rules of a log need besides the log, kept up to date in the same process."""

    @property
    def holds_up(self) -> str:
        """Why nothing can be decided without it now, or nothing."""
        ...

    async def run(self) -> None:
        """Keep it up to date. Never returns, and raises on a defect only."""
        ...

    async def begun(self) -> None:
        """Return once it was up to date for the first time, or when that can't be."""
        ...

    async def look(self, commands: Sequence[IncomingCommand]) -> None:
        """Bring it up to date for the decisions on these commands, within a bounded time; else there is trouble."""
        ...


class WriterObserver(Protocol[Outcome_contra]):
    """Takes notice for the operators; never fails, never waits."""

    def followed(self, sequence: int) -> None:
        """The log was read up to this entry."""
        ...

    def decided(self, outcomes: Sequence[Outcome_contra]) -> None:
        """These were sent."""
        ...

    def orphan(self, orphan: Orphan) -> None:
        """A record was skipped."""
        ...

    def fenced(self) -> None:
        """Another writer's entry voids what this one has decided: its term is lost."""
        ...

    def stopped(self, stop: Stop) -> None:
        """The log is linked up to this entry, which cannot be applied."""
        ...

    def begins_again(self) -> None:
        """Entries were set aside: the log is read again without them, and is not stopped until it stops again."""
        ...

    def snapshot(self, sequence: int, taken: datetime) -> None:
        """Another snapshot is the newest at which a start can begin."""
        ...

    def started(self, seconds: float) -> None:
        """All that was there has been read for the first time, or again without what was set aside; it took so long."""
        ...

    def clock_behind(self, seconds: float) -> None:
        """By how much the own clock is behind the log, 0 if it is not."""
        ...
