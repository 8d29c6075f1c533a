"""Asking for a conversion: noted once under its key, within the company's bounds, then on the log."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from contracts.audio.events import AudioConversionRequested
from contracts.models import WireModel

MAX_WAITING = 100
"""Conversions of a company that have no outcome: forty announcements twice, and some."""
MAX_JOBS_A_DAY = 1000
MAX_SECONDS_A_DAY = 6 * 3600
"""Of recordings that were read."""
MAX_BYTES_A_DAY = 1024 * 1024 * 1024
"""Of uploads; they lie in the store for a day."""
SOON_SECONDS = 10
"""When something that waits has probably been converted."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a company may have, at once and within a day."""

    waiting: int = MAX_WAITING
    jobs: int = MAX_JOBS_A_DAY
    seconds: int = MAX_SECONDS_A_DAY
    bytes: int = MAX_BYTES_A_DAY


class QuotaReached(Exception):  # noqa: N818 - states the world
    """The company has what it may have; some of it is free again in so many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds


class OtherRequest(Exception):  # noqa: N818 - states the world
    """The key was used for another request."""


class Requests(Protocol):
    """What was asked for. Raises Trouble while the database is away."""

    async def reserve(self, request: AudioConversionRequested, fingerprint: str, size: int, now: datetime) -> None:
        """Note a request once, with so many bytes of an upload; raises OtherRequest and QuotaReached."""
        ...

    async def sent(self, job: str) -> None:
        """It is on the log; queries show it from now on."""
        ...

    async def sweep(self, now: datetime) -> None:
        """Forget what no bound counts any more."""
        ...


def fingerprint_of(digest: str, *said: WireModel | str | tuple[str, ...]) -> str:
    """What two requests have in common that are the same one."""
    return hashlib.sha256(repr((digest, *said)).encode()).hexdigest()
