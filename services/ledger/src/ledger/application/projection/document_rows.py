"""What a follower applies records to beside a ledger's rows: the signer's documents."""

from collections.abc import Callable, Sequence

from prometheus_client import Counter

from contracts.documents.published import NotAPublishedDocument
from ledger.application.projection.documents import Document
from ledger.application.projection.poison import PoisonBox
from ledger.application.projection.store import ProjectionStore
from runtime.kafka import Record

_DOCUMENTS = Counter("licensing_projector_documents", "License files and receipts written", ["topic"])


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
