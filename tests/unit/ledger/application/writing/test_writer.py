"""One writer, and two that get in each other's way, on a log in memory whose timing and failures come from a seed."""

import asyncio
import random
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from contracts.actors import Actor
from contracts.commands import Command, CommandRecord
from contracts.events import Event
from contracts.identifiers import command_id_of
from contracts.log.chain import LedgerChain, Orphan
from contracts.log.entries import Entry, encode_entry
from contracts.outcomes import Accepted, Rejected
from ledger.application.writing.ledger_log import LedgerWriter, ledger_log
from ledger.application.writing.received_command import ReceivedCommand
from runtime.eventlog import LostLogError, Writer
from runtime.trouble import Trouble
from tests.support.eventlog.driving import following, lead, stubborn, until
from tests.support.eventlog.memory import NOON, MemoryLog, MemoryReplies, Noticed, Partition
from tests.support.ledger import story

THE_MAIN_JOB: list[tuple[Actor, Command]] = [
    (story.operator, story.found()),
    (story.staff, story.register()),
    (story.anna, story.project()),
    (story.staff, story.issue(Port11=50, Voicemail11=2, Channel=4)),
    (story.anna, story.redeem()),
    (story.anna, story.add()),
]


def asked(actor: Actor, command: Command, key: str) -> ReceivedCommand:
    record = CommandRecord(
        command_id=command_id_of("c", key), actor=actor, reply_to="test-1", correlation_id=key, command=command
    )
    return ReceivedCommand.unproven(record)


def keyed(commands: Sequence[tuple[Actor, Command]]) -> list[ReceivedCommand]:
    return [asked(actor, command, str(number)) for number, (actor, command) in enumerate(commands)]


def a_writer(partition: Partition) -> LedgerWriter:
    return Writer.of(ledger_log(0), MemoryLog(partition), lambda: NOON, Noticed())


def chain_of(values: Sequence[bytes]) -> list[Entry[Event]]:
    chain = LedgerChain(0)
    return [found for value in values if not isinstance(found := chain.accept(value), Orphan)]


async def test_a_writer_turns_commands_into_one_gapless_chain() -> None:
    partition, replies = Partition(random.Random(1)), MemoryReplies[Accepted | Rejected]()
    writer = a_writer(partition)
    async with following(writer):
        await lead(writer, replies, keyed(THE_MAIN_JOB))
    assert [entry.sequence for entry in chain_of(partition.values)] == [1, 2, 3, 4, 5, 6]
    assert [outcome.status for outcome in replies.told] == ["accepted"] * 6
    assert replies.committed[-1] == 6


async def test_a_repeated_command_gets_the_first_answer_and_no_second_entry() -> None:
    partition, replies = Partition(random.Random(2)), MemoryReplies[Accepted | Rejected]()
    writer = a_writer(partition)
    async with following(writer):
        await lead(writer, replies, keyed(THE_MAIN_JOB) + keyed(THE_MAIN_JOB))
    assert len(partition.values) == 6
    told = [(outcome.sequence, outcome.repeated) for outcome in replies.told if isinstance(outcome, Accepted)]
    assert told == [(n, False) for n in range(1, 7)] + [(n, True) for n in range(1, 7)]


async def test_an_outcome_names_the_license_file_that_its_entry_gives_a_device() -> None:
    replies = MemoryReplies[Accepted | Rejected]()
    writer = a_writer(Partition(random.Random(6)))
    allocation = asked(story.anna, story.allocate(Port11=1), "allocation")
    async with following(writer):
        await lead(writer, replies, [*keyed(THE_MAIN_JOB), allocation, allocation])
    issues = [outcome.issue for outcome in replies.told if isinstance(outcome, Accepted)]
    assert issues == [None, None, None, None, None, 1, 2, None], "no device before the sixth, and no repetition"


async def test_a_writer_that_took_over_still_knows_what_was_done() -> None:
    partition = Partition(random.Random(3))
    first, second, replies = a_writer(partition), a_writer(partition), MemoryReplies[Accepted | Rejected]()
    async with following(first), following(second):
        await lead(first, MemoryReplies[Accepted | Rejected](), keyed(THE_MAIN_JOB))
        await lead(second, replies, keyed(THE_MAIN_JOB))
    assert len(partition.values) == 6
    assert all(isinstance(outcome, Accepted) and outcome.repeated for outcome in replies.told)


