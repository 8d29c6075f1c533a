"""Rebuild a read side beside the live one and switch over: a projector's `rebuild --beside`.

Operators ask for it by `licensingctl rebuild`. Queries are answered all the while, and no rows that somebody has read
are followed by older ones.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from typing import Any, NoReturn, Protocol, TypeVar

from runtime.answers import Answer, Exit
from runtime.kafka import Partition
from runtime.postgres.generations import GenerationRefused, Generations
from runtime.postgres.read_side import ReadSide
from runtime.postgres.settings import DatabaseSettings
from runtime.postgres.trouble import database_trouble
from runtime.projection.partition_follower import PartitionFollower
from runtime.trouble import Trouble

PROGRESS_SECONDS = 2.0
HELD_SECONDS = 20.0
"""How long the live rows may be held at one position before the switch is given up; catching up takes a moment."""
COMPARISONS = 5
"""How often the two are compared before it is left: on a busy ledger they rarely stand at the same record."""

S_contra = TypeVar("S_contra", bound=DatabaseSettings, contravariant=True)
Say = Callable[[str], None]


class Projects(Protocol[S_contra]):
    """A projector, as far as a rebuild needs it."""

    @property
    def read_side(self) -> ReadSide: ...
    def followers(
        self, settings: S_contra, generation: str | None = None
    ) -> AbstractAsyncContextManager[tuple[Any, Mapping[Partition, PartitionFollower]]]: ...


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of a rebuild: `drop_old` also takes the generation before away, `only_drop_old` does only that."""

    drop_old: bool = False
    only_drop_old: bool = False
    dry_run: bool = False

    @classmethod
    def of(cls, arguments: argparse.Namespace) -> "Wish":
        return cls(arguments.drop_old, arguments.only_drop_old, arguments.dry_run)


