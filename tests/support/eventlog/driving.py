"""Drives a writer on a log in memory: follow, lead until all is answered, lead again after every loss."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import NoReturn

from runtime.eventlog import CommandBatch, Writer
from runtime.eventlog.definition import Command, Event, Outcome, State
from tests.support.eventlog.memory import MemoryReplies, at_offset


@asynccontextmanager
async def following(writer: Writer[State, Command, Event, Outcome]) -> AsyncGenerator[None]:
    task = asyncio.create_task(writer.follow())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def lead(
    writer: Writer[State, Command, Event, Outcome],
    replies: MemoryReplies[Outcome],
    commands: Sequence[Command],
    size: int = 3,
) -> None:
    """Lead until all commands are answered, or raise what ended it."""
    batches: asyncio.Queue[CommandBatch[Command]] = asyncio.Queue()
    for at in range(0, len(commands), size):
        chunk = commands[at : at + size]
        batches.put_nowait(CommandBatch(chunk, at_offset(at + len(chunk))))
    task = asyncio.create_task(writer.lead(batches, replies))
    expected = len(replies.told) + len(commands)
    try:
        while not task.done() and len(replies.told) < expected:  # noqa: ASYNC110  # turns are what we count
            await asyncio.sleep(0)
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def stubborn(
    writer: Writer[State, Command, Event, Outcome], replies: MemoryReplies[Outcome], commands: Sequence[Command]
) -> None:
    """Lead again after every loss, from what was last committed, as a process manager would."""
    dice = replies.dice
    while len(commands) > (done := max(replies.committed, default=0)):
        rest = commands[done:]
        told = len(replies.told)
        shifted = MemoryReplies[Outcome](dice)
        task = asyncio.create_task(lead(writer, shifted, rest, size=dice.randint(1, 4)))
        if dice.random() < 0.2:
            for _ in range(dice.randint(1, 200)):
                await asyncio.sleep(0)
            task.cancel()
        with suppress(asyncio.CancelledError, ExceptionGroup):
            await task
        replies.committed += [done + offset for offset in shifted.committed]
        replies.told += shifted.told
        assert len(replies.told) >= told


async def never(*_: object) -> NoReturn:
    """A read of a log on which nothing comes."""
    await asyncio.Event().wait()
    raise AssertionError("it came")


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 - a plain value of the writer
            await asyncio.sleep(0)
