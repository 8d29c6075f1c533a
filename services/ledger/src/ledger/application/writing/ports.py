"""What the writer needs from outside, in its own words. Each raises runtime.trouble.Trouble when it is away."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from contracts.outcomes import Accepted, Rejected


class Logged(NamedTuple):
    """A record as it lies on a partition."""

    offset: int
    value: bytes


class EntryLog(Protocol):
    """The ledger's own partition of ledger.events, appended to and read by one writer."""

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

    async def set_aside(self, poison: Logged, reason: str) -> None:
        """Put a record that is no entry into the dead letters."""
        ...


class Replies(Protocol):
    """Where a decided batch goes once it is confirmed."""

    async def commit(self, next_offset: int) -> None:
        """Commands before this offset are done with; Trouble if the partition is another's by now."""
        ...

    async def send(self, outcomes: Sequence[Accepted | Rejected]) -> None:
        """Tell those who asked."""
        ...
