"""Who leads: only whoever has the commands of every topic, and the reason is said where nobody can."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

from runtime.eventlog.leadership import Leadership, Turns
from runtime.kafka import Partition


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
    leadership: Leadership[Any, Any] = Leadership({}, nothing, joined, nothing, nothing, topics=2, noun="ledger")
    running = asyncio.create_task(leadership.run(asyncio.Event()))
    try:
        await until(lambda: leadership.trouble == "a topic of commands lacks partitions of ledgers [0]")
        assigned = frozenset()
        await until(lambda: leadership.trouble == "")
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - what it says is what is tested
            await asyncio.sleep(0.001)
