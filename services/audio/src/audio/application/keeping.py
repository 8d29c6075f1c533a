"""Files come and go: at each moment it is known where bytes lie, and until when, whatever ends in between."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Protocol

from contracts.audio.conversions import StoredBytes
from runtime.blobs.port import Blobs

KEPT_HOURS = 24
"""Recordings and what was made of them: time enough to take them to a box, and no archive."""


class Kept(Protocol):
    """Which bytes lie where for which conversion. Raises Trouble while the database is away."""

    async def note(self, job: str, place: str, expires: datetime) -> None:
        """Bytes will lie there for this conversion; again is harmless, and does not lengthen their time."""
        ...

    async def of_job(self, job: str) -> list[str]: ...

    async def ended(self, now: datetime) -> list[tuple[str, str]]:
        """Conversion and place of bytes whose time is over, or whose conversion was deleted."""
        ...

    async def share(self, place: str, job: str, other: str) -> None:
        """The bytes of another conversion are this one's too, for as long as they are there."""
        ...

    async def used_by_others(self, place: str, job: str) -> bool: ...

    async def forget(self, job: str, place: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Store:
    """Bytes with their end."""

    blobs: Blobs
    kept: Kept
    clock: Callable[[], datetime]

    async def put(self, job: str, stored: StoredBytes, file: BinaryIO) -> None:
        """Keep a file for a conversion."""
        await self.kept.note(job, stored.place, self.expiry())
        await self.blobs.put(stored.place, file, stored.size)

    async def put_file(self, job: str, stored: StoredBytes, path: Path) -> None:
        with path.open("rb") as file:
            await self.put(job, stored, file)

    async def share(self, job: str, place: str, other: str) -> None:
        """Use the bytes of another conversion, for as long as they are kept."""
        await self.kept.share(place, job, other)

    def expiry(self) -> datetime:
        """The end of what is kept now."""
        return self.clock() + timedelta(hours=KEPT_HOURS)

    async def remove(self, job: str) -> None:
        """Take away what lies for a conversion."""
        for place in await self.kept.of_job(job):
            await self._let_go(job, place)

    async def sweep(self) -> int:
        """Take away what has come to its end; how many files."""
        ended = await self.kept.ended(self.clock())
        for job, place in ended:
            await self._let_go(job, place)
        return len(ended)

    async def _let_go(self, job: str, place: str) -> None:
        """Bytes first, so that none is left that nobody knows of. A repetition may still need its source."""
        if not await self.kept.used_by_others(place, job):
            await self.blobs.remove(place)
        await self.kept.forget(job, place)
