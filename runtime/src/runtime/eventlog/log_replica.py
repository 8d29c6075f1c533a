"""What the log has said so far: the confirmed view of one log, kept by every writer, active or standby."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic, NamedTuple

from contracts.log.envelope import Entry, UnknownEventTypeError, entry_hash
from contracts.log.hash_chain import HashChain, Orphan
from contracts.log.stop import EVENT_TYPE_UNKNOWN, Stop, stop_at
from runtime.eventlog.command_index import CommandIndex
from runtime.eventlog.definition import Event, Evolve, LogDefinition, RequireLawful, State

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
    """Applies the chain rule, record by record, and holds the state that results.

    At an entry that cannot be applied it stops: `state` and `commands` stay as they were before it, and only the chain
    goes on, as far as the log is linked.
    """

    chain: HashChain[Event]
    state: State
    require_lawful: RequireLawful[State, Event]
    evolve: Evolve[State, Event]
    commands: CommandIndex = field(default_factory=CommandIndex)
    at: datetime = BEFORE_ALL
    stopped: Stop | None = None

    @classmethod
    def of(cls, log: LogDefinition[State, Any, Event, Any]) -> "LogReplica[State, Event]":
        """A replica that has read nothing yet."""
        return cls(HashChain(log.entries, log.source), log.initial, log.require_lawful, log.evolve)

    def read(self, value: bytes) -> Entry[Event] | Orphan | Stop:
        """Take the next record of the log; the stop if it is linked but not applied."""
        try:
            entry = self.chain.accept(value)
        except UnknownEventTypeError as error:
            self.chain.advance(error.sequence, entry_hash(value))
            return self._stop(Stop(error.sequence, self.chain.head, EVENT_TYPE_UNKNOWN, str(error)))
        if isinstance(entry, Orphan):
            return entry
        if self.stopped is not None:
            return self.stopped
        try:
            self._apply(entry)
        except Exception as error:  # noqa: BLE001 - whatever it is, this entry stops this log and no other one
            return self._stop(stop_at(entry.sequence, self.chain.head, error))
        return entry

    def _apply(self, entry: Entry[Event]) -> None:
        self.require_lawful(self.state, entry.data)
        self.state = self.evolve(self.state, entry.data, at=entry.time, by=entry.actor)
        self.commands.remember(entry.commandid, entry.sequence, entry.commandhash)
        self.at = entry.time

    def _stop(self, stop: Stop) -> Stop:
        self.stopped = self.stopped or stop
        return self.stopped

    def adopt(self, pending: PendingEntry[State]) -> None:
        """Take our own entry, read back byte for byte as the next one: what it leads to is known already."""
        self.chain.advance(pending.sequence, pending.value_hash)
        self.state = pending.state_after
        self.commands.remember(pending.command_id, pending.sequence, pending.command_hash)
        self.at = pending.at
