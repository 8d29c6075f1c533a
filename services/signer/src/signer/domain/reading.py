"""Reading a ledger, entry by entry: chain rule, laws, tree; what comes out may be signed."""

from dataclasses import dataclass
from typing import Protocol

from contracts.documents.device_certificate import Authorities
from contracts.events import Event
from contracts.events.returns import LicensesReturned
from contracts.log.chain import LedgerChain, Orphan
from contracts.log.checkpoint import Checkpoint
from contracts.log.merkle import CompactRange, leaf_hash, root_from_last
from signer.domain.changes import Change
from signer.domain.laws import LawBrokenError
from signer.domain.verification.days import require_day
from signer.domain.verification.event_table import post
from signer.domain.verification.returns import prove_return
from signer.domain.verification.state import VerifiedLedger


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
    been rewritten. What is not wanted was proven when it was signed, so its return needs no second proof.
    """

    def __init__(self, ledger: int, *, trusted: Authorities, wanted: Wanted, anchor: Checkpoint | None) -> None:
        self._chain = LedgerChain(ledger)
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

    def root(self) -> bytes:
        """The root of the tree of all entries taken."""
        return self._tree.root()

    def take(self, value: bytes) -> Change | Skipped | Orphan | None:
        """The next record of the log; a Change if documents have to be made because of it.

        Raises LawBrokenError, or UnknownEventTypeError, before the entry is in the tree.
        """
        entry = self._chain.accept(value)
        if isinstance(entry, Orphan):
            return entry
        require_day(entry.data, entry.time)
        changed = post(self._ledger, entry.data)
        event = entry.data
        devices = tuple(device for device in changed if self._wanted.lacks_file(device.serial, entry.sequence))
        if not devices and not self._lacks_receipt(event, entry.sequence):
            self._grow(value)
            return None
        if self._anchor is not None:
            self._grow(value)
            return Skipped(entry.sequence)
        proven = (
            prove_return(event, at=entry.time, trusted=self._trusted) if isinstance(event, LicensesReturned) else None
        )
        leaf = leaf_hash(value)
        path = self._tree.append(leaf)
        return Change(entry, value, devices, path, root_from_last(leaf, path), proven)

    def _lacks_receipt(self, event: Event, sequence: int) -> bool:
        if not isinstance(event, LicensesReturned):
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
