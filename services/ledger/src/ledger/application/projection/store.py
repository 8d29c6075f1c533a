"""What the projector needs of its store: the rows of entries, and beside them those of the signer's documents."""

from collections.abc import Sequence
from typing import Protocol

from ledger.application.projection.documents import Document
from runtime.projection.store import LogStore, SetAsideStore


class ProjectionStore(LogStore, SetAsideStore, Protocol):
    """The rows of the read side. Every method raises Trouble while the database is away."""

    async def document_offset(self, topic: str, partition: int) -> int:
        """The next offset to read of a topic of documents."""
        ...

    async def apply_documents(
        self, topic: str, partition: int, before: int, after: int, documents: Sequence[Document]
    ) -> None:
        """Keep documents, the newest sequence of each place; raises PositionMoved as `apply` does."""
        ...
