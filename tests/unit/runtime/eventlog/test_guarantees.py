"""What the machine promises, on a log that knows no license: one writer, two that clash, and what a crash leaves."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from contracts.decisions import AlreadyDone, Rejection
from contracts.log.envelope import Entry
from contracts.log.hash_chain import HashChain, Orphan
from runtime.eventlog import CommandBatch, LostLogError, SpeculativeLog, Writer
from runtime.eventlog.ports import Position
from runtime.trouble import Trouble
from tests.support.eventlog.driving import following, lead, never, stubborn
from tests.support.eventlog.hall import (
    BROKEN,
    HALL_ENTRIES,
    SEATS,
    Answer,
    Hall,
    HallEvent,
    HallWriter,
    SeatReserved,
    Wish,
    decide,
    hall_log,
    wish,
)
from tests.support.eventlog.memory import NOON, MemoryLog, MemoryReplies, Noticed, Partition, at_offset

Replies = MemoryReplies[Answer]
FULL_HOUSE = [wish("reserve", seat, f"r{seat}") for seat in range(1, SEATS + 1)]


def a_partition(seed: int) -> Partition:
    return Partition(random.Random(seed))


def a_writer(partition: Partition) -> HallWriter:
    return Writer.of(hall_log(), MemoryLog(partition), lambda: NOON, Noticed())


def chain_of(values: Sequence[bytes]) -> list[Entry[HallEvent]]:
    chain = HashChain(HALL_ENTRIES, "/halls/0")
    return [found for value in values if not isinstance(found := chain.accept(value), Orphan)]


def said(replies: Replies) -> list[tuple[str, int]]:
    return [(answer.said, answer.sequence) for answer in replies.told]


async def led(writer: HallWriter, wishes: Sequence[Wish]) -> Replies:
    replies = Replies()
    async with following(writer):
        await lead(writer, replies, wishes)
    return replies


async def test_a_writer_at_the_end_of_its_log_waits_for_no_entry_to_lead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MemoryLog, "read", never)
    writer = a_writer(a_partition(1))
    async with following(writer), asyncio.timeout(5):
        await writer.begun()
        assert (writer.following, writer.trouble) == (True, "")


async def test_commands_become_one_gapless_chain() -> None:
    partition = a_partition(1)
    replies = await led(a_writer(partition), FULL_HOUSE)
    assert [entry.sequence for entry in chain_of(partition.values)] == [1, 2, 3, 4, 5]
    assert said(replies) == [("accepted", n) for n in (1, 2, 3, 4, 5)]
    assert replies.committed[-1] == SEATS


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_term_is_over_when_its_last_batch_is_answered(seed: int) -> None:
    partition, replies = a_partition(seed), Replies()
    batches: asyncio.Queue[CommandBatch[Wish]] = asyncio.Queue()
    for offset, one in enumerate(FULL_HOUSE, 1):
        batches.put_nowait(CommandBatch([one], at_offset(offset)))
    batches.put_nowait(CommandBatch((), {}, is_last=True))
    writer = a_writer(partition)
    async with following(writer):
        await writer.lead(batches, replies)
    assert said(replies) == [("accepted", n) for n in (1, 2, 3, 4, 5)]
    assert replies.committed[-1] == SEATS


async def test_an_entry_says_which_command_it_comes_from_and_when() -> None:
    partition = a_partition(2)
    await led(a_writer(partition), FULL_HOUSE[:1])
    (entry,) = chain_of(partition.values)
    assert (entry.data, entry.type, entry.source) == (SeatReserved(seat=1), SeatReserved.type, "/halls/0")
    assert (entry.commandid, entry.commandhash) == (FULL_HOUSE[0].command_id, FULL_HOUSE[0].fingerprint())
    assert (entry.actor, entry.correlationid, entry.subject, entry.time) == ("operator:ann", "evening", "seats/1", NOON)


async def test_a_rejection_names_its_code_and_appends_nothing() -> None:
    partition = a_partition(3)
    replies = await led(a_writer(partition), [*FULL_HOUSE, wish("reserve", 1, "late", "operator:bob")])
    assert said(replies)[-1] == ("no_such_seat_free", SEATS)
    assert len(partition.values) == SEATS


async def test_a_rejection_waits_for_the_end_of_the_log() -> None:
    """Another writer's entry lands while this one decides: it reads that before it refuses anybody."""
    partition, replies = a_partition(4), Replies()
    foreign = decided_by(a_writer(partition), FULL_HOUSE[:1])

    def overtaken(hall: Hall, refused: Wish, /, *, now: datetime) -> HallEvent | Rejection | AlreadyDone:
        partition.values += foreign
        return decide(hall, refused, now=now)

    log = replace(hall_log(), decide=overtaken)
    writer = Writer.of(log, MemoryLog(partition), lambda: NOON, Noticed())
    async with following(writer):
        with pytest.raises(ExceptionGroup) as raised:
            await lead(writer, replies, [wish("release", 1, "not mine", "operator:bob")])
    assert raised.group_contains(LostLogError)
    assert (replies.told, replies.committed) == ([], [])


