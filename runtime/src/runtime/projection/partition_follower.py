"""Follow a partition: Faust feeds the steady state, and what it misses is read from the log itself.

The rows' own position is the truth about how far they are. A feed that repeats records changes nothing; a feed that
skips, overflows or ends makes the follower read the log from that position. A log that ends before it was made anew,
and the rows say what is not there any more.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

from prometheus_client import Counter

from runtime.kafka import OffsetGone, Record
from runtime.logs import get_logger
from runtime.projection.store import PositionMoved
from runtime.reader_lag import Place
from runtime.trouble import Trouble

BATCH_RECORDS = 2_000
"""One transaction: long enough for COPY to pay, short enough that a waiter does not notice."""
QUEUE_RECORDS = 10_000
"""How far Faust may be ahead; beyond it the feed is dropped and the log is read instead."""
CHECK_SECONDS = 15.0
"""How often an idle follower asks the broker whether something was missed."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.2, 5.0
"""Pauses while the broker or the database is away; the follower retries without end, with readiness false."""

_OVERFLOWS = Counter("licensing_projector_feed_overflows", "Records dropped from the feed; read from the log later")
_TROUBLES = Counter("licensing_projector_troubles", "Attempts that failed because something was away")

_log = get_logger("runtime.projection")


class Tail(Protocol):
    """One partition, read from any offset; raises Trouble while the broker is away."""

    async def seek(self, offset: int) -> None: ...
    async def next_batch(self, max_records: int, timeout_seconds: float = 1.0) -> list[Record]: ...
    async def position(self) -> int: ...
    async def end_offset(self) -> int: ...
    async def close(self) -> None: ...


class Target(Protocol):
    """What records are applied to."""

    @property
    def stopped(self) -> str:
        """Why records are passed without effect, or nothing; it is asked after each step."""
        ...

    async def next_offset(self) -> int:
        """Where the rows stand, read again."""
        ...

    async def apply(self, records: Sequence[Record]) -> int:
        """Apply records that follow that position; the next offset. Raises Trouble or PositionMoved."""
        ...


class PartitionFollower:
    """Keeps one target at the end of one partition, until cancelled. `place` is how far records had their effect."""

    def __init__(self, name: str, tail: Tail, target: Target, *, check_seconds: float = CHECK_SECONDS) -> None:
        self.name = name
        self.trouble: str | None = "it has not read the log yet"
        self.place = Place()
        self._tail = tail
        self._target = target
        self._check_seconds = check_seconds
        self._feed: asyncio.Queue[Record] = asyncio.Queue(QUEUE_RECORDS)
        self._awake = asyncio.Event()
        self._behind = True
        self._next = self._end = 0

    @property
    def progress(self) -> tuple[int, int]:
        """The offset that comes next, and the end of the log as it was when this began to catch up."""
        return self._next, max(self._next, self._end)

    def offer(self, record: Record) -> None:
        """Take a record from the feed; never waits, never fails."""
        try:
            self._feed.put_nowait(record)
        except asyncio.QueueFull:
            _OVERFLOWS.inc()
            self._behind = True
        self._awake.set()

    def wake(self) -> None:
        """Make it compare itself with the log now."""
        self._behind = True
        self._awake.set()

    async def run(self) -> None:
        """Follow until cancelled; only a defect ends it before."""
        pause = FIRST_PAUSE_SECONDS
        try:
            while True:
                try:
                    await self._step()
                    self.trouble, pause = self._target.stopped or None, FIRST_PAUSE_SECONDS
                except PositionMoved as moved:
                    _log.info("position_moved", follower=self.name, reason=str(moved))
                    self._behind = True
                except (Trouble, OffsetGone) as reason:
                    await self._note(reason, pause)
                    pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        finally:
            await self._tail.close()

    async def settle(self) -> int:
        """Catch up once, however often something is away meanwhile; how many records the last attempt applied."""
        while True:
            try:
                return await self.catch_up()
            except PositionMoved:
                await asyncio.sleep(FIRST_PAUSE_SECONDS)
            except (Trouble, OffsetGone) as reason:
                await self._note(reason, FIRST_PAUSE_SECONDS)

    async def catch_up(self) -> int:
        """Apply the log from the rows' position to its present end; how many records that were."""
        self._behind, count = False, 0
        self._next = await self._target.next_offset()
        self._note_place(self.place.stamp_ms)
        try:
            await self._tail.seek(self._next)
            end = self._end = await self._tail.end_offset()
            if self._next > end:
                raise OffsetGone(f"{self.name} ends at offset {end}, and was read up to {self._next}: rebuild the rows")
            while await self._tail.position() < end:
                records = await self._tail.next_batch(BATCH_RECORDS)
                if records:
                    await self._apply(records)
                    count += len(records)
        finally:
            await self._tail.close()
        return count

    async def _step(self) -> None:
        if self._behind:
            await self.catch_up()
            return
        records = self._fed() or await self._wait()
        fresh = [record for record in records if record.offset >= self._next]
        if fresh and fresh[0].offset > self._next:
            self._behind = True
        elif fresh:
            await self._apply(fresh)

    async def _apply(self, records: Sequence[Record]) -> None:
        self._next = await self._target.apply(records)
        self._note_place(records[-1].timestamp)

    def _note_place(self, stamp_ms: int) -> None:
        """What a target passes without effect is not handled."""
        if not self._target.stopped:
            self.place.handled(self._next, stamp_ms)

    def _fed(self) -> list[Record]:
        """What the feed holds, as long as each record follows the one before."""
        found: list[Record] = []
        while not self._feed.empty() and len(found) < BATCH_RECORDS:
            record = self._feed.get_nowait()
            if found and record.offset != found[-1].offset + 1:
                self._behind = True
                break
            found.append(record)
        return found

    async def _wait(self) -> list[Record]:
        """Sleep until the feed brings something; after `check_seconds` compare with the log."""
        self._awake.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._check_seconds):
                await self._awake.wait()
                return self._fed()
        self._behind = True
        return []

    async def _note(self, reason: Exception, pause: float) -> None:
        if self.trouble is None:
            _log.warning("projection_waits", follower=self.name, reason=str(reason))
        self.trouble, self._behind = str(reason), True
        _TROUBLES.inc()
        await asyncio.sleep(pause)
