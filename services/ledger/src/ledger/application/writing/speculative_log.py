"""What a writer has decided ahead of the log: every command of a batch becomes an entry, a no, or «done before»."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from contracts.commands import CommandRecord
from contracts.events import Event
from contracts.log.entries import encode_entry, entry_hash
from contracts.outcomes import Accepted, Rejected
from ledger.application.writing.command_index import Done
from ledger.application.writing.log_replica import LogReplica, PendingEntry
from ledger.domain.decide import decide
from ledger.domain.decisions import AlreadyDone, Rejection
from ledger.domain.evolve import evolve
from runtime.logs import get_logger

Clock = Callable[[], datetime]

_log = get_logger("ledger.draft")


@dataclass(frozen=True, slots=True)
class DecidedBatch:
    """A batch of commands, decided. Nothing of it may be told before entry `last_sequence` is read back.

    `clock` is what the own clock said; the entries' time may be later, if the last entry's was.
    """

    next_offset: int
    entries: tuple[PendingEntry, ...]
    outcomes: tuple[Accepted | Rejected, ...]
    last_sequence: int
    clock: datetime


class SpeculativeLog:
    """The ledger as it will be if all that was appended lands. Dropped whole when it turns out otherwise."""

    def __init__(self, replica: LogReplica, clock: Clock) -> None:
        self._replica = replica
        self._clock = clock
        self._number = replica.chain.ledger
        self._state = replica.state
        self._sequence = replica.chain.sequence
        self._head = replica.chain.head
        self._at = replica.at
        self._pending: dict[str, Done] = {}

    def take(self, commands: Iterable[CommandRecord], next_offset: int) -> DecidedBatch:
        """Decide the commands in order, each on the state that the one before it left."""
        entries: list[PendingEntry] = []
        clock = self._clock()
        now = max(self._at, clock)
        outcomes = tuple(self._answer(command, entries, now) for command in commands)
        return DecidedBatch(next_offset, tuple(entries), outcomes, self._sequence, clock)

    def forget(self, entries: Iterable[PendingEntry]) -> None:
        """These are confirmed; the replica remembers them now."""
        for entry in entries:
            self._pending.pop(entry.command_id, None)

    def _answer(self, asked: CommandRecord, entries: list[PendingEntry], now: datetime) -> Accepted | Rejected:
        said = asked.fingerprint()
        done = self._pending.get(asked.command_id) or self._replica.commands.find(asked.command_id)
        if done is not None:
            if done.command_hash != said:
                return self._no(asked, said, Rejection("idempotency_key_reused"))
            return self._yes(asked, said, done.sequence, repeated=True)
        try:
            return self._decided(asked, said, entries, now)
        except Exception:  # noqa: BLE001 - one command that hits a defect of ours must not stop the ledger for all
            _log.exception("command_defect", command=asked.command.name, command_id=asked.command_id)
            return self._no(asked, said, Rejection("internal_error"))

    def _decided(
        self, asked: CommandRecord, said: str, entries: list[PendingEntry], now: datetime
    ) -> Accepted | Rejected:
        decision = decide(self._state, asked.command, asked.actor, now=now)
        if isinstance(decision, Rejection):
            return self._no(asked, said, decision)
        if isinstance(decision, AlreadyDone):
            return self._yes(asked, said, decision.sequence, repeated=True)
        entry = self._seal(asked, decision, said, now)
        entries.append(entry)
        return self._yes(asked, said, entry.sequence)

    def _seal(self, asked: CommandRecord, event: Event, said: str, now: datetime) -> PendingEntry:
        sequence = self._sequence + 1
        value = encode_entry(
            event,
            ledger=self._number,
            sequence=sequence,
            prev=self._head,
            at=now,
            command_id=asked.command_id,
            command_hash=said,
            actor=str(asked.actor),
            correlation_id=asked.correlation_id,
            traceparent=asked.traceparent,
        )
        ledger = evolve(self._state, event, at=now, by=str(asked.actor))
        # From here on nothing fails: a draft never stands between two entries.
        self._at, self._sequence, self._head, self._state = now, sequence, entry_hash(value), ledger
        self._pending[asked.command_id] = Done(sequence, said)
        return PendingEntry(value, self._head, sequence, now, asked.command_id, said, ledger)

    def _yes(self, asked: CommandRecord, said: str, sequence: int, *, repeated: bool = False) -> Accepted:
        return Accepted(
            command_id=asked.command_id,
            command_hash=said,
            reply_to=asked.reply_to,
            ledger=self._number,
            sequence=sequence,
            repeated=repeated,
        )

    def _no(self, asked: CommandRecord, said: str, rejection: Rejection) -> Rejected:
        return Rejected(
            command_id=asked.command_id,
            command_hash=said,
            reply_to=asked.reply_to,
            ledger=self._number,
            code=rejection.code,
            details={**rejection.details, "at_sequence": self._sequence},
            entries=rejection.entries,
        )
