"""What a follower applies records to: the rows of a ledger, or the signer's documents."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from prometheus_client import Counter

from contracts.documents.license_keys import LicenseKeys
from contracts.documents.published import NotAPublishedDocument
from contracts.events import Event
from contracts.log.chain import Orphan
from contracts.log.entries import Entry, UnknownEventTypeError
from ledger.application.projection.documents import Document, ReadDocument
from ledger.application.projection.store import Position, ProjectionStore
from runtime.kafka import Record

YIELD_EVERY = 16
"""Documents that are verified between two turns of the event loop, some 5 ms."""

_ENTRIES = Counter("licensing_projector_entries", "Entries written to the rows", ["ledger"])
_ORPHANS = Counter("licensing_projector_orphans", "Records of the log that are no valid next entry", ["ledger"])
_DOCUMENTS = Counter("licensing_projector_documents", "License files and receipts written", ["topic"])


class PoisonBox(Protocol):
    """Where a record goes that cannot be used; durable when `put` returns."""

    async def put(self, record: Record, reason: str) -> None: ...


class LedgerRows:
    """The rows of one ledger."""

    def __init__(self, store: ProjectionStore, ledger: int, poison: PoisonBox) -> None:
        self._store = store
        self._ledger = ledger
        self._poison = poison
        self._position = Position()

    async def next_offset(self) -> int:
        self._position = await self._store.position(self._ledger)
        return self._position.next_offset

    async def apply(self, records: Sequence[Record]) -> int:
        """Apply the entries among the records; an unknown type ends this with what came before it applied."""
        chain = self._position.chain(self._ledger)
        entries: list[Entry[Event]] = []
        for record in records:
            try:
                found = chain.accept(record.value or b"")
            except UnknownEventTypeError:
                await self._commit(Position(chain.sequence, chain.head, record.offset), entries)
                raise
            if isinstance(found, Orphan):
                await self._skip(record, found)
            else:
                entries.append(found)
        return await self._commit(Position(chain.sequence, chain.head, records[-1].offset + 1), entries)

    async def _commit(self, after: Position, entries: Sequence[Entry[Event]]) -> int:
        await self._store.apply(self._ledger, self._position, after, entries)
        self._position = after
        _ENTRIES.labels(str(self._ledger)).inc(len(entries))
        return after.next_offset

    async def _skip(self, record: Record, orphan: Orphan) -> None:
        _ORPHANS.labels(str(self._ledger)).inc()
        if orphan.poison:
            await self._poison.put(record, orphan.reason)


class DocumentRows:
    """The documents of one partition of a topic of the signer; what the signer did not sign is set aside."""

    def __init__(
        self,
        store: ProjectionStore,
        partition: tuple[str, int],
        read: ReadDocument,
        poison: PoisonBox,
        trusted: LicenseKeys,
    ) -> None:
        self._store = store
        self._topic, self._partition = partition
        self._read = read
        self._trusted = trusted
        self._poison = poison
        self._next = 0

    async def next_offset(self) -> int:
        self._next = await self._store.document_offset(self._topic, self._partition)
        return self._next

    async def apply(self, records: Sequence[Record]) -> int:
        documents: list[Document] = []
        for number, record in enumerate(records):
            if number % YIELD_EVERY == 0:
                await asyncio.sleep(0)
            try:
                documents.append(self._read(record, self._trusted))
            except NotAPublishedDocument as reason:
                await self._poison.put(record, str(reason))
        after = records[-1].offset + 1
        await self._store.apply_documents(self._topic, self._partition, self._next, after, documents)
        self._next = after
        _DOCUMENTS.labels(self._topic).inc(len(documents))
        return after
