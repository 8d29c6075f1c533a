"""What the log has said so far: the confirmed view of one log, kept by every writer, active or standby."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Generic, NamedTuple

from contracts.log.envelope import Entry, UnknownEventTypeError, entry_hash
from contracts.log.exclusions import Exclusions
from contracts.log.hash_chain import HashChain, Orphan
from contracts.log.stop import EVENT_TYPE_UNKNOWN, Stop, stop_at
from runtime.eventlog.command_index import CommandIndex
from runtime.eventlog.definition import Event, ReadLog, State

BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)
NOWHERE = -1
"""The offset of the last entry where there is none."""


class PendingEntry(NamedTuple, Generic[State]):
    """An entry that a writer has made and hopes to read back, with the state as it is after it.

    One that is about other entries is `read` like anybody's, as it may change what was before it.
    """

    value: bytes
    value_hash: str
    sequence: int
    at: datetime
    command_id: str
    command_hash: str
    state_after: State
    read: bool = False


class PassedOver(NamedTuple):
    """An entry that two persons have set aside."""

    sequence: int


class ReadAgain(NamedTuple):
    """A decision about entries that were read before: the log has to be read again, without `known`."""

    known: Mapping[int, str]


@dataclass(slots=True)
class LogReplica(Generic[State, Event]):
    """Applies the chain rule, record by record, and holds the state that results.

    At an entry that cannot be applied it stops: from there on the chain goes on as far as the log is linked, and the
    state takes nothing but what is about entries. `unneeded` are entries that were passed over and would have done.
    `offset` is where the last entry lies.
    """

    log: ReadLog[State, Event]
    chain: HashChain[Event]
    state: State
    exclusions: Exclusions
    commands: CommandIndex
    at: datetime = BEFORE_ALL
    stopped: Stop | None = None
    unneeded: list[int] = field(default_factory=list[int])
    offset: int = NOWHERE

    @classmethod
    def of(cls, log: ReadLog[State, Event], known: Mapping[int, str] | None = None) -> "LogReplica[State, Event]":
        """A replica that has read nothing yet, and knows which entries do not count."""
        chain = HashChain(log.entries, log.source)
        return cls(log, chain, log.initial, Exclusions(known or {}), CommandIndex(log.window))

    @property
    def stamp_ms(self) -> int:
        """When the last entry was made that had its effect, in milliseconds since 1970."""
        return int(self.at.timestamp() * 1000)

    def copy(self) -> "LogReplica[State, Event]":
        """The same as it is now, whatever is read here later."""
        chain = HashChain(self.log.entries, self.log.source, self.chain.sequence, self.chain.head)
        known = self.exclusions
        exclusions = Exclusions(dict(known.known), set(known.met), list(known.decisions))
        return replace(
            self, chain=chain, exclusions=exclusions, commands=self.commands.copy(), unneeded=list(self.unneeded)
        )

    def read(self, value: bytes, offset: int = NOWHERE) -> Entry[Event] | Orphan | Stop | PassedOver | ReadAgain:
        """Take the next record of the log, which lies at `offset`; what it is."""
        try:
            entry = self.chain.accept(value)
        except UnknownEventTypeError as error:
            self.chain.advance(error.sequence, entry_hash(value))
            self.offset = offset
            return self._take(Stop(error.sequence, self.chain.head, EVENT_TYPE_UNKNOWN, str(error)))
        if isinstance(entry, Orphan):
            return entry
        self.offset = offset
        return self._take(entry)

    def _take(self, entry: Entry[Event] | Stop) -> Entry[Event] | Stop | PassedOver | ReadAgain:
        if self.exclusions.excludes(self.chain.sequence, self.chain.head):
            return self._pass_over(entry)
        if isinstance(entry, Stop):
            return self._stop(entry)
        about = self.log.set_aside
        if self.stopped is not None and not (about is not None and about.is_about(entry.data)):
            return self._stop(self.stopped)
        try:
            self._apply(entry)
        except Exception as error:  # noqa: BLE001 - whatever it is, this entry stops this log and no other one
            return self._stop(stop_at(entry.sequence, self.chain.head, error))
        named = about.named(entry.data) if about is not None else {}
        known = self.exclusions.learn(entry.sequence, named) if named else None
        return entry if known is None else ReadAgain(known)

    def _apply(self, entry: Entry[Event]) -> None:
        self.state = self._after(entry)
        self.commands.remember(entry.commandid, entry.sequence, entry.commandhash)
        self.at = entry.time

    def _after(self, entry: Entry[Event]) -> State:
        self.log.require_lawful(self.state, entry.data)
        return self.log.evolve(self.state, entry.data, at=entry.time, by=entry.actor)

    def _pass_over(self, entry: Entry[Event] | Stop) -> PassedOver:
        try:
            if not isinstance(entry, Stop):
                self._after(entry)
                self.unneeded.append(entry.sequence)
        except Exception:  # noqa: BLE001, S110 - as those said who set it aside
            pass
        self._pass()
        return PassedOver(entry.sequence)

    def _stop(self, stop: Stop) -> Stop:
        self._pass()
        self.stopped = self.stopped or stop
        return self.stopped

    def _pass(self) -> None:
        """Go on past an entry from which nothing follows."""
        if self.log.set_aside is not None:
            self.state = self.log.set_aside.passed(self.state)

    def adopt(self, pending: PendingEntry[State], offset: int = NOWHERE) -> None:
        """Take our own entry, read back byte for byte as the next one: what it leads to is known already."""
        self.chain.advance(pending.sequence, pending.value_hash)
        self.state = pending.state_after
        self.commands.remember(pending.command_id, pending.sequence, pending.command_hash)
        self.at, self.offset = pending.at, offset