async def test_a_repeated_id_gets_the_first_outcome_also_from_a_writer_that_took_over() -> None:
    partition = a_partition(5)
    first, second, replies = a_writer(partition), a_writer(partition), Replies()
    async with following(first), following(second):
        await lead(first, Replies(), [*FULL_HOUSE, *FULL_HOUSE])
        await lead(second, replies, FULL_HOUSE)
    assert said(replies) == [("repeated", n) for n in (1, 2, 3, 4, 5)]
    assert len(partition.values) == SEATS


async def test_an_id_is_remembered_within_the_window_of_its_log_and_decided_anew_beyond_it() -> None:
    partition, replies = a_partition(16), Replies()
    taken, left, next_seat = wish("reserve", 1, "taken"), wish("release", 1, "left"), wish("reserve", 2, "next")
    log = replace(hall_log(), window=2)
    writers = [Writer.of(log, MemoryLog(partition), lambda: NOON, Noticed()) for _ in range(2)]
    async with following(writers[0]), following(writers[1]):
        await lead(writers[0], Replies(), [taken, left, next_seat])
        await lead(writers[1], replies, [next_seat, left, taken])
    assert said(replies) == [("repeated", 3), ("repeated", 2), ("accepted", 4)]


async def test_an_id_that_comes_with_another_body_is_refused() -> None:
    partition = a_partition(6)
    replies = await led(a_writer(partition), [wish("reserve", 1, "k"), wish("reserve", 2, "k")])
    assert said(replies) == [("accepted", 1), ("idempotency_key_reused", 1)]


async def test_what_the_rules_call_done_names_its_entry() -> None:
    replies = await led(a_writer(a_partition(7)), [wish("reserve", 3, "once"), wish("reserve", 3, "again")])
    assert said(replies) == [("accepted", 1), ("repeated", 1)]


async def test_a_command_that_hits_a_defect_stops_nothing() -> None:
    replies = await led(a_writer(a_partition(8)), [wish("reserve", BROKEN, "bad"), wish("reserve", 1, "good")])
    assert said(replies) == [("internal_error", 0), ("accepted", 1)]


async def test_a_foreign_entry_ends_the_term_before_anything_is_sent() -> None:
    partition, replies = a_partition(9), Replies()
    writer = a_writer(partition)
    foreign = decided_by(a_writer(partition), [wish("reserve", 5, "foreign")])

    async def intrude(values: Sequence[bytes], *, at: datetime) -> None:
        partition.values += [*foreign, *values]

    writer.log.append = intrude  # type: ignore[method-assign]  # the one call that goes wrong
    async with following(writer):
        with pytest.raises(ExceptionGroup) as raised:
            await lead(writer, replies, FULL_HOUSE[:2])
    assert raised.group_contains(LostLogError, match="/halls/0")
    assert (replies.told, replies.committed) == ([], [])
    assert [entry.data.seat for entry in chain_of(partition.values)] == [5]


async def test_a_writer_that_lost_a_term_leads_again_from_what_the_log_says() -> None:
    partition, replies = a_partition(15), Replies()
    writer = a_writer(partition)
    foreign, append = decided_by(a_writer(partition), [wish("reserve", 5, "foreign")]), writer.log.append

    async def intrude(values: Sequence[bytes], *, at: datetime) -> None:
        partition.values += [*foreign, *values]

    async with following(writer):
        writer.log.append = intrude  # type: ignore[method-assign]  # the one call that goes wrong
        with pytest.raises(ExceptionGroup):
            await lead(writer, Replies(), FULL_HOUSE[:2])
        writer.log.append = append  # type: ignore[method-assign]  # and goes right again
        await lead(writer, replies, [*FULL_HOUSE[:2], wish("reserve", 5, "mine", "operator:bob")])
    assert said(replies) == [("accepted", 2), ("accepted", 3), ("no_such_seat_free", 3)]


