"""What a follower applies the records of a log to: its rows."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from prometheus_client import Counter, Gauge

from contracts.log.envelope import Entry, EntryFormat, UnknownEventTypeError, entry_hash
from contracts.log.exclusions import Exclusions, Named
from contracts.log.hash_chain import HashChain, Orphan
from contracts.log.stop import EVENT_TYPE_UNKNOWN, Stop, stop_at
from contracts.models import WireModel
from runtime import tracing
from runtime.kafka import Record
from runtime.logs import get_logger, ids_in
from runtime.projection.poison import PoisonBox
from runtime.projection.store import LogStore, Position, PositionMoved, SetAsideStore
from runtime.trouble import Trouble

_ENTRIES = Counter("licensing_projector_entries", "Entries written to the rows", ["ledger"])
_ORPHANS = Counter("licensing_projector_orphans", "Records of the log that are no valid next entry", ["ledger"])
_STOPPED = Gauge("licensing_projector_stopped", "1 while no row follows from an entry and on", ["ledger", "law"])

_log = get_logger("runtime.projection")

E = TypeVar("E", bound=WireModel)


class ReadingBehind(Protocol):
    """Reads on behind an entry at which the rows stopped."""

    @property
    def waiting(self) -> Sequence[Any]:
        """Proposals that nobody has approved."""
        ...

    def take(self, value: bytes) -> Named | None:
        """What another reading has to know, if the next record sets that entry aside; else nothing."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingAsideByRows(Generic[E]):
    """What the rows of a log do about entries that do not count (ADR 18).

    `named` is what an event sets aside; `behind` reads on where the rows stopped; `store` keeps what does not count.
    """

    store: SetAsideStore
    named: Callable[[E], Named]
    behind: Callable[[HashChain[E], Exclusions], ReadingBehind]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectedLog(Generic[E]):
    """A log as its rows have it: its number, what it is called, and its entries."""

    number: int
    source: str
    entries: EntryFormat[E]
    set_aside: SettingAsideByRows[E] | None = None

    def chain(self, sequence: int, head: str) -> HashChain[E]:
        """The log from this entry on."""
        return HashChain(self.entries, self.source, sequence, head)


class NothingBehind:
    """Nobody sets entries of this log aside: its rows go on when they can be applied."""

    waiting: Sequence[Any] = ()

    def take(self, value: bytes) -> Named | None:  # noqa: ARG002
        return None


class _Step(NamedTuple, Generic[E]):
    """An entry, and where the rows stand once it is applied."""

    entry: Entry[E]
    after: Position


class _StoppedAt(NamedTuple):
    """A stop, and the offset after the entry."""

    stop: Stop
    next_offset: int


