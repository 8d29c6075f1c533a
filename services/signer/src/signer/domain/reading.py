"""Reading a ledger, entry by entry: chain rule, laws, tree; what comes out may be signed."""

from dataclasses import dataclass
from typing import Protocol

from contracts.documents.device_certificate import Authorities
from contracts.events import Event
from contracts.log.chain import LedgerChain, Orphan
from contracts.log.checkpoint import Checkpoint
from contracts.log.entries import Entry, UnknownEventTypeError, entry_hash
from contracts.log.exclusions import Exclusions, Named
from contracts.log.merkle import CompactRange, leaf_hash, root_from_last
from contracts.log.set_aside import named
from contracts.log.stopped_reading import StoppedReading
from signer.domain.changes import Change, SpentByDocument
from signer.domain.laws import LawBrokenError
from signer.domain.verification.days import require_day
from signer.domain.verification.event_table import post
from signer.domain.verification.returns import prove_return
from signer.domain.verification.state import Changed, VerifiedLedger


class Wanted(Protocol):
    """Whether a document that follows from the entry `sequence` has still to be made, or made again."""

    def lacks_file(self, serial: str, sequence: int) -> bool: ...
    def lacks_receipt(self, serial: str, generation: int, sequence: int) -> bool: ...


@dataclass(frozen=True, slots=True)
class Skipped:
    """A wanted change before the signer's own last checkpoint: not signed until the log is known to lead there."""

    sequence: int


class Reading:
    """One pass over a ledger from its first entry on. After an exception it is of no further use.

    `anchor` is the newest checkpoint that this signer once signed: the log must lead to exactly its root, or it has
    been rewritten. `known` are the entries that are set aside, as a stopped reading has learned.

    What is not wanted was proven when it was signed, so its return needs no second proof.
    """

    def __init__(
        self,
        ledger: int,
        *,
        trusted: Authorities,
        wanted: Wanted,
        anchor: Checkpoint | None,
        known: Named | None = None,
    ) -> None:
        self._chain = LedgerChain(ledger)
        self._exclusions = Exclusions(known or {})
        self._ledger = VerifiedLedger()
        self._tree = CompactRange()
        self._trusted = trusted
        self._wanted = wanted
        self._anchor = anchor

    @property
    def sequence(self) -> int:
        """The last entry taken; also the size of the tree."""
        return self._tree.size

    @property
    def is_anchored(self) -> bool:
        """Whether the log has led to the root that was signed before, if any."""
        return self._anchor is None

    @property
    def books(self) -> VerifiedLedger:
        """What the entries taken add up to."""
        return self._ledger

    def root(self) -> bytes:
        """The root of the tree of all entries taken."""
        return self._tree.root()

    def take(self, value: bytes) -> Change | Skipped | Orphan | None:
        """The next record of the log; a Change if documents have to be made because of it.

        Raises LawBrokenError, or UnknownEventTypeError, before the entry is in the tree.
        """
        entry = self._next(value)
        if entry is None or isinstance(entry, Orphan):
            return entry
        changed = self._post(entry)
        self._require_known(entry)
        event = entry.data
        devices = tuple(device for device in changed if self._wanted.lacks_file(device.serial, entry.sequence))
        if not devices and not self._lacks_receipt(event, entry.sequence):
            self._grow(value)
            return None
        if self._anchor is not None:
            self._grow(value)
            return Skipped(entry.sequence)
        proven = (
            prove_return(event, at=entry.time, trusted=self._trusted) if isinstance(event, SpentByDocument) else None
        )
        leaf = leaf_hash(value)
        path = self._tree.append(leaf)
        return Change(entry, value, devices, path, root_from_last(leaf, path), proven)

    def stopped(self) -> StoppedReading[Event]:
        """Goes on behind the entry at which this one stopped."""
        return StoppedReading(self._chain, self._exclusions)

    def _next(self, value: bytes) -> Entry[Event] | Orphan | None:
        """The next entry, or nothing for one that is set aside: it is a leaf of the tree like any other."""
        try:
            entry = self._chain.accept(value)
        except UnknownEventTypeError as error:
            self._chain.advance(error.sequence, entry_hash(value))
            if not self._exclusions.excludes(self._chain.sequence, self._chain.head):
                raise
            entry = None
        if isinstance(entry, Orphan) or (
            entry is not None and not self._exclusions.excludes(self._chain.sequence, self._chain.head)
        ):
            return entry
        self._grow(value)
        return None

    def _require_known(self, entry: Entry[Event]) -> None:
        """A decision is about entries that this reading has passed over, as they stopped the one before it."""
        entries = named(entry.data)
        if entries and (self._exclusions.learn(entry.sequence, entries) or entries.keys() - self._exclusions.met):
            raise LawBrokenError("set_aside_wrong", "an entry that it names breaks no law")

    def _post(self, entry: Entry[Event]) -> Changed:
        try:
            require_day(entry.data, entry.time)
            return post(self._ledger, entry.data)
        except LawBrokenError:
            raise
        except Exception as error:  # whatever it is, this entry stops this ledger and no other one
            raise LawBrokenError("not_applicable", f"{type(error).__name__}: {error}") from error

    def _lacks_receipt(self, event: Event, sequence: int) -> bool:
        if not isinstance(event, SpentByDocument):
            return False
        return self._wanted.lacks_receipt(event.device.serial, event.spent_generation, sequence)

    def _grow(self, value: bytes) -> None:
        self._tree.append(leaf_hash(value))
        if self._anchor is not None and self._tree.size == self._anchor.size:
            if self._tree.root() != self._anchor.root:
                raise LawBrokenError(
                    "history_rewritten",
                    f"the ledger's first {self._anchor.size} entries are not those that were signed before",
                )
            self._anchor = None
