"""What the projector needs of its store: the rows of entries, and beside them those of the signer's documents."""

from collections.abc import Sequence
from typing import Protocol

from contracts.support.cases import SupportCaseChanged
from ledger.application.projection.documents import Document
from runtime.projection.store import LogStore, SetAsideStore


class ProjectionStore(LogStore, SetAsideStore, Protocol):
    """The rows of the read side. Every method raises Trouble while the database is away."""

    async def document_offset(self, topic: str, partition: int) -> int:
        """The next offset to read of a topic of documents or cases."""
        ...

    async def apply_documents(
        self, topic: str, partition: int, before: int, after: int, documents: Sequence[Document]
    ) -> None:
        """Keep documents, the newest sequence of each place; raises PositionMoved as `apply` does."""
        ...

    async def apply_support_cases(
        self, topic: str, partition: int, before: int, after: int, cases: Sequence[SupportCaseChanged]
    ) -> None:
        """Keep cases of the help desk, the highest revision of each; raises PositionMoved as `apply` does."""
        ...