class LogRows(Generic[E]):
    """The rows of one log.

    An entry that cannot be applied stops them: the rows stay as they were before it, and no other log's wait. Each
    time the position is read again it is tried again, so that rows which were mended go on by themselves. Behind it,
    and anywhere else, a decision that sets entries aside makes the rows begin again without them (ADR 18).
    """

    def __init__(self, store: LogStore, log: ProjectedLog[E], poison: PoisonBox) -> None:
        self._store = store
        self._log = log
        self._ledger = log.number
        self._poison = poison
        self._position = Position()
        self._exclusions = Exclusions()
        self._stop: Stop | None = None
        self._behind: ReadingBehind | None = None
        self._topic = ""

    @property
    def stopped(self) -> str:
        """Where the rows stopped and why, or nothing."""
        return "" if self._stop is None else f"ledger {self._ledger} stopped: {self._stop}"

    async def next_offset(self) -> int:
        self._position = await self._store.position(self._ledger)
        self._behind = None
        if (about := self._log.set_aside) is not None:
            self._exclusions = await about.store.exclusions(self._ledger)
            if (known := self._exclusions.unknown()) is not None:
                await self._begin_again(about, known)
        return self._position.next_offset

    async def apply(self, records: Sequence[Record]) -> int:
        """Apply the entries among the records, up to one that cannot be applied; behind it, look for a decision."""
        self._topic = records[-1].topic
        if self._behind is not None:
            await self._read_behind(self._behind, records)
            return records[-1].offset + 1
        steps, after, stopped = await self._read(records)
        stopped = await self._apply(steps, after) or stopped
        if stopped is not None:
            at = next(number for number, one in enumerate(records, 1) if one.offset + 1 == stopped.next_offset)
            behind = await self._stop_at(stopped.stop, records[at - 1])
            await self._read_behind(behind, records[at:])
        elif self._stop is not None and self._position.sequence >= self._stop.sequence:
            await self._go_on(self._stop)
        return records[-1].offset + 1

    async def _read(self, records: Sequence[Record]) -> tuple[list[_Step[E]], Position, _StoppedAt | None]:
        """The entries among the records, the position after them, and the stop at one of a later version."""
        chain = self._log.chain(self._position.sequence, self._position.head)
        steps: list[_Step[E]] = []
        for record in records:
            value = record.value or b""
            before = Position(chain.sequence, chain.head, record.offset)
            try:
                found = chain.accept(value)
            except UnknownEventTypeError as error:
                chain.advance(error.sequence, entry_hash(value))
                if not self._exclusions.excludes(chain.sequence, chain.head):
                    stop = Stop(chain.sequence, chain.head, EVENT_TYPE_UNKNOWN, str(error))
                    return steps, before, _StoppedAt(stop, record.offset + 1)
                continue
            if isinstance(found, Orphan):
                await self._skip(record, found)
            elif not self._exclusions.excludes(chain.sequence, chain.head):
                steps.append(_Step(found, Position(chain.sequence, chain.head, record.offset + 1)))
        return steps, Position(chain.sequence, chain.head, records[-1].offset + 1), None

    async def _apply(self, steps: Sequence[_Step[E]], after: Position) -> _StoppedAt | None:
        try:
            await self._commit(after, [step.entry for step in steps])
        except (Trouble, PositionMoved):
            raise
        except Exception:  # noqa: BLE001 - one of them: the others are applied without it
            return await self._up_to_what_fails(steps)
        await self._learn(steps)
        return None

    async def _up_to_what_fails(self, steps: Sequence[_Step[E]]) -> _StoppedAt | None:
        for step in steps:
            try:
                await self._commit(step.after, [step.entry])
            except (Trouble, PositionMoved):
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, this entry stops this ledger and no other one
                return _StoppedAt(stop_at(step.entry.sequence, step.after.head, error), step.after.next_offset)
            await self._learn([step])
        return None

    async def _commit(self, after: Position, entries: Sequence[Entry[E]]) -> None:
        began_ns = time.time_ns()
        await self._store.apply(self._ledger, self._position, after, entries)
        self._position = after
        if tracing.is_on():
            self._trace(entries, began_ns)
        _ENTRIES.labels(str(self._ledger)).inc(len(entries))

    def _trace(self, entries: Sequence[Entry[E]], began_ns: int) -> None:
        """Each entry has a span of its own, as it has a trace of its own; they last as long as their transaction."""
        for entry in entries:
            tracing.processed(
                self._topic,
                self._ledger,
                entry.traceparent,
                {"licensing.event": entry.type, "licensing.sequence": entry.sequence},
                said_at=entry.time.timestamp(),
                began_ns=began_ns,
            )

    async def _learn(self, steps: Sequence[_Step[E]]) -> None:
        """Begin again, if one of the entries sets others aside that are among the rows."""
        if (about := self._log.set_aside) is None:
            return
        for step in steps:
            entries = about.named(step.entry.data)
            if entries and (known := self._exclusions.learn(step.entry.sequence, entries)) is not None:
                await self._begin_again(about, known)

    async def _read_behind(self, behind: ReadingBehind, records: Sequence[Record]) -> None:
        waiting = behind.waiting
        for record in records:
            known = behind.take(record.value or b"")
            if known is not None and self._log.set_aside is not None:
                await self._begin_again(self._log.set_aside, known)
        if behind.waiting != waiting:
            await self._store.note_stop(self._ledger, self._stop, behind.waiting)

    async def _begin_again(self, about: SettingAsideByRows[E], known: Named) -> None:
        _log.warning("projection_begins_again", ledger=self._ledger, set_aside=sorted(known))
        await about.store.begin_again(self._ledger, known)
        raise PositionMoved(f"entries of ledger {self._ledger} were set aside")

    async def _stop_at(self, stop: Stop, record: Record) -> ReadingBehind:
        chain, about = self._log.chain(stop.sequence, stop.entry_hash), self._log.set_aside
        behind = self._behind = NothingBehind() if about is None else about.behind(chain, self._exclusions)
        if stop == self._stop:
            return behind
        self._forget_stop()
        self._stop = stop
        _STOPPED.labels(str(self._ledger), stop.law).set(1)
        _log.critical("projection_stopped", ledger=self._ledger, **asdict(stop), **ids_in(record.value))
        await self._store.note_stop(self._ledger, stop, ())
        return behind

    async def _go_on(self, former: Stop) -> None:
        _log.warning("projection_goes_on", ledger=self._ledger, stopped_at=former.sequence)
        self._forget_stop()
        await self._store.note_stop(self._ledger, None, ())

    def _forget_stop(self) -> None:
        if self._stop is not None:
            _STOPPED.remove(str(self._ledger), self._stop.law)
        self._stop = None

    async def _skip(self, record: Record, orphan: Orphan) -> None:
        _ORPHANS.labels(str(self._ledger)).inc()
        if orphan.poison:
            await self._poison.put(record, orphan.reason)
