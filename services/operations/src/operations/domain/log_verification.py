"""Whether a log is what it says it is: one unbroken chain, under the trees that the signer signed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from contracts.events import Event
from contracts.log.chain import LedgerChain
from contracts.log.checkpoint import Checkpoint, LogVerifier, NoteWrongError, origin_of
from contracts.log.hash_chain import HashChain, Orphan
from contracts.log.merkle import CompactRange, leaf_hash
from contracts.rma.entries import RMA_ENTRIES, source_of
from contracts.rma.events import RmaEvent


class LogBrokenError(ValueError):
    """The log is not what it was; the message says where."""


@dataclass(slots=True)
class ChainReport:
    """What was found on one log: its last entry, and how many records are no entry."""

    name: str
    sequence: int = 0
    head: str = ""
    orphans: int = 0
    checkpoint: int | None = None

    def facts(self) -> dict[str, Any]:
        return {
            "log": self.name,
            "sequence": self.sequence,
            "head": self.head,
            "orphans": self.orphans,
            "checkpoint": self.checkpoint,
        }


@dataclass(slots=True)
class LedgerVerification:
    """Reads one ledger, and remembers the root of its tree at each size that a checkpoint is about."""

    name: str
    ledger: int
    checkpoints: tuple[Checkpoint, ...] = ()
    _chain: HashChain[Event] = field(init=False)
    _tree: CompactRange = field(default_factory=CompactRange, init=False)
    _orphans: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._chain = LedgerChain(self.ledger)

    def read(self, value: bytes) -> None:
        """Take in the next record; raises LogBrokenError where a signed tree has another root."""
        if isinstance(self._chain.accept(value), Orphan):
            self._orphans += 1
            return
        self._tree.append(leaf_hash(value))
        for signed in self.checkpoints:
            if signed.size == self._tree.size and signed.root != self._tree.root():
                raise LogBrokenError(f"{self.name}: up to entry {signed.size} it is not what {signed.origin} signed")

    def report(self) -> ChainReport:
        """What there is; raises LogBrokenError if the log ends before what was signed."""
        last = max((signed.size for signed in self.checkpoints), default=None)
        if last is not None and last > self._tree.size:
            raise LogBrokenError(f"{self.name}: it ends at entry {self._tree.size}, and entry {last} was signed")
        return ChainReport(self.name, self._chain.sequence, self._chain.head, self._orphans, last)


@dataclass(slots=True)
class CasesVerification:
    """Reads one log of RMA cases, which nobody signs."""

    name: str
    ledger: int
    _chain: HashChain[RmaEvent] = field(init=False)
    _orphans: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._chain = HashChain(RMA_ENTRIES, source_of(self.ledger))

    def read(self, value: bytes) -> None:
        """Take in the next record."""
        self._orphans += isinstance(self._chain.accept(value), Orphan)

    def report(self) -> ChainReport:
        return ChainReport(self.name, self._chain.sequence, self._chain.head, self._orphans)


def signed_trees(notes: Iterable[str], keys: Iterable[LogVerifier], ledger: int) -> tuple[Checkpoint, ...]:
    """The checkpoints of a ledger that its log key signed; a note of anybody else is passed over."""
    of_ledger = [key for key in keys if key.name == origin_of(key.name.rpartition("/ledgers/")[0], ledger)]
    return tuple(found for note in notes for key in of_ledger if (found := _opened(key, note)) is not None)


def _opened(key: LogVerifier, note: str) -> Checkpoint | None:
    try:
        return key.open_checkpoint(note)
    except NoteWrongError:
        return None
