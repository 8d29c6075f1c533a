"""What the projector of a log needs of its store: rows and their position change together or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from contracts.log.envelope import GENESIS, Entry
from contracts.log.exclusions import Exclusions, Named
from contracts.log.stop import Stop


class PositionMoved(Exception):  # noqa: N818 - states the world
    """Another projector went on, or the rows were dropped for a rebuild: read the position again."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far the rows have come: the last entry's sequence and hash, and the next offset of the topic."""

    sequence: int = 0
    head: str = GENESIS
    next_offset: int = 0


class LogStore(Protocol):
    """The rows of the logs of one kind, by number. Every method raises Trouble while the database is away."""

    async def position(self, ledger: int) -> Position:
        """Where the rows of a log stand."""
        ...

    async def apply(self, ledger: int, before: Position, after: Position, entries: Sequence[Entry[Any]]) -> None:
        """Take the rows from `before` to `after` in one transaction, and wake who waits for them.

        Raises PositionMoved if the rows do not stand at `before`, UnlawfulEntryError if an entry breaks a law.
        """
        ...

    async def note_stop(self, ledger: int, stop: Stop | None, waiting: Sequence[Any]) -> None:
        """Say for queries where a log is stopped, and which decisions wait for a second person there."""
        ...


class SetAsideStore(Protocol):
    """The rows of logs whose entries can be set aside (ADR 18). Raises Trouble as LogStore does."""

    async def exclusions(self, ledger: int) -> Exclusions:
        """The entries that the rows of a log are made without, and the decisions among them."""
        ...

    async def begin_again(self, ledger: int, set_aside: Named) -> None:
        """Take all rows of a log away; the next ones are made without these entries."""
        ...
