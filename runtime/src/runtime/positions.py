"""Where the rows of a log stand, now and at a moment in the past."""

from datetime import datetime
from typing import Protocol


class Positions(Protocol):
    """Raises Trouble."""

    async def position(self) -> int:
        """The last entry that the rows stand for."""
        ...

    async def sequence_at(self, time: datetime) -> int:
        """The last entry that was written by then; 0 if there is none."""
        ...

    async def time_of(self, sequence: int) -> datetime | None:
        """When an entry was written; None for one that is absent."""
        ...
