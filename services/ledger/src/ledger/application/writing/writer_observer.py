"""What the writer tells its operators, apart from what it does."""

from collections.abc import Sequence
from typing import Protocol

from contracts.log.chain import Orphan
from contracts.outcomes import Accepted, Rejected


class WriterObserver(Protocol):
    """Takes notice; never fails, never waits."""

    def followed(self, sequence: int) -> None: ...
    def decided(self, outcomes: Sequence[Accepted | Rejected]) -> None: ...
    def orphan(self, orphan: Orphan) -> None: ...