async def test_one_command_id_for_two_things_is_refused() -> None:
    partition, replies = Partition(random.Random(4)), MemoryReplies[Accepted | Rejected]()
    writer = a_writer(partition)
    other = asked(story.anna, story.allocate(Port11=1), "5")
    async with following(writer):
        await lead(writer, replies, [*keyed(THE_MAIN_JOB), other])
    last = replies.told[-1]
    assert isinstance(last, Rejected)
    assert last.code == "idempotency_key_reused"


async def test_a_command_that_hits_a_defect_stops_nothing() -> None:
    """A device in its last generation: what the rules answer to its return can be no event."""
    partition, replies = Partition(random.Random(5)), MemoryReplies[Accepted | Rejected]()
    writer = a_writer(partition)
    async with following(writer):
        await lead(writer, replies, keyed(THE_MAIN_JOB))
        ledger = writer.replica.state
        last_life = ledger.devices[story.SERIAL]._replace(generation=9_999)
        writer.replica.state = ledger._replace(devices=ledger.devices.set(story.SERIAL, last_life))
        poison = asked(story.box, story.give_back(9_999), "poison")
        await lead(writer, replies, [poison, asked(story.anna, story.allocate(Port11=1), "next")])

    refused, accepted = replies.told[-2:]
    assert isinstance(refused, Rejected)
    assert refused.code == "internal_error"
    assert isinstance(accepted, Accepted)
    assert [entry.sequence for entry in chain_of(partition.values)] == [1, 2, 3, 4, 5, 6, 7]


async def test_a_refusal_says_why_and_appends_nothing() -> None:
    partition, replies = Partition(random.Random(5)), MemoryReplies[Accepted | Rejected]()
    writer = a_writer(partition)
    async with following(writer):
        await lead(writer, replies, [*keyed(THE_MAIN_JOB), asked(story.anna, story.allocate(Port11=51), "x")])
    last = replies.told[-1]
    assert isinstance(last, Rejected)
    assert (last.code, last.details) == (
        "insufficient_balance",
        {"license_type": "Port11", "wanted": 51, "free": 50, "at_sequence": 6},
    )
    assert len(partition.values) == 6


async def test_a_foreign_entry_ends_the_term_before_anything_is_told() -> None:
    partition, replies = Partition(random.Random(6)), MemoryReplies[Accepted | Rejected]()
    writer = a_writer(partition)
    intruder = encode_entry(
        _founding(),
        ledger=0,
        sequence=1,
        prev="0" * 64,
        at=NOON,
        command_id="e" * 64,
        command_hash="e" * 64,
        actor="operator:other",
        correlation_id="other",
    )

    async def intrude(values: Sequence[bytes], *, at: datetime) -> None:
        partition.values += [intruder, *values]

    writer.log.append = intrude  # type: ignore[method-assign]  # the one call that goes wrong
    async with following(writer):
        with pytest.raises(ExceptionGroup) as raised:
            await lead(writer, replies, keyed(THE_MAIN_JOB))
    assert raised.group_contains(LostLogError)
    assert replies.told == []
    assert replies.committed == []
    assert len(chain_of(partition.values)) == 1


def _founding() -> Event:
    return story.Story().when(story.operator, story.found()).accepted()


async def test_garbage_on_the_log_stops_nothing_and_is_set_aside() -> None:
    partition, replies = Partition(random.Random(7)), MemoryReplies[Accepted | Rejected]()
    partition.values += [b"", b"not json", b'{"sequence":1}']
    log = MemoryLog(partition)
    writer = Writer.of(ledger_log(0), log, lambda: NOON, Noticed())
    async with following(writer):
        await lead(writer, replies, keyed(THE_MAIN_JOB))
    assert len(replies.told) == 6
    assert len(log.poison) == 3


def _traffic(dice: random.Random, count: int) -> list[ReceivedCommand]:
    """Founding and then allocations, some too big, some repeated."""
    commands = keyed(THE_MAIN_JOB)
    for number in range(count):
        wanted = story.allocate(Port11=dice.choice([1, 1, 2, 60]))
        commands.append(asked(story.anna, wanted, f"a{number}"))
        if dice.random() < 0.2:
            commands.append(dice.choice(commands))
    return commands


