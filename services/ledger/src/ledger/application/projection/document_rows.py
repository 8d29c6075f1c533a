"""What a follower applies records to beside a ledger's rows: the signer's documents."""

import asyncio
import time
from collections.abc import Sequence

from prometheus_client import Counter

from contracts.documents.license_keys import LicenseKeys
from contracts.documents.published import NotAPublishedDocument
from ledger.application.projection import document_spans
from ledger.application.projection.documents import Document, LicenseFileRow, ReadDocument
from ledger.application.projection.store import ProjectionStore
from runtime import tracing
from runtime.kafka import Partition, Record
from runtime.projection.poison import PoisonBox

YIELD_EVERY = 16
"""Documents that are verified between two turns of the event loop, some 5 ms."""

_DOCUMENTS = Counter("licensing_projector_documents", "License files and receipts written", ["topic"])


class DocumentRows:
    """The documents of one partition of a topic of the signer; what the signer did not sign is buried."""

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
        self.stopped = ""

    async def next_offset(self) -> int:
        self._next = await self._store.document_offset(self._topic, self._partition)
        return self._next

    async def apply(self, records: Sequence[Record]) -> int:
        began_ns = time.time_ns()
        documents: list[Document] = []
        stamps: list[int] = []
        for number, record in enumerate(records):
            if number % YIELD_EVERY == 0:
                await asyncio.sleep(0)
            try:
                documents.append(self._read(record, self._trusted))
                stamps.append(record.timestamp)
            except NotAPublishedDocument as reason:
                await self._poison.put(record, str(reason))
        after = records[-1].offset + 1
        await self._store.apply_documents(self._topic, self._partition, self._next, after, documents)
        self._next = after
        _DOCUMENTS.labels(self._topic).inc(len(documents))
        if tracing.is_on():
            partition = Partition(self._topic, self._partition)
            for document, stamp in zip(documents, stamps, strict=True):
                if isinstance(document, LicenseFileRow):
                    document_spans.tell(document, partition, published_ms=stamp, began_ns=began_ns)
        return after
