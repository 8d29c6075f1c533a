"""What the log has said so far: the confirmed view of one log, kept by every writer, active or standby."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic, NamedTuple

from contracts.log.envelope import Entry
from contracts.log.hash_chain import HashChain, Orphan
from runtime.eventlog.command_index import CommandIndex
from runtime.eventlog.definition import Event, Evolve, LogDefinition, State

BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)


class PendingEntry(NamedTuple, Generic[State]):
    """An entry that a writer has made and hopes to read back, with the state as it is after it."""

    value: bytes
    value_hash: str
    sequence: int
    at: datetime
    command_id: str
    command_hash: str
    state_after: State


@dataclass(slots=True)
class LogReplica(Generic[State, Event]):
    """Applies the chain rule, record by record, and holds the state that results."""

    chain: HashChain[Event]
    state: State
    evolve: Evolve[State, Event]
    commands: CommandIndex = field(default_factory=CommandIndex)
    at: datetime = BEFORE_ALL

    @classmethod
    def of(cls, log: LogDefinition[State, Any, Event, Any]) -> "LogReplica[State, Event]":
        """A replica that has read nothing yet."""
        return cls(HashChain(log.entries, log.source), log.initial, log.evolve)

    def read(self, value: bytes) -> Entry[Event] | Orphan:
        """Take the next record of the log; raises UnknownEventTypeError when this version is too old for it."""
        entry = self.chain.accept(value)
        if isinstance(entry, Orphan):
            return entry
        self.state = self.evolve(self.state, entry.data, at=entry.time, by=entry.actor)
        self.commands.remember(entry.commandid, entry.sequence, entry.commandhash)
        self.at = entry.time
        return entry

    def adopt(self, pending: PendingEntry[State]) -> None:
        """Take our own entry, read back byte for byte as the next one: what it leads to is known already."""
        self.chain.advance(pending.sequence, pending.value_hash)
        self.state = pending.state_after
        self.commands.remember(pending.command_id, pending.sequence, pending.command_hash)
        self.at = pending.at
