"""The one rule by which every reader agrees on what a log says: the log decides, the first valid entry wins."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from contracts.log.envelope import GENESIS, Entry, EntryFormat, NotAnEntryError, UnknownEventTypeError, entry_hash
from contracts.models import WireModel

E = TypeVar("E", bound=WireModel)


@dataclass(frozen=True, slots=True)
class Orphan:
    """A record that is not the next entry: skipped and counted. `poison` if it is no entry at all."""

    reason: str
    poison: bool


@dataclass(slots=True)
class HashChain(Generic[E]):
    """How far a reader has come on the log `source`: the last entry's sequence and hash."""

    entries: EntryFormat[E]
    source: str
    sequence: int = 0
    head: str = GENESIS

    def accept(self, value: bytes) -> Entry[E] | Orphan:
        """The next entry, if `value` is it: sequence is last + 1, prev matches, and all of it is well formed.

        Raises UnknownEventTypeError when the next entry is of a later version: reading on without it would be wrong.
        """
        try:
            entry = self.entries.decode(value)
        except NotAnEntryError as error:
            return Orphan(str(error), poison=True)
        except UnknownEventTypeError as error:
            if self._links(error.sequence, error.prev):
                raise
            return Orphan(str(error), poison=False)
        if entry.prev != self.head or entry.sequence != self.sequence + 1:
            return Orphan(f"entry {entry.sequence} does not follow entry {self.sequence}", poison=False)
        if entry.source != self.source:
            return Orphan(f"it belongs to {entry.source}", poison=True)
        self.sequence, self.head = entry.sequence, entry_hash(value)
        return entry

    def advance(self, sequence: int, head: str) -> None:
        """Go on to an entry that is known to be the next one, such as one's own that was read back."""
        self.sequence = sequence
        self.head = head

    def _links(self, sequence: int, prev: str) -> bool:
        return sequence == self.sequence + 1 and prev == self.head
