"""The writer's ports in memory: a log that several writers append to, with the failures of a real one."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Generic

from contracts.log.hash_chain import Orphan
from contracts.log.stop import Stop
from contracts.topics import CLOCK_AHEAD_MS
from runtime import kafka
from runtime.eventlog import Logged
from runtime.eventlog.definition import Outcome
from runtime.eventlog.ports import Position
from runtime.trouble import Trouble

COMMANDS = kafka.Partition("commands", 0)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def at_offset(offset: int) -> Position:
    """The position of a log whose commands come from one partition."""
    return {COMMANDS: offset}


@dataclass
class Partition:
    """What all writers of a log share. `dice` decides how long things take and what fails; `now` is its clock."""

    dice: random.Random
    values: list[bytes] = field(default_factory=list[bytes])
    failing: float = 0.0
    now: datetime = NOON


@dataclass
class MemoryLog:
    """One writer's view of the partition. When it is `away`, a read finds nothing, as with a real broker."""

    partition: Partition
    read_to: int = 0
    poison: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    away: bool = False

    async def append(self, values: Sequence[bytes], *, at: datetime) -> None:
        await wait_a_bit(self.partition.dice)
        if at - self.partition.now > timedelta(milliseconds=CLOCK_AHEAD_MS):
            raise Trouble("the own clock is ahead")
        if self.partition.dice.random() < self.partition.failing:
            self.partition.values += values[: self.partition.dice.randrange(len(values) + 1)]
            raise Trouble("the broker went away")
        self.partition.values += values
        await wait_a_bit(self.partition.dice)

    async def read(self) -> Sequence[Logged]:
        await wait_a_bit(self.partition.dice)
        if self.away:
            return []
        upto = self.read_to + self.partition.dice.randint(1, 7)
        found = [Logged(n, v) for n, v in enumerate(self.partition.values[self.read_to : upto], self.read_to)]
        self.read_to += len(found)
        return found

    async def end_offset(self) -> int:
        await wait_a_bit(self.partition.dice)
        if self.away:
            raise Trouble("no broker answers")
        return len(self.partition.values)

    async def begin_at(self, offset: int) -> None:
        self.read_to = offset

    async def value_at(self, offset: int) -> bytes | None:
        if self.away:
            raise Trouble("no broker answers")
        return value_at(self.partition, offset)

    async def history(self) -> AsyncIterator[Logged]:
        for offset, value in enumerate(list(self.partition.values)):
            yield Logged(offset, value)

    async def bury(self, poison: Logged, reason: str) -> None:
        self.poison.append((poison.offset, reason))


@dataclass
class MemoryTail:
    """A follower's view of the partition. When it is `away`, a read finds nothing; when it is `gone`, that is known."""

    memory: Partition
    next_offset: int = 0
    away: bool = False
    gone: bool = False
    closed: bool = False

    @property
    def partition(self) -> kafka.Partition:
        return kafka.Partition("events", 0)

    async def next_batch(self, max_records: int, timeout_seconds: float) -> list[kafka.Record]:  # noqa: ARG002 - no waiting
        await wait_a_bit(self.memory.dice)
        if self.gone:
            raise kafka.OffsetGone(f"offset {self.next_offset} is not there any more")
        if self.away:
            return []
        upto = min(self.next_offset + max_records, self.next_offset + self.memory.dice.randint(1, 7))
        values = self.memory.values[self.next_offset : upto]
        found = [kafka.Record("events", 0, n, None, value, (), 0) for n, value in enumerate(values, self.next_offset)]
        self.next_offset += len(found)
        return found

    async def seek(self, offset: int) -> None:
        self.next_offset = offset

    async def value_at(self, offset: int) -> bytes | None:
        return value_at(self.memory, offset)

    async def end_offset(self) -> int:
        await wait_a_bit(self.memory.dice)
        if self.away:
            raise Trouble("no broker answers")
        return len(self.memory.values)

    async def close(self) -> None:
        self.closed = True


@dataclass
class MemoryReplies(Generic[Outcome]):
    """What was committed and sent, in order."""

    dice: random.Random = field(default_factory=lambda: random.Random(0))
    committed: list[int] = field(default_factory=list[int])
    told: list[Outcome] = field(default_factory=list[Outcome])

    async def commit(self, position: Position) -> None:
        await wait_a_bit(self.dice)
        self.committed.append(position[COMMANDS])

    async def send(self, outcomes: Sequence[Outcome], keys: Sequence[bytes]) -> None:  # noqa: ARG002
        await wait_a_bit(self.dice)
        self.told += outcomes


@dataclass
class Noticed:
    """WriterObserver by remembering."""

    orphans: list[Orphan] = field(default_factory=list[Orphan])
    stops: list[Stop] = field(default_factory=list[Stop])
    times_fenced: int = 0
    behind_seconds: float = 0.0
    snapshots: list[int] = field(default_factory=list[int])

    def followed(self, sequence: int) -> None: ...
    def decided(self, outcomes: Sequence[object]) -> None: ...
    def orphan(self, orphan: Orphan) -> None:
        self.orphans.append(orphan)

    def fenced(self) -> None:
        self.times_fenced += 1

    def stopped(self, stop: Stop) -> None:
        self.stops.append(stop)

    def begins_again(self) -> None:
        self.stops.clear()

    def snapshot(self, sequence: int, taken: datetime) -> None:  # noqa: ARG002
        self.snapshots.append(sequence)

    def started(self, seconds: float) -> None: ...
    def clock_behind(self, seconds: float) -> None:
        self.behind_seconds = seconds


def value_at(partition: Partition, offset: int) -> bytes | None:
    return partition.values[offset] if 0 <= offset < len(partition.values) else None


async def wait_a_bit(dice: random.Random) -> None:
    for _ in range(dice.randint(1, 5)):
        await asyncio.sleep(0)
