"""Waiting for an entry: not for one that is far ahead, and not so many at once that nobody else is answered."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.identifiers import MAX_SEQUENCE
from runtime.web.consistency import MAX_WAITING, MAX_WAITING_OF_ACCOUNT, require_entry
from runtime.web.problems import Refused


class Behind:
    """A ReadSide that stands at entry 7 until it is told of more; it counts who waits."""

    def __init__(self) -> None:
        self.reached, self.waits = 7, 0
        self.moved = asyncio.Event()
        self.queries = self.waiter = self
        self.clock = lambda: datetime.now(UTC)

    async def position(self) -> int:
        return self.reached

    async def sequence_at(self, time: datetime) -> int:  # noqa: ARG002
        return self.reached

    async def time_of(self, sequence: int) -> datetime | None:  # noqa: ARG002
        return None

    async def until(self, holds: Callable[[], Awaitable[bool]], *, seconds: float) -> bool:  # noqa: ARG002
        self.waits += 1
        await self.moved.wait()
        return await holds()


async def test_an_entry_far_ahead_is_refused_at_once() -> None:
    with pytest.raises(Refused, match="entry_to_come"):
        await require_entry(Behind(), "anna", MAX_SEQUENCE)


async def test_an_account_has_few_requests_that_wait_and_others_wait_beside_them() -> None:
    behind = Behind()
    waiting = await _waiting(behind, ["anna"] * MAX_WAITING_OF_ACCOUNT)

    assert await _code(behind, "anna") == "busy"
    waiting += await _waiting(behind, ["ben"])
    behind.reached = 8
    behind.moved.set()
    await asyncio.gather(*waiting)
    await require_entry(behind, "anna", 8)


async def test_most_of_what_a_process_works_on_does_not_wait() -> None:
    behind = Behind()
    waiting = await _waiting(behind, [f"account {number}" for number in range(MAX_WAITING)])

    assert await _code(behind, "anna") == "busy"
    behind.reached = 8
    behind.moved.set()
    await asyncio.gather(*waiting)


async def _waiting(behind: Behind, accounts: list[str]) -> list[asyncio.Task[Any]]:
    before = behind.waits
    tasks = [asyncio.create_task(require_entry(behind, account, 8)) for account in accounts]
    while behind.waits < before + len(accounts):  # noqa: ASYNC110
        await asyncio.sleep(0)
    return tasks


async def _code(behind: Behind, account: str) -> str:
    with pytest.raises(Refused) as refused:
        await require_entry(behind, account, 8)
    return refused.value.code