@pytest.mark.parametrize("seed", range(60))
async def test_two_writers_on_one_ledger_tell_nobody_what_the_log_does_not_say(seed: int) -> None:
    dice = random.Random(seed)
    partition = Partition(dice, failing=0.1)
    commands = _traffic(dice, 25)
    writers = [a_writer(partition), a_writer(partition)]
    replies = [MemoryReplies[Accepted | Rejected](dice), MemoryReplies[Accepted | Rejected](dice)]
    async with following(writers[0]), following(writers[1]):
        await asyncio.gather(*(stubborn(w, r, commands) for w, r in zip(writers, replies, strict=True)))
        for writer in writers:
            await writer.catch_up()
    entries = chain_of(partition.values)
    by_command = {entry.commandid: entry.sequence for entry in entries}
    assert [entry.sequence for entry in entries] == list(range(1, len(entries) + 1))
    assert len(by_command) == len(entries), "each accepted command is in the chain once"
    for outcome in [*replies[0].told, *replies[1].told]:
        if isinstance(outcome, Accepted):
            assert by_command[outcome.command_id] == outcome.sequence, "told what the log says"
    assert writers[0].replica.state == writers[1].replica.state
    assert {w.replica.chain.head for w in writers} == {writers[0].replica.chain.head}


async def test_trouble_with_the_log_ends_the_term_and_the_next_one_finishes_the_job() -> None:
    dice = random.Random(11)
    partition = Partition(dice, failing=1.0)
    writer, replies = a_writer(partition), MemoryReplies[Accepted | Rejected](dice)
    async with following(writer):
        with pytest.raises(ExceptionGroup) as raised:
            await lead(writer, replies, keyed(THE_MAIN_JOB))
        assert raised.group_contains(Trouble)
        partition.failing = 0.0
        await lead(writer, replies, keyed(THE_MAIN_JOB))
    assert len(chain_of(partition.values)) == 6


async def test_a_log_that_does_not_answer_is_told_until_it_answers_again() -> None:
    log = MemoryLog(Partition(random.Random(12)))
    writer = Writer.of(ledger_log(0), log, lambda: NOON, Noticed())
    async with following(writer):
        await writer.catch_up()
    assert writer.trouble == ""

    log.away = True
    with pytest.raises(Trouble):
        await writer.follow()
    assert writer.trouble == "no broker answers"

    log.away = False
    async with following(writer):
        await until(lambda: writer.trouble == "")


async def test_a_clock_that_is_ahead_makes_no_entry_and_tells_nobody_until_it_is_right() -> None:
    partition, replies = Partition(random.Random(13)), MemoryReplies[Accepted | Rejected]()
    clock = [NOON + timedelta(minutes=6)]
    writer = Writer.of(ledger_log(0), MemoryLog(partition), lambda: clock[-1], Noticed())
    async with following(writer):
        with pytest.raises(ExceptionGroup) as raised:
            await lead(writer, replies, keyed(THE_MAIN_JOB))
        assert raised.group_contains(Trouble, match="clock")
        assert (partition.values, replies.told, replies.committed) == ([], [], [])
        assert writer.append_trouble == "the own clock is ahead"

        clock.append(NOON)
        await lead(writer, replies, keyed(THE_MAIN_JOB))
    assert {entry.time for entry in chain_of(partition.values)} == {NOON}
    assert writer.append_trouble == ""


async def test_a_clock_just_behind_the_last_entry_stops_nothing_and_time_does_not_go_back() -> None:
    partition, replies = Partition(random.Random(14)), MemoryReplies[Accepted | Rejected]()
    clock = [NOON]
    writer = Writer.of(ledger_log(0), MemoryLog(partition), lambda: clock[-1], Noticed())
    async with following(writer):
        await lead(writer, replies, keyed(THE_MAIN_JOB))
        clock.append(NOON - timedelta(seconds=59))
        await lead(writer, replies, [asked(story.anna, story.allocate(Port11=1), "later")])
    assert [entry.time for entry in chain_of(partition.values)] == [NOON] * 7
