"""The follower: whatever the feed does, each record is applied once and in order."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.kafka import Record
from runtime.projection.partition_follower import QUEUE_RECORDS, PartitionFollower
from runtime.projection.store import PositionMoved
from runtime.trouble import Trouble


def record(offset: int) -> Record:
    return Record("events", 0, offset, None, b"", (), 0)


class MemoryTail:
    """A partition in memory; `away` is how many calls the broker will not answer."""

    def __init__(self, end: int = 0) -> None:
        self.end = end
        self.away = 0
        self._at = 0

    async def seek(self, offset: int) -> None:
        self._at = offset

    async def next_batch(self, max_records: int, timeout_seconds: float = 1.0) -> list[Record]:  # noqa: ARG002
        upto = min(self.end, self._at + min(max_records, 3))
        found = [record(offset) for offset in range(self._at, upto)]
        self._at = upto
        return found

    async def position(self) -> int:
        return self._at

    async def end_offset(self) -> int:
        if self.away:
            self.away -= 1
            raise Trouble("the broker is away")
        return self.end

    async def close(self) -> None:
        pass


class MemoryRows:
    """Rows in memory that insist on the order; `away` is how many writes the database will not take."""

    def __init__(self) -> None:
        self.applied: list[int] = []
        self.stopped = ""
        self.away = 0
        self.moved = 0

    async def next_offset(self) -> int:
        return len(self.applied)

    async def apply(self, records: Sequence[Record]) -> int:
        await asyncio.sleep(0)
        if self.away:
            self.away -= 1
            raise Trouble("the database is away")
        if self.moved:
            self.moved -= 1
            raise PositionMoved("somebody else went on")
        for one in records:
            assert one.offset == len(self.applied), "a record was skipped or repeated"
            self.applied.append(one.offset)
        return len(self.applied)


@asynccontextmanager
async def following(tail: MemoryTail, rows: MemoryRows, check_seconds: float = 5) -> AsyncGenerator[PartitionFollower]:
    follower = PartitionFollower("events/0", tail, rows, check_seconds=check_seconds)
    task = asyncio.create_task(follower.run())
    yield follower
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def until(rows: MemoryRows, count: int) -> None:
    async with asyncio.timeout(10):
        while len(rows.applied) < count:  # noqa: ASYNC110 - the rows are the thing that is tested
            await asyncio.sleep(0.001)


async def test_it_reads_the_log_before_the_feed_brings_anything() -> None:
    rows = MemoryRows()
    async with following(MemoryTail(end=10), rows):
        await until(rows, 10)


async def test_the_feed_is_applied_without_reading_the_log() -> None:
    tail, rows = MemoryTail(), MemoryRows()
    async with following(tail, rows) as follower:
        await asyncio.sleep(0.01)
        for offset in range(5):
            follower.offer(record(offset))
        await until(rows, 5)


async def test_a_gap_in_the_feed_is_read_from_the_log() -> None:
    tail, rows = MemoryTail(), MemoryRows()
    async with following(tail, rows) as follower:
        await asyncio.sleep(0.01)
        tail.end = 8
        follower.offer(record(0))
        follower.offer(record(7))
        await until(rows, 8)


async def test_what_the_feed_forgot_is_found_when_it_is_idle() -> None:
    tail, rows = MemoryTail(), MemoryRows()
    async with following(tail, rows, check_seconds=0.01):
        await asyncio.sleep(0.02)
        tail.end = 4
        await until(rows, 4)


async def test_a_feed_that_overflows_is_read_from_the_log() -> None:
    tail, rows = MemoryTail(), MemoryRows()
    async with following(tail, rows) as follower:
        await asyncio.sleep(0.01)
        tail.end = QUEUE_RECORDS + 50
        for offset in range(tail.end):
            follower.offer(record(offset))
        await until(rows, tail.end)


async def test_it_is_not_ready_while_something_is_away_and_goes_on_by_itself() -> None:
    tail, rows = MemoryTail(end=5), MemoryRows()
    tail.away, rows.away = 1, 1
    async with following(tail, rows) as follower:
        await asyncio.sleep(0.1)
        waiting = follower.trouble
        await until(rows, 5)
        await asyncio.sleep(0.05)

        assert waiting == "the broker is away"
        assert follower.trouble is None


async def test_a_position_that_another_projector_moved_is_read_again() -> None:
    tail, rows = MemoryTail(end=5), MemoryRows()
    rows.moved = 2
    async with following(tail, rows):
        await until(rows, 5)


async def test_its_place_is_after_what_had_an_effect() -> None:
    tail, rows = MemoryTail(end=5), MemoryRows()
    async with following(tail, rows) as follower:
        await until(rows, 5)
        await asyncio.sleep(0.01)
        assert follower.place.next_offset == 5
        rows.stopped = "ledger 0 stopped"
        follower.offer(record(5))
        await until(rows, 6)
        await asyncio.sleep(0.01)

        assert (follower.progress[0], follower.place.next_offset) == (6, 5)


async def test_a_defect_ends_it() -> None:
    class Broken(MemoryRows):
        async def apply(self, records: Sequence[Record]) -> int:
            raise ValueError(f"{len(records)} records: a law is broken")

    follower = PartitionFollower("events/0", MemoryTail(end=1), Broken())
    with pytest.raises(ValueError, match="a law is broken"):
        await follower.run()


@given(st.lists(st.integers(0, 30), max_size=60))
def test_whatever_the_feed_brings_every_record_is_applied_once_and_in_order(feed: list[int]) -> None:
    async def follow() -> None:
        tail, rows = MemoryTail(end=31), MemoryRows()
        async with following(tail, rows) as follower:
            for offset in feed:
                follower.offer(record(offset))
                await asyncio.sleep(0)
            await until(rows, 31)

    asyncio.run(follow())


async def test_a_topic_that_was_made_anew_is_not_taken_for_one_without_news() -> None:
    tail, rows = MemoryTail(end=3), MemoryRows()
    rows.applied = list(range(10))
    async with following(tail, rows, check_seconds=0.001) as follower:
        async with asyncio.timeout(10):
            while "rebuild the rows" not in (follower.trouble or ""):  # noqa: ASYNC110 - what it says is what is tested
                await asyncio.sleep(0.001)
        assert len(rows.applied) == 10
        rows.applied.clear()
        await until(rows, 3)
