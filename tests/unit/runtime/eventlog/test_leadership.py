"""Who leads: only whoever has the commands of every topic, and the reason is said where nobody can. How it ends."""

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Self

import pytest

from runtime.eventlog import Writer, leadership
from runtime.eventlog.leadership import Leadership, Turns
from runtime.kafka import Partition, Record
from tests.support.eventlog.driving import following
from tests.support.eventlog.hall import SEATS, Answer, Wish, hall_log, wish
from tests.support.eventlog.memory import COMMANDS, NOON, MemoryLog, MemoryReplies, Noticed
from tests.support.eventlog.memory import Partition as Log

FULL_HOUSE = [wish("reserve", seat, f"r{seat}") for seat in range(1, SEATS + 1)]


class Group:
    """A group of one member, which `assigned` falls to at each joining."""

    def __init__(self, turns: Turns, assigned: frozenset[Partition]) -> None:
        self._turns, self._assigned = turns, assigned

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    def assignment(self) -> frozenset[Partition]:
        return self._assigned

    async def rewind(self, partitions: list[Partition]) -> None:
        pass

    async def next_batch(self, *_: object) -> list[Any]:
        if not self._turns.count:
            await self._turns.changed(self._assigned)
        await asyncio.sleep(0)
        return []


async def test_a_topic_of_commands_that_was_deleted_is_why_nobody_leads() -> None:
    assigned = frozenset({Partition("device-commands", 0)})

    def joined(turns: Turns) -> Any:
        return Group(turns, assigned)

    nothing: Any = None
    leads: Leadership[Any, Any] = Leadership({}, nothing, joined, nothing, nothing, topics=2, noun="ledger")
    running = asyncio.create_task(leads.run(asyncio.Event()))
    try:
        await until(lambda: leads.trouble == "a topic of commands lacks partitions of ledgers [0]")
        assigned = frozenset()
        await until(lambda: leads.trouble == "")
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


class Busy(Group):
    """A group whose commands are all read at once; then nothing comes any more, and a read lasts for ever."""

    def __init__(self, turns: Turns, stop: asyncio.Event) -> None:
        super().__init__(turns, frozenset({COMMANDS}))
        self._stop = stop

    async def next_batch(self, *_: object) -> list[Any]:
        if not self._turns.count:
            return await super().next_batch()
        if self._stop.is_set():
            await asyncio.Event().wait()
        self._stop.set()
        return [Record(COMMANDS.topic, 0, n, None, b"", (), 0) for n in range(SEATS)]


class Handed(Group):
    """A group that tells how long its members stand aside; each has its own name."""

    def __init__(self, turns: Turns, joined: list[Turns]) -> None:
        super().__init__(turns, frozenset({COMMANDS}) if not turns.aside_since else frozenset())
        self._number = len(joined)
        joined.append(turns)

    def member(self) -> str:
        return f"member-{self._number}"

    async def next_batch(self, *_: object) -> list[Any]:
        await asyncio.sleep(0.001)  # so that the end of the process comes between
        return await super().next_batch()


@pytest.mark.parametrize("rebalances", [0, 1], ids=["by itself", "while another joins"])
async def test_who_hands_over_answers_what_it_has_and_joins_again_as_one_that_stands_aside(rebalances: int) -> None:
    joined, stop = list[Turns](), asyncio.Event()
    writer = Writer.of(hall_log(), MemoryLog(Log(random.Random(1))), lambda: NOON, Noticed())

    def group_for(turns: Turns) -> Any:
        return Handed(turns, joined)

    unused: Any = None
    replies = MemoryReplies[Answer]()
    leads: Leadership[Wish, Answer] = Leadership(
        {0: writer}, unused, group_for, lambda _: replies, unused, topics=1, noun="hall"
    )
    async with following(writer):
        running = asyncio.create_task(leads.run(stop))
        await until(lambda: leads.leading == frozenset({0}))
        assert leads.member == "member-0"
        joined[0].count += rebalances
        leads.hand_over(now_ms=1234)
        await until(lambda: [turns.aside_since for turns in joined] == [0, 1234])
        await until(lambda: leads.member == "member-1")
        assert leads.leading == frozenset()
        stop.set()
        await running


async def ended(log: MemoryLog) -> Sequence[Answer]:
    """What is said by a leader that is told to end as soon as it has read its commands."""
    stop, replies = asyncio.Event(), MemoryReplies[Answer]()
    writer = Writer.of(hall_log(), log, lambda: NOON, Noticed())

    def decode(record: Record) -> Wish:
        return FULL_HOUSE[record.offset]

    def joined(turns: Turns) -> Any:
        return Busy(turns, stop)

    unused: Any = None
    leads: Leadership[Wish, Answer] = Leadership(
        {0: writer}, decode, joined, lambda _: replies, unused, topics=1, noun="hall"
    )
    async with following(writer):
        await leads.run(stop)
    assert leads.leading == frozenset()
    return replies.told


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_leader_that_is_to_end_answers_what_it_has_read(seed: int) -> None:
    told = await ended(MemoryLog(Log(random.Random(seed))))

    assert [(one.said, one.sequence) for one in told] == [("accepted", n) for n in (1, 2, 3, 4, 5)]


async def test_a_leader_that_is_to_end_does_not_wait_for_ever_for_a_log_that_does_not_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(leadership, "FINISH_SECONDS", 0.01)
    log = MemoryLog(Log(random.Random(1)))

    async def never(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(log, "append", never)

    assert await ended(log) == []


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - what it says is what is tested
            await asyncio.sleep(0.001)
