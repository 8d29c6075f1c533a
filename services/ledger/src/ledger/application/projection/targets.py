"""What a follower applies records to: the rows of a ledger, or the signer's documents."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import NamedTuple, Protocol

from prometheus_client import Counter, Gauge

from contracts.documents.published import NotAPublishedDocument
from contracts.events import Event
from contracts.log.chain import Orphan
from contracts.log.entries import Entry, UnknownEventTypeError, entry_hash
from contracts.log.stop import EVENT_TYPE_UNKNOWN, Stop, stop_at
from ledger.application.projection.documents import Document
from ledger.application.projection.store import Position, PositionMoved, ProjectionStore
from runtime.kafka import Record
from runtime.logs import get_logger
from runtime.trouble import Trouble

_ENTRIES = Counter("licensing_projector_entries", "Entries written to the rows", ["ledger"])
_ORPHANS = Counter("licensing_projector_orphans", "Records of the log that are no valid next entry", ["ledger"])
_STOPPED = Gauge("licensing_projector_stopped", "1 while no row follows from an entry and on", ["ledger", "law"])
_DOCUMENTS = Counter("licensing_projector_documents", "License files and receipts written", ["topic"])


_log = get_logger("ledger.projector")


class PoisonBox(Protocol):
    """Where a record goes that cannot be used; durable when `put` returns."""

    async def put(self, record: Record, reason: str) -> None: ...


class _Step(NamedTuple):
    """An entry, and where the rows stand once it is applied."""

    entry: Entry[Event]
    after: Position


class LedgerRows:
    """The rows of one ledger.

    An entry that cannot be applied stops them: the rows stay as they were before it, and no other ledger's wait. Each
    time the position is read again, it is tried again, so that rows which were mended go on by themselves.
    """

    def __init__(self, store: ProjectionStore, ledger: int, poison: PoisonBox) -> None:
        self._store = store
        self._ledger = ledger
        self._poison = poison
        self._position = Position()
        self._stop: Stop | None = None
        self._passing = False

    @property
    def stopped(self) -> str:
        """Where the rows stopped and why, or nothing."""
        return "" if self._stop is None else f"ledger {self._ledger} stopped: {self._stop}"

    async def next_offset(self) -> int:
        self._position = await self._store.position(self._ledger)
        self._passing = False
        return self._position.next_offset

    async def apply(self, records: Sequence[Record]) -> int:
        """Apply the entries among the records, up to one that cannot be applied."""
        if self._passing:
            return records[-1].offset + 1
        steps, after, unknown = await self._read(records)
        try:
            await self._commit(after, [step.entry for step in steps])
        except (Trouble, PositionMoved):
            raise
        except Exception:  # noqa: BLE001 - one of them: the others are applied without it
            unknown = await self._up_to_what_fails(steps)
        if unknown is not None:
            self._stop_at(unknown)
        elif self._stop is not None and self._position.sequence >= self._stop.sequence:
            _log.warning("projection_goes_on", ledger=self._ledger, sequence=self._position.sequence)
            self._forget_stop()
        return records[-1].offset + 1

    async def _read(self, records: Sequence[Record]) -> tuple[list[_Step], Position, Stop | None]:
        """The entries among the records, the position after them, and the stop at one of a later version."""
        chain = self._position.chain(self._ledger)
        steps: list[_Step] = []
        for record in records:
            try:
                found = chain.accept(record.value or b"")
            except UnknownEventTypeError as error:
                stop = Stop(error.sequence, entry_hash(record.value or b""), EVENT_TYPE_UNKNOWN, str(error))
                return steps, Position(chain.sequence, chain.head, record.offset), stop
            if isinstance(found, Orphan):
                await self._skip(record, found)
            else:
                steps.append(_Step(found, Position(chain.sequence, chain.head, record.offset + 1)))
        return steps, Position(chain.sequence, chain.head, records[-1].offset + 1), None

    async def _up_to_what_fails(self, steps: Sequence[_Step]) -> Stop | None:
        for step in steps:
            try:
                await self._commit(step.after, [step.entry])
            except (Trouble, PositionMoved):
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, this entry stops this ledger and no other one
                return stop_at(step.entry.sequence, step.after.head, error)
        return None

    async def _commit(self, after: Position, entries: Sequence[Entry[Event]]) -> None:
        await self._store.apply(self._ledger, self._position, after, entries)
        self._position = after
        _ENTRIES.labels(str(self._ledger)).inc(len(entries))

    def _stop_at(self, stop: Stop) -> None:
        self._passing = True
        if stop != self._stop:
            self._forget_stop()
            self._stop = stop
            _STOPPED.labels(str(self._ledger), stop.law).set(1)
            _log.critical("projection_stopped", ledger=self._ledger, **asdict(stop))

    def _forget_stop(self) -> None:
        if self._stop is not None:
            _STOPPED.remove(str(self._ledger), self._stop.law)
        self._stop = None

    async def _skip(self, record: Record, orphan: Orphan) -> None:
        _ORPHANS.labels(str(self._ledger)).inc()
        if orphan.poison:
            await self._poison.put(record, orphan.reason)


class DocumentRows:
    """The documents of one partition of a topic of the signer."""

    def __init__(
        self,
        store: ProjectionStore,
        partition: tuple[str, int],
        read: Callable[[Record], Document],
        poison: PoisonBox,
    ) -> None:
        self._store = store
        self._topic, self._partition = partition
        self._read = read
        self._poison = poison
        self._next = 0
        self.stopped = ""

    async def next_offset(self) -> int:
        self._next = await self._store.document_offset(self._topic, self._partition)
        return self._next

    async def apply(self, records: Sequence[Record]) -> int:
        documents: list[Document] = []
        for record in records:
            try:
                documents.append(self._read(record))
            except NotAPublishedDocument as reason:
                await self._poison.put(record, str(reason))
        after = records[-1].offset + 1
        await self._store.apply_documents(self._topic, self._partition, self._next, after, documents)
        self._next = after
        _DOCUMENTS.labels(self._topic).inc(len(documents))
        return after