async def test_an_entry_of_another_log_is_poison_and_stops_nothing() -> None:
    partition = a_partition(10)
    other = Writer.of(hall_log(1), MemoryLog(partition), lambda: NOON, Noticed())
    partition.values += [b"no entry", *decided_by(other, FULL_HOUSE[:1])]
    log = MemoryLog(partition)
    replies = await led(Writer.of(hall_log(), log, lambda: NOON, Noticed()), FULL_HOUSE)
    assert [offset for offset, _ in log.poison] == [0, 1]
    assert log.poison[1][1] == "it belongs to /halls/1"
    assert len(replies.told) == SEATS


async def test_a_crash_between_append_and_outcome_repeats_harmlessly() -> None:
    partition = a_partition(11)
    crashed, heard = a_writer(partition), Replies()

    async def dies(position: Position) -> None:
        raise Trouble("killed before the commit")

    heard.commit = dies  # type: ignore[method-assign]  # the one call that goes wrong
    async with following(crashed):
        with pytest.raises(ExceptionGroup):
            await lead(crashed, heard, FULL_HOUSE, size=SEATS)
    assert heard.told == []
    assert len(partition.values) == SEATS

    replies = await led(a_writer(partition), FULL_HOUSE)
    assert said(replies) == [("repeated", n) for n in (1, 2, 3, 4, 5)]
    assert len(partition.values) == SEATS


async def test_outcomes_are_sent_after_the_commit() -> None:
    writer, order = a_writer(a_partition(12)), list[str]()
    replies = Replies()
    commit, send = replies.commit, replies.send

    async def committed(position: Position) -> None:
        order.append("commit")
        await commit(position)

    async def sent(outcomes: Sequence[Answer], keys: Sequence[bytes]) -> None:
        order.append("send")
        await send(outcomes, keys)

    replies.commit, replies.send = committed, sent  # type: ignore[method-assign]  # noted, then done
    async with following(writer):
        await lead(writer, replies, FULL_HOUSE)
    assert order[::2] == ["commit"] * (len(order) // 2)
    assert order[1::2] == ["send"] * (len(order) // 2)


async def test_time_never_goes_back_and_a_clock_ahead_makes_no_entry() -> None:
    partition, clock = a_partition(13), [NOON]
    writer = Writer.of(hall_log(), MemoryLog(partition), lambda: clock[-1], Noticed())
    async with following(writer):
        await lead(writer, Replies(), FULL_HOUSE[:1])
        clock.append(NOON - timedelta(seconds=59))
        await lead(writer, Replies(), FULL_HOUSE[1:2])
        clock.append(NOON + timedelta(hours=1))
        with pytest.raises(ExceptionGroup) as raised:
            await lead(writer, Replies(), FULL_HOUSE[2:3])
    assert raised.group_contains(Trouble, match="clock")
    assert [entry.time for entry in chain_of(partition.values)] == [NOON, NOON]


@pytest.mark.parametrize("seed", range(30))
async def test_two_writers_report_nothing_that_the_log_does_not_say(seed: int) -> None:
    dice = random.Random(seed)
    partition = Partition(dice, failing=0.1)
    wishes = _evening(dice)
    writers, replies = [a_writer(partition), a_writer(partition)], [Replies(dice), Replies(dice)]
    async with following(writers[0]), following(writers[1]):
        await asyncio.gather(*(stubborn(w, r, wishes) for w, r in zip(writers, replies, strict=True)))
        for writer in writers:
            await writer.catch_up()
    entries = chain_of(partition.values)
    by_command = {entry.commandid: entry.sequence for entry in entries}
    accepted = [a for both in replies for a in both.told if a.said == "accepted"]
    assert [entry.sequence for entry in entries] == list(range(1, len(entries) + 1))
    assert len(by_command) == len(entries), "each accepted command is in the chain once"
    assert all(by_command[answer.command_id] == answer.sequence for answer in accepted)
    assert writers[0].replica.state == writers[1].replica.state
    assert writers[0].replica.chain == writers[1].replica.chain


def _evening(dice: random.Random) -> list[Wish]:
    """Guests reserve and release; some ask twice."""
    wishes = [
        wish(
            dice.choice(["reserve", "reserve", "release"]),
            dice.randint(1, SEATS),
            f"e{number}",
            dice.choice(["operator:ann", "operator:bob"]),
        )
        for number in range(25)
    ]
    return [*wishes, *dice.sample(wishes, 5)]


def decided_by(writer: HallWriter, wishes: Sequence[Wish]) -> list[bytes]:
    """The entries that the writer would append; none of them is on the log."""
    speculation = SpeculativeLog(writer.definition, writer.replica, writer.clock)
    return [entry.value for entry in speculation.take(wishes, {}).entries]
