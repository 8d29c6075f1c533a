"""What stops one log: an entry that cannot be applied, and a clock that is wrong."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from contracts.log.envelope import entry_hash
from contracts.log.stop import EVENT_TYPE_UNKNOWN, LOG_STOPPED, NOT_APPLICABLE
from contracts.topics import CLOCK_AHEAD_MS
from runtime.eventlog import Logged, LostLogError, Writer
from runtime.eventlog.writer import STAMP_AHEAD
from runtime.trouble import Trouble
from tests.support.eventlog.driving import following, lead, until
from tests.support.eventlog.hall import (
    BROKEN,
    Answer,
    HallEvent,
    HallWriter,
    SeatReserved,
    hall_log,
    sealed,
    wish,
)
from tests.support.eventlog.memory import NOON, MemoryLog, MemoryReplies, Noticed, Partition

Replies = MemoryReplies[Answer]
FIRST = [wish("reserve", 1, "first"), wish("reserve", 2, "second")]
FORGED: dict[str, HallEvent] = {"seat_taken": SeatReserved(seat=1), NOT_APPLICABLE: SeatReserved(seat=BROKEN)}


def a_writer(partition: Partition, noticed: Noticed | None = None) -> HallWriter:
    return Writer.of(hall_log(), MemoryLog(partition), lambda: NOON, noticed or Noticed())


def said(replies: Replies) -> list[tuple[str, int]]:
    return [(answer.said, answer.sequence) for answer in replies.told]


async def begun(seed: int) -> tuple[Partition, str]:
    """A log of two entries, and the hash of the last."""
    partition, writer = Partition(random.Random(seed)), None
    writer = a_writer(partition)
    async with following(writer):
        await lead(writer, Replies(), FIRST)
    return partition, writer.replica.chain.head


@pytest.mark.parametrize("law", [*FORGED, EVENT_TYPE_UNKNOWN])
async def test_a_linked_entry_that_cannot_be_applied_stops_the_log_with_its_law(law: str) -> None:
    partition, head = await begun(1)
    forged = sealed(FORGED.get(law, SeatReserved(seat=3)), 3, head)
    if law == EVENT_TYPE_UNKNOWN:
        forged = forged.replace(b"seat-reserved.v1", b"seat-reserved.v9")
    partition.values.append(forged)
    noticed = Noticed()
    writer, replies = a_writer(partition, noticed), Replies()
    async with following(writer):
        await lead(writer, replies, [wish("reserve", 4, "new"), *FIRST])
    assert said(replies) == [(LOG_STOPPED, 3), ("repeated", 1), ("repeated", 2)]
    assert [(stop.sequence, stop.entry_hash, stop.law) for stop in noticed.stops] == [(3, entry_hash(forged), law)]
    assert writer.replica.state.seats.keys() == {1, 2}
    assert len(partition.values) == 3, "nothing is written behind it"
    assert replies.committed[-1] == 3, "the commands are answered, so they are done with"


async def test_what_is_linked_behind_a_stop_changes_nothing_and_keeps_it_stopped() -> None:
    partition, head = await begun(2)
    partition.values.append(sealed(FORGED["seat_taken"], 3, head))
    partition.values.append(sealed(SeatReserved(seat=3), 4, entry_hash(partition.values[-1])))
    writer, replies = a_writer(partition), Replies()
    async with following(writer):
        await lead(writer, replies, [wish("reserve", 3, "new")])
    assert said(replies) == [(LOG_STOPPED, 4)]
    assert (writer.stopped.sequence if writer.stopped else 0) == 3


async def test_a_forged_entry_amid_a_term_ends_it_and_the_next_term_tells_everybody() -> None:
    partition, head = await begun(3)
    noticed, replies = Noticed(), Replies()
    writer = a_writer(partition, noticed)
    forged, append = sealed(FORGED["seat_taken"], 3, head), writer.log.append

    async def intrude(values: Sequence[bytes], *, at: datetime) -> None:
        partition.values += [forged, *values]

    async with following(writer):
        writer.log.append = intrude  # type: ignore[method-assign]  # the one call that goes wrong
        with pytest.raises(ExceptionGroup) as raised:
            await lead(writer, replies, [wish("reserve", 4, "new")])
        assert raised.group_contains(LostLogError)
        writer.log.append = append  # type: ignore[method-assign]  # and goes right again
        await lead(writer, replies, [wish("reserve", 4, "new")])
    assert said(replies) == [(LOG_STOPPED, 3)]
    assert (noticed.times_fenced, writer.place.next_offset) == (1, 2)


async def test_a_clock_that_is_behind_decides_nothing_until_it_is_right() -> None:
    partition, clock, noticed = Partition(random.Random(4)), [NOON], Noticed()
    writer, replies = Writer.of(hall_log(), MemoryLog(partition), lambda: clock[-1], noticed), Replies()
    async with following(writer):
        await lead(writer, replies, FIRST[:1])
        clock.append(NOON - timedelta(days=1))
        await lead(writer, replies, [*FIRST, wish("reserve", 4, "new")])
        await until(lambda: writer.clock_trouble == "the own clock is 86400 s behind its last entry")
        assert noticed.behind_seconds == 86_400
        clock.append(NOON)
        await lead(writer, replies, FIRST)
        await until(lambda: not writer.clock_trouble)
    assert said(replies)[1:] == [("repeated", 1), (LOG_STOPPED, 1), (LOG_STOPPED, 1), ("repeated", 1), ("accepted", 2)]
    assert noticed.behind_seconds == 0


async def test_an_entry_from_the_future_proves_nothing_of_the_own_clock() -> None:
    partition, head = await begun(5)
    partition.values.append(sealed(SeatReserved(seat=3), 3, head, at=NOON + timedelta(days=1)))
    writer = a_writer(partition)
    async with following(writer):
        await until(lambda: bool(writer.clock_trouble))
    assert not writer.own_clock_wrong


async def test_a_record_that_the_broker_took_proves_the_own_clock_wrong() -> None:
    assert timedelta(milliseconds=CLOCK_AHEAD_MS) < STAMP_AHEAD
    stamps = [NOON + STAMP_AHEAD, NOON + STAMP_AHEAD + timedelta(seconds=1)]
    assert [await own_clock_is_wrong(stamp) for stamp in stamps] == [False, True]


async def own_clock_is_wrong(stamp: datetime) -> bool:
    log = MemoryLog(Partition(random.Random(6)))
    writer = Writer.of(hall_log(), log, lambda: NOON, Noticed())
    read = [Logged(0, b"no entry", int(stamp.astimezone(UTC).timestamp() * 1000))]

    async def once() -> Sequence[Logged]:
        return [read.pop()] if read else []

    log.read = once  # type: ignore[method-assign]  # a stamp that no memory has
    async with following(writer):
        await until(lambda: not read and bool(log.poison))
        await writer.log.end_offset()
    return writer.own_clock_wrong


async def test_trouble_while_poison_is_buried_loses_no_entry() -> None:
    partition, _ = await begun(7)
    partition.values.insert(0, b"no entry")
    log = MemoryLog(partition)
    bury, failures = log.bury, [Trouble("the broker went away")]

    async def fails_once(poison: Logged, reason: str) -> None:
        if failures:
            raise failures.pop()
        await bury(poison, reason)

    log.bury = fails_once  # type: ignore[method-assign]  # the one call that goes wrong
    writer = Writer.of(hall_log(), log, lambda: NOON, Noticed())
    with pytest.raises(Trouble):
        await writer.follow()
    async with following(writer):
        await until(lambda: writer.replica.chain.sequence == 2)
    assert log.poison == [(0, log.poison[0][1])]