def add_rebuild_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `rebuild --beside`."""
    parser.add_argument("--beside", action="store_true", help="rebuild beside the live rows, then switch over")
    add_wishes(parser)
    parser.add_argument("--output", choices=("text", "json"), default="text", help="for people, or for programs")


def add_wishes(parser: argparse.ArgumentParser) -> None:
    """The options that `licensingctl rebuild` hands on."""
    one = parser.add_mutually_exclusive_group()
    one.add_argument(
        "--drop-old", action="store_true", help="drop the generation before: one that is left, and the last"
    )
    one.add_argument("--only-drop-old", action="store_true", help="drop the generation before, and rebuild nothing")
    parser.add_argument("--dry-run", action="store_true", help="say what there is to do, and do nothing")


async def rebuild_beside(
    projector: Projects[S_contra], settings: S_contra, wish: Wish, say: Say | None = None
) -> Answer:
    """Do it; `say` hears of the progress. Raises GenerationRefused and Trouble: then the live rows are as they were."""
    say = say or _say
    async with database_trouble("rebuild"), Generations.alone(projector.read_side, settings.database()) as generations:
        live, keeps_old = await generations.live(), await generations.keeps_old()
        if wish.dry_run:
            return await _planned(generations, wish)
        if wish.only_drop_old:
            dropped = await generations.drop_old()
            return Answer({"live": live, "dropped": dropped}, [f"{dropped} is dropped; {live} is live."])
        if keeps_old and not wish.drop_old:
            raise GenerationRefused(
                f"the generation before {live} is still there; drop it with --drop-old, or --only-drop-old"
            )
        made = await generations.begin()
        return await _fill_and_switch(projector, settings, generations, made, wish, say)


async def _fill_and_switch(
    projector: Projects[S_contra], settings: S_contra, generations: Generations, made: str, wish: Wish, say: Say
) -> Answer:
    live, began = await generations.live(), time.monotonic()
    async with projector.followers(settings, made) as (_, followers):
        async with _reported(followers, say):
            records = sum(await asyncio.gather(*(one.settle() for one in followers.values())))
        differences = await _compared(generations, followers)
        seconds, held = round(time.monotonic() - began, 3), time.monotonic()
        await generations.switch(lambda: _catch_up(followers))
        held_seconds = round(time.monotonic() - held, 3)
    dropped = wish.drop_old and await _dropped(generations, say)
    facts = {
        "live": made,
        "before": live,
        "dropped": dropped,
        "records": records,
        "seconds": seconds,
        "held_seconds": held_seconds,
        "positions": await generations.positions(made),
        "differences": None if differences is None else [asdict(one) for one in differences],
    }
    return Answer(facts, _said(facts))


async def _dropped(generations: Generations, say: Say) -> bool:
    """Whether the generation before could be dropped; the new one is live whatever comes of it."""
    try:
        await generations.drop_old()
    except GenerationRefused as refused:
        say(str(refused))
        return False
    return True


def _said(facts: Mapping[str, Any]) -> list[str]:
    lines = [
        f"{facts['live']} is live, made from {facts['records']:,} records in {facts['seconds']:.1f} s.",
        f"Projectors waited {facts['held_seconds']:.3f} s for the switch, queries did not.",
        f"{facts['before']} is dropped."
        if facts["dropped"]
        else f"{facts['before']} is still there and not followed any more: drop it with --only-drop-old.",
    ]
    differences = facts["differences"]
    if differences is None:
        return [*lines, "The rows were not compared: the log went on. The new ones are at least as far."]
    if not differences:
        return [*lines, "All rows are as they were before."]
    return [
        *lines,
        "These tables have other rows than before:",
        *(f"  {one['table']}: {one['live_rows']:,} rows before, {one['other_rows']:,} now" for one in differences),
    ]


async def _planned(generations: Generations, wish: Wish) -> Answer:
    live, other, old = await generations.live(), await generations.other(), await generations.keeps_old()
    if wish.only_drop_old:
        if not old:
            raise GenerationRefused(f"there is no generation but {live}, which is live")
        return Answer({"live": live, "would_drop": other}, [f"{other} would be dropped; {live} is live."])
    if old and not wish.drop_old:
        raise GenerationRefused(f"the generation before {live} is still there; drop it with --drop-old")
    positions = await generations.positions(live)
    lines = [f"{live} is live; {other} would be made from some {sum(positions.values()):,} records and become live."]
    return Answer({"live": live, "would_make": other, "positions": positions}, lines)


async def _compared(generations: Generations, followers: Mapping[Partition, PartitionFollower]) -> Any:
    """The tables that differ; None if the two never stood at the same record."""
    for _ in range(COMPARISONS):
        if (found := await generations.differences()) is not None:
            return found
        await asyncio.gather(*(one.settle() for one in followers.values()))
    return None


async def _catch_up(followers: Mapping[Partition, PartitionFollower]) -> None:
    try:
        async with asyncio.timeout(HELD_SECONDS):
            await asyncio.gather(*(one.settle() for one in followers.values()))
    except TimeoutError:
        raise Trouble(f"the new rows did not reach the end of the log within {HELD_SECONDS:g} s") from None


@asynccontextmanager
async def _reported(followers: Mapping[Partition, PartitionFollower], say: Say) -> AsyncGenerator[None]:
    task = asyncio.create_task(_report(followers, say))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _report(followers: Mapping[Partition, PartitionFollower], say: Say) -> None:
    began = time.monotonic()
    while True:
        await asyncio.sleep(PROGRESS_SECONDS)
        read, end = (sum(numbers) for numbers in zip(*(one.progress for one in followers.values()), strict=True))
        seconds = time.monotonic() - began
        left = f", about {seconds * (end - read) / read:.0f} s left" if read else ""
        say(f"read {read:,} of {end:,} records in {seconds:.0f} s{left}")


def answer_rebuild(service: str, work: Coroutine[Any, Any, Answer], output: Any) -> NoReturn:
    """Run it and exit as licensingctl does."""
    try:
        answer = asyncio.run(work)
    except (GenerationRefused, Trouble) as error:
        sys.stderr.write(f"{service}: {error}\n")
        sys.exit(Exit.REFUSED if isinstance(error, GenerationRefused) else Exit.AWAY)
    sys.stdout.write(f"{answer.text(output)}\n")
    sys.exit(answer.code)


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
