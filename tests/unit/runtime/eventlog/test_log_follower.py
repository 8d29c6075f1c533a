"""Following a log that others write: up to date before each decision, or in trouble, and never guessing."""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import pytest

from contracts.log.envelope import GENESIS, entry_hash
from contracts.log.stop import EVENT_TYPE_UNKNOWN, NOT_APPLICABLE
from runtime.eventlog import log_follower
from runtime.eventlog.log_follower import LogFollower
from tests.support.eventlog.driving import never, until
from tests.support.eventlog.hall import BROKEN, HALL_ENTRIES, Hall, HallEvent, SeatReserved, hall_log
from tests.support.eventlog.memory import NOON, MemoryTail, Partition

HallFollower = LogFollower[Hall, HallEvent]


class HallLog:
    """A partition to which somebody appends entries."""

    def __init__(self, seed: int = 1) -> None:
        self.partition = Partition(random.Random(seed))
        self._sequence, self._head = 0, GENESIS

    def reserve(self, *seats: int, name: bytes = b"seat-reserved.v1") -> None:
        for seat in seats:
            value = HALL_ENTRIES.encode(
                SeatReserved(seat=seat),
                source="/halls/0",
                sequence=self._sequence + 1,
                prev=self._head,
                at=NOON,
                command_id="a" * 64,
                command_hash="a" * 64,
                actor="operator:ann",
                correlation_id="evening",
            ).replace(b"seat-reserved.v1", name)
            self._sequence, self._head = self._sequence + 1, entry_hash(value)
            self.partition.values.append(value)


@asynccontextmanager
async def following(hall: HallLog) -> AsyncGenerator[tuple[HallFollower, MemoryTail]]:
    tail = MemoryTail(hall.partition)
    follower = HallFollower(hall_log(), tail)
    task = asyncio.create_task(follower.run())
    try:
        yield follower, tail
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        assert tail.closed


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_follower, "AGAIN_SECONDS", 0.01)
    monkeypatch.setattr(log_follower, "PATIENCE_SECONDS", 0.2)


@pytest.mark.parametrize("seed", range(5))
async def test_a_decision_sees_all_that_was_on_the_log_when_it_was_asked_for(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(log_follower, "PATIENCE_SECONDS", 30)
    hall = HallLog(seed)
    hall.reserve(1)
    async with following(hall) as (follower, _):
        await follower.begun()
        for seat in (2, 3, 4):
            hall.reserve(seat)
            await follower.look()
            assert (follower.trouble, set(follower.state.seats)) == ("", set(range(1, seat + 1)))


async def test_whoever_stands_at_the_end_waits_for_no_entry_to_be_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MemoryTail, "next_batch", never)
    async with following(HallLog()) as (follower, _), asyncio.timeout(5):
        await follower.begun()
        assert follower.trouble == ""


async def test_before_the_first_reading_it_is_in_trouble() -> None:
    follower = HallFollower(hall_log(), MemoryTail(HallLog().partition))
    assert follower.trouble == follower.holds_up == "nothing was read yet"


async def test_while_no_broker_answers_it_says_so_and_goes_on_when_one_does() -> None:
    hall = HallLog()
    hall.reserve(1)
    async with following(hall) as (follower, tail):
        await follower.begun()
        tail.away = True
        await until(lambda: "can't be read" in follower.trouble)
        await follower.look()
        assert follower.trouble == "no broker answers"
        hall.reserve(2)
        tail.away = False
        await until(lambda: follower.trouble == "")
        assert set(follower.state.seats) == {1, 2}


async def test_where_nobody_reads_a_decision_waits_no_longer_than_it_may() -> None:
    hall = HallLog()
    hall.reserve(1)
    follower = HallFollower(hall_log(), MemoryTail(hall.partition))
    await follower.look()
    assert follower.trouble == "the end of /halls/0 was not reached within 0.2 s"


@pytest.mark.parametrize(
    ("seat", "name", "law"),
    [
        (1, b"seat-reserved.v1", "seat_taken"),
        (BROKEN, b"seat-reserved.v1", NOT_APPLICABLE),
        (2, b"seat-reserved.v9", EVENT_TYPE_UNKNOWN),
    ],
)
async def test_an_entry_that_it_cannot_apply_stops_it_with_the_law_and_the_state_before(
    seat: int, name: bytes, law: str
) -> None:
    hall = HallLog()
    hall.reserve(1)
    async with following(hall) as (follower, _):
        await follower.begun()
        hall.reserve(seat, name=name)
        hall.reserve(3)
        await follower.look()
        assert follower.trouble.startswith(f"/halls/0 stopped: entry 2 breaks {law}: ")
        assert set(follower.state.seats) == {1}


async def test_junk_is_no_entry_and_no_trouble() -> None:
    hall = HallLog()
    hall.partition.values += [b"", b"junk"]
    hall.reserve(1)
    async with following(hall) as (follower, _):
        await follower.begun()
        await follower.look()
        assert (follower.trouble, set(follower.state.seats)) == ("", {1})


async def test_a_log_of_which_a_part_is_gone_is_believed_no_more_and_read_anew() -> None:
    hall = HallLog()
    hall.reserve(1, 2)
    async with following(hall) as (follower, tail):
        await follower.begun()
        tail.gone = True
        await until(lambda: "is not there any more" in follower.trouble)
        assert follower.state.seats == {}
        tail.gone = False
        await until(lambda: follower.trouble == "")
        assert set(follower.state.seats) == {1, 2}


async def test_whoever_waits_for_the_first_reading_waits_for_no_log_that_is_gone() -> None:
    tail = MemoryTail(HallLog().partition, gone=True)
    follower = HallFollower(hall_log(), tail)
    task = asyncio.create_task(follower.run())
    await follower.begun()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
