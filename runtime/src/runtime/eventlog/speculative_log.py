"""Decisions made ahead of the log: each command of a batch becomes an entry, a rejection or a repetition."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic

from contracts.decisions import AlreadyDone, Rejection
from contracts.log.envelope import entry_hash
from contracts.log.stop import LOG_STOPPED
from runtime import tracing
from runtime.eventlog.command_index import Done
from runtime.eventlog.definition import Command, Event, LogDefinition, Outcome, State
from runtime.eventlog.log_replica import LogReplica, PendingEntry
from runtime.eventlog.ports import Position
from runtime.logs import about, get_logger

Clock = Callable[[], datetime]
Tried = Mapping[str, Rejection | None]
"""Commands that were tried out before, by id, and what speaks against each."""
CLOCK_BEHIND = timedelta(minutes=1)
"""How far the own clock may be behind the last entry: more than clocks that are kept right ever differ."""
DEFECT = "internal_error"

_log = get_logger("runtime.eventlog")


@dataclass(frozen=True, slots=True)
class DecidedBatch(Generic[State, Outcome]):
    """A batch of commands, decided. Nothing of it may be sent before entry `last_sequence` is read back.

    Each outcome is said under the key of the same place in `keys`.

    `clock` is what the own clock said; the entries' time may be later, if the last entry's was. `spans` are those of
    the commands, while traces are on: they end when the outcomes are sent, and are forgotten with a batch that is lost.
    """

    position: Position
    entries: tuple[PendingEntry[State], ...]
    outcomes: tuple[Outcome, ...]
    keys: tuple[bytes, ...]
    last_sequence: int
    clock: datetime
    spans: tuple[tracing.Span, ...] = ()


class SpeculativeLog(Generic[State, Command, Event, Outcome]):
    """The log as it will be if all that was appended lands. Dropped whole when it turns out otherwise."""

    def __init__(
        self, log: LogDefinition[State, Command, Event, Outcome], replica: LogReplica[State, Event], clock: Clock
    ) -> None:
        self._replica = replica
        self._clock = clock
        self._source = log.source
        self._encode = log.entries.encode
        self._decide = log.decide
        self._evolve = log.evolve
        self._accepted = log.outcomes.accepted
        self._rejected = log.outcomes.rejected
        self._state = replica.state
        self._sequence = replica.chain.sequence
        self._head = replica.chain.head
        self._at = replica.at
        self._pending: dict[str, Done] = {}
        self._decides = True
        self._about = log.set_aside
        self._tried: Tried = {}
        self._closed = False

    @property
    def state(self) -> State:
        """As it is after all that was decided."""
        return self._state

    def follow(self) -> None:
        """Take over where the log stands, which went on while it was stopped."""
        self._state, self._at = self._replica.state, self._replica.at
        self._sequence, self._head = self._replica.chain.sequence, self._replica.chain.head

    def take(
        self, commands: Iterable[Command], position: Position, tried: Tried | None = None
    ) -> DecidedBatch[State, Outcome]:
        """Decide the commands in order, each on the state that the one before it left.

        `tried` are the commands that would set entries aside. Once one has, nothing more is decided: the log is read
        again, and whatever else this batch holds after that.
        """
        entries: list[PendingEntry[State]] = []
        clock = self._clock()
        now = max(self._at, clock)
        self._decides = self._replica.stopped is None and now - clock <= CLOCK_BEHIND
        self._tried = tried or {}
        outcomes, keys, spans = list[Outcome](), list[bytes](), list[tracing.Span]()
        is_traced = tracing.is_on()
        for command in commands:
            outcomes.append(
                self._traced(command, entries, now, spans) if is_traced else self._outcome(command, entries, now)
            )
            keys.append(command.key)
        return DecidedBatch(position, tuple(entries), tuple(outcomes), tuple(keys), self._sequence, clock, tuple(spans))

    def forget(self, entries: Iterable[PendingEntry[State]]) -> None:
        """These are confirmed; the replica remembers them now."""
        for entry in entries:
            self._pending.pop(entry.command_id, None)

    def _traced(
        self, command: Command, entries: list[PendingEntry[State]], now: datetime, spans: list[tracing.Span]
    ) -> Outcome:
        said = {"licensing.log": self._source, "licensing.command": command.name}
        span = tracing.start(
            f"decide {command.name}",
            "consumer",
            parent=command.traceparent,
            attributes={**said, "messaging.system": "kafka", "messaging.operation.type": "process"},
        )
        spans += [] if span is None else [span]
        with tracing.within(span):
            return self._outcome(command, entries, now)

    def _outcome(self, command: Command, entries: list[PendingEntry[State]], now: datetime) -> Outcome:
        fingerprint = command.fingerprint()
        done = self._pending.get(command.command_id) or self._replica.commands.find(command.command_id)
        if done is not None:
            if done.command_hash != fingerprint:
                return self._reject(command, fingerprint, Rejection("idempotency_key_reused"))
            return self._accepted(command, fingerprint, done.sequence, None)
        if self._closed or not (self._decides or self._takes(command)):
            return self._reject(command, fingerprint, Rejection(LOG_STOPPED))
        if (refusal := self._tried.get(command.command_id)) is not None:
            return self._reject(command, fingerprint, refusal)
        try:
            return self._decided(command, fingerprint, entries, now)
        except Exception:  # noqa: BLE001 - one command that hits a defect of ours must not stop the log for all
            with about(correlation_id=command.correlation_id, traceparent=command.traceparent):
                _log.exception("command_defect", command=command.name, command_id=command.command_id)
            return self._reject(command, fingerprint, Rejection(DEFECT))

    def _decided(
        self, command: Command, fingerprint: str, entries: list[PendingEntry[State]], now: datetime
    ) -> Outcome:
        decision = self._decide(self._state, command, now=now)
        if isinstance(decision, Rejection):
            return self._reject(command, fingerprint, decision)
        if isinstance(decision, AlreadyDone):
            return self._accepted(command, fingerprint, decision.sequence, None)
        sets_aside = self._about is not None and bool(self._about.named(decision))
        if sets_aside and command.command_id not in self._tried:
            # Its proposal is of this batch: it is tried out when it is asked again.
            return self._reject(command, fingerprint, Rejection(LOG_STOPPED))
        entry = self._seal(command, decision, fingerprint, now)
        entries.append(entry)
        self._closed = self._closed or sets_aside
        return self._accepted(command, fingerprint, entry.sequence, decision)

    def _seal(self, command: Command, event: Event, fingerprint: str, now: datetime) -> PendingEntry[State]:
        sequence, actor = self._sequence + 1, str(command.actor)
        value = self._encode(
            event,
            source=self._source,
            sequence=sequence,
            prev=self._head,
            at=now,
            command_id=command.command_id,
            command_hash=fingerprint,
            actor=actor,
            correlation_id=command.correlation_id,
            traceparent=tracing.traceparent() or command.traceparent,
            token_id=command.token_id,
            token_key_id=command.token_key_id,
        )
        state = self._evolve(self._state, event, at=now, by=actor)
        # From here on nothing fails: a speculation never stands between two entries.
        self._at, self._sequence, self._head, self._state = now, sequence, entry_hash(value), state
        self._pending[command.command_id] = Done(sequence, fingerprint)
        about = self._about is not None and self._about.is_about(event)
        if (span := tracing.current()) is not None:
            span.note({"licensing.sequence": sequence, "licensing.outcome": "accepted"})
        return PendingEntry(value, self._head, sequence, now, command.command_id, fingerprint, state, about)

    def _takes(self, command: Command) -> bool:
        """Whether a stopped log takes the command."""
        return self._about is not None and self._replica.stopped is not None and self._about.takes(command)

    def _reject(self, command: Command, fingerprint: str, rejection: Rejection) -> Outcome:
        if (span := tracing.current()) is not None:
            span.note({"licensing.outcome": rejection.code})
            if rejection.code == DEFECT:
                span.fail(DEFECT)
        return self._rejected(command, fingerprint, rejection, at_sequence=self._sequence)
