"""A worker: takes conversions up, one claim each, and says on the log what became of them.

Whoever holds the claim works. A worker that dies lets its claim run out, and another begins again: so a conversion
may be made twice. The first outcome on the log is the one that counts, and until then of each format the first file.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple, Protocol

from prometheus_client import Counter, Gauge

from audio.application.making import Maker
from audio.application.ports import ProgramFailed
from audio.domain.refusals import AudioRefused
from contracts.audio.events import (
    AudioConversionCompleted,
    AudioConversionFailed,
    AudioConversionRequested,
    AudioEvent,
    AudioFileConverted,
)
from runtime.blobs.port import BlobMissing
from runtime.logs import about, get_logger
from runtime.trouble import Trouble

MAX_ATTEMPTS = 5
"""A file that ends its worker so often will do so always; one that had bad luck is made by then."""
HEARTBEATS_A_LEASE = 5
"""And as often it is looked for what a dead worker has left."""
QUEUE_JOBS = 1000
"""Taken up and not begun; what does not fit is found in the table of conversions later."""
PAUSE_SECONDS = 1.0
"""While something is away."""
LOOK_JOBS = 50

_ENDED = Counter(
    "licensing_audio_conversions", "Conversions that were brought to an end, by what became of them", ["outcome"]
)
_PROGRAM_FAILURES = Counter("licensing_audio_program_failures", "Attempts in which a program ended as it should not")
_WAITING = Gauge("licensing_audio_waiting", "Conversions without an outcome")
_OLDEST = Gauge("licensing_audio_oldest_seconds", "How long the oldest of them has been waiting")

_log = get_logger("audio.worker")


class Backlog(NamedTuple):
    """Conversions without an outcome, and how long the oldest has been waiting."""

    waiting: int
    oldest_seconds: float


class Claims(Protocol):
    """Who is at which conversion. Raises Trouble while the database is away."""

    async def claim(self, job: str) -> int | None:
        """How often it has been begun, this time included; None when somebody else is at it, or it has ended."""
        ...

    async def prolong(self, job: str) -> None: ...

    async def finish(self, job: str) -> None:
        """Its outcome is on the log: nobody begins it again."""
        ...

    async def release(self, job: str, *, counts: bool) -> None:
        """It has no outcome, and may be begun again at once; whether this was an attempt."""
        ...

    async def waiting(self, limit: int) -> list[AudioConversionRequested]:
        """What has no outcome, and nobody alive at it; oldest first."""
        ...

    async def backlog(self) -> Backlog: ...


class Events(Protocol):
    """The log of conversions. Raises Trouble while the broker is away."""

    async def append(self, event: AudioEvent, *, traceparent: str | None) -> None:
        """Durable when this returns, and part of this trace, if there is one."""
        ...


class Worker:
    """Takes conversions from whoever offers them, and looks for those that nobody is at."""

    def __init__(self, claims: Claims, events: Events, maker: Maker, *, lease_seconds: float) -> None:
        self._claims = claims
        self._events = events
        self._maker = maker
        self._beat_seconds = lease_seconds / HEARTBEATS_A_LEASE
        self._queue: asyncio.Queue[tuple[AudioConversionRequested, str | None]] = asyncio.Queue(QUEUE_JOBS)
        self.trouble: str | None = None
        self._backlog, self._counted = Backlog(0, 0.0), time.monotonic()
        _OLDEST.set_function(self._oldest_seconds)

    def offer(self, request: AudioConversionRequested, traceparent: str | None = None) -> None:
        """Take a conversion up, at once and without failing; its record is of this trace, where that is known."""
        with suppress(asyncio.QueueFull):
            self._queue.put_nowait((request, traceparent))

    async def run(self) -> None:
        """Convert one after the other, until cancelled; several may run side by side."""
        while True:
            await self._try(*await self._queue.get())

    async def look(self) -> None:
        """Find what a dead worker has left, until cancelled."""
        while True:
            try:
                if self._queue.empty():
                    for request in await self._claims.waiting(LOOK_JOBS):
                        self.offer(request)
                self._backlog, self._counted = await self._claims.backlog(), time.monotonic()
                _WAITING.set(self._backlog.waiting)
                self.trouble = None
            except Trouble as trouble:
                self.trouble = str(trouble)
            await asyncio.sleep(PAUSE_SECONDS if self.trouble else self._beat_seconds)

    def _oldest_seconds(self) -> float:
        """It waits on while nobody can count, and what has come since then waits at most as long as that."""
        if self._backlog.waiting or self.trouble:
            return self._backlog.oldest_seconds + time.monotonic() - self._counted
        return 0.0

    async def _try(self, request: AudioConversionRequested, traceparent: str | None) -> None:
        with about(correlation_id=request.job, traceparent=traceparent):
            try:
                is_done = await self.work(request, traceparent)
            except Trouble as trouble:
                _log.warning("conversion_waits", job=request.job, reason=str(trouble))
                await asyncio.sleep(PAUSE_SECONDS)
                is_done = False
        if not is_done:
            self.offer(request, traceparent)

    async def work(self, request: AudioConversionRequested, traceparent: str | None = None) -> bool:
        """Bring one conversion to its outcome, unless somebody else is at it; False if it is to be begun again."""

        async def say(event: AudioEvent) -> None:
            await self._events.append(event, traceparent=traceparent)

        attempts = await self._claims.claim(request.job)
        if attempts is None:
            return True
        try:
            async with self._alive(request.job):
                outcome = await self._outcome(request, attempts, say)
            await say(outcome)
        except ProgramFailed as failed:
            _PROGRAM_FAILURES.inc()
            _log.warning("conversion_program_failed", job=request.job, attempts=attempts, reason=str(failed))
            await self._claims.release(request.job, counts=True)
            return False
        except (Trouble, asyncio.CancelledError):
            with suppress(Trouble):
                await self._claims.release(request.job, counts=False)
            raise
        else:
            await self._claims.finish(request.job)
            _ENDED.labels(outcome.code if isinstance(outcome, AudioConversionFailed) else "completed").inc()
            _log.info("conversion_ended", job=request.job, outcome=outcome.type, attempts=attempts)
            return True

    async def _outcome(
        self, request: AudioConversionRequested, attempts: int, say: Callable[[AudioEvent], Awaitable[None]]
    ) -> AudioConversionCompleted | AudioConversionFailed:
        if attempts > MAX_ATTEMPTS:
            return _failed(request.job, "conversion_failed", f"It was begun {MAX_ATTEMPTS} times and never ended.")
        try:
            # Each file can be taken as soon as it is said, whatever becomes of the other formats.
            return await self._maker.make(request, lambda file: say(AudioFileConverted(job=request.job, file=file)))
        except AudioRefused as refused:
            return _failed(request.job, refused.code, refused.reason)
        except BlobMissing:
            return _failed(request.job, "audio_files_gone", "What was to be converted is gone.")

    @asynccontextmanager
    async def _alive(self, job: str) -> AsyncGenerator[None]:
        beating = asyncio.create_task(self._beat(job))
        try:
            yield
        finally:
            beating.cancel()

    async def _beat(self, job: str) -> None:
        while True:
            await asyncio.sleep(self._beat_seconds)
            with suppress(Trouble):
                await self._claims.prolong(job)


def _failed(job: str, code: str, reason: str) -> AudioConversionFailed:
    """What a program said of a stranger's file goes on the log only as plain ASCII, and not much of it."""
    plain = "".join(letter if " " <= letter <= "~" else "?" for letter in reason)
    return AudioConversionFailed(job=job, code=code, reason=plain[:300])
