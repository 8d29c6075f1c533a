"""What the log has said so far: the confirmed view of one ledger, kept by every writer, active or standby."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from contracts.events import Event
from contracts.log.chain import LedgerChain, Orphan
from contracts.log.entries import Entry
from ledger.application.writing.command_index import CommandIndex
from ledger.domain.evolve import evolve
from ledger.domain.state import Ledger

BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)


class PendingEntry(NamedTuple):
    """An entry that a writer has made and hopes to read back, with the ledger as it is after it."""

    value: bytes
    value_hash: str
    sequence: int
    at: datetime
    command_id: str
    command_hash: str
    state_after: Ledger


@dataclass(slots=True)
class LogReplica:
    """Applies the chain rule, record by record, and holds the state that results."""

    chain: LedgerChain
    state: Ledger = field(default_factory=Ledger)
    commands: CommandIndex = field(default_factory=CommandIndex)
    at: datetime = BEFORE_ALL

    def read(self, value: bytes) -> Entry[Event] | Orphan:
        """Take the next record of the log; raises UnknownEventTypeError when this version is too old for it."""
        entry = self.chain.accept(value)
        if isinstance(entry, Orphan):
            return entry
        self.state = evolve(self.state, entry.data, at=entry.time, by=entry.actor)
        self.commands.remember(entry.commandid, entry.sequence, entry.commandhash)
        self.at = entry.time
        return entry

    def adopt(self, pending: PendingEntry) -> None:
        """Take our own entry, read back byte for byte as the next one: what it leads to is known already."""
        self.chain.advance(pending.sequence, pending.value_hash)
        self.state = pending.state_after
        self.commands.remember(pending.command_id, pending.sequence, pending.command_hash)
        self.at = pending.at
