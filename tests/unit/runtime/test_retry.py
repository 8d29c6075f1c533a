"""Trouble is waited out; a defect comes out."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from runtime import retry
from runtime.trouble import Trouble


def failing(times: int, error: Exception) -> Callable[[], Awaitable[str]]:
    left = [error] * times

    async def work() -> str:
        if left:
            raise left.pop()
        return "done"

    return work


class Slept:
    def __init__(self) -> None:
        self.pauses: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.pauses.append(seconds)


async def test_work_is_tried_until_it_is_done_and_each_trouble_is_noted() -> None:
    noted: list[str] = []
    sleep = Slept()
    done = await retry.until_done(
        failing(3, Trouble("away")), pause_seconds=0.5, noted=lambda reason: noted.append(str(reason)), sleep=sleep
    )
    assert done == "done"
    assert noted == ["away"] * 3
    assert sleep.pauses == [0.5, 0.5, 0.5]


async def test_pauses_double_up_to_the_longest() -> None:
    sleep = Slept()
    work = failing(5, Trouble("away"))
    await retry.until_done(work, pause_seconds=1, longest_pause_seconds=6, noted=lambda _: None, sleep=sleep)
    assert sleep.pauses == [1, 2, 4, 6, 6]


async def test_a_defect_comes_out_at_once() -> None:
    with pytest.raises(ZeroDivisionError):
        await retry.until_done(failing(1, ZeroDivisionError()), pause_seconds=0, noted=lambda _: None)


async def test_whoever_notes_may_give_up() -> None:
    def give_up(reason: Exception) -> None:
        raise TimeoutError from reason

    with pytest.raises(TimeoutError):
        await retry.until_done(failing(1, Trouble("away")), pause_seconds=0, noted=give_up)


async def test_work_without_end_is_done_again_after_each_end_and_each_trouble() -> None:
    noted: list[str] = []
    runs = 0

    async def work() -> None:
        nonlocal runs
        runs += 1
        if runs == 2:
            raise Trouble("away")

    endless = asyncio.create_task(retry.forever(work, pause_seconds=0, noted=lambda reason: noted.append(str(reason))))
    while runs < 4:  # noqa: ASYNC110 - turns are what we count
        await asyncio.sleep(0)
    endless.cancel()
    assert noted == ["away"]
