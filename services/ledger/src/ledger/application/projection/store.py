"""What the projector needs of its store: rows and the position they stand for change together or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from contracts.events import Event
from contracts.events.set_aside import SettingAsideProposed
from contracts.log.chain import LedgerChain
from contracts.log.entries import GENESIS, Entry
from contracts.log.exclusions import Exclusions, Named
from contracts.log.stop import Stop
from ledger.application.projection.documents import Document


class PositionMoved(Exception):  # noqa: N818 - states the world
    """Another projector went on, or the rows were dropped for a rebuild: read the position again."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far the rows have come: the last entry's sequence and hash, and the next offset of the topic."""

    sequence: int = 0
    head: str = GENESIS
    next_offset: int = 0

    def chain(self, ledger: int) -> LedgerChain:
        return LedgerChain(ledger, self.sequence, self.head)


class ProjectionStore(Protocol):
    """The rows of the read side. Every method raises Trouble while the database is away."""

    async def position(self, ledger: int) -> Position:
        """Where the rows of a ledger stand."""
        ...

    async def apply(self, ledger: int, before: Position, after: Position, entries: Sequence[Entry[Event]]) -> None:
        """Take the rows from `before` to `after` in one transaction, and wake who waits for them.

        Raises PositionMoved if the rows do not stand at `before`, UnlawfulEntryError if an entry breaks a law.
        """
        ...

    async def exclusions(self, ledger: int) -> Exclusions:
        """The entries that the rows of a ledger are made without, and the decisions among them."""
        ...

    async def begin_again(self, ledger: int, set_aside: Named) -> None:
        """Take all rows of a ledger away; the next ones are made without these entries."""
        ...

    async def note_stop(self, ledger: int, stop: Stop | None, waiting: Sequence[SettingAsideProposed]) -> None:
        """Say for queries where a ledger is stopped, and which decisions wait for a second person there."""
        ...

    async def document_offset(self, topic: str, partition: int) -> int:
        """The next offset to read of a topic of documents."""
        ...

    async def apply_documents(
        self, topic: str, partition: int, before: int, after: int, documents: Sequence[Document]
    ) -> None:
        """Keep documents, the newest sequence of each place; raises PositionMoved as `apply` does."""
        ...
