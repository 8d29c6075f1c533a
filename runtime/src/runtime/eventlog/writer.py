"""The writer of one log: the log decides, the first valid entry wins (decision D4).

It decides ahead, appends, reads its own entries back, and only then commits the commands and sends the outcomes. It is
right on the strength of the log's append alone; the consumer group only says whose turn it is.

The order «commit, then tell» matters: were a rejection sent first and the process to die before the commit, the command
would be decided again on a later state, perhaps with another outcome. Whoever misses an outcome that was lost with the
process repeats the command under the same id.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic

from contracts.log.hash_chain import Orphan
from runtime.eventlog.definition import Command, Event, LogDefinition, Outcome, State
from runtime.eventlog.log_replica import LogReplica, PendingEntry
from runtime.eventlog.ports import EntryLog, Logged, Position, Replies, WriterObserver
from runtime.eventlog.speculative_log import Clock, DecidedBatch, SpeculativeLog
from runtime.trouble import Trouble

DECIDED_AHEAD = 4
"""Batches that may be appended but not yet read back: enough to keep the broker busy while the next is decided."""
WORTH_OVERLAPPING = 100
"""A smaller batch is confirmed before the next one is decided, so that more commands share the next: at 200 a second
one by one, every process down the log would do the work of a batch for each entry."""


class LostLogError(Exception):
    """Another writer's entry is on the log where ours should be: whatever was decided ahead is void."""


@dataclass(frozen=True, slots=True)
class CommandBatch(Generic[Command]):
    """Commands in the order of their topics, and the position after the last of them."""

    commands: Sequence[Command]
    position: Position


_Decided = asyncio.Queue[DecidedBatch[State, Outcome]]


@dataclass(slots=True)
class Writer(Generic[State, Command, Event, Outcome]):
    """One log's writer: it always follows, and it leads while `lead` runs.

    `following` is set once it has read all there was when it began; `trouble` says why the log does not answer, if so;
    `append_trouble` why it did not take what was appended last, until it takes something or it is another's to append.
    """

    definition: LogDefinition[State, Command, Event, Outcome]
    log: EntryLog
    clock: Clock
    observer: WriterObserver[Outcome]
    replica: LogReplica[State, Event]
    following: bool = False
    trouble: str = ""
    append_trouble: str = ""
    _next_offset: int = 0
    _unconfirmed: deque[PendingEntry[State]] = field(default_factory=deque[PendingEntry[State]])
    _speculation: SpeculativeLog[State, Command, Event, Outcome] | None = None
    _moved: asyncio.Condition = field(default_factory=asyncio.Condition)
    _lost: bool = False

    @classmethod
    def of(
        cls,
        definition: LogDefinition[State, Command, Event, Outcome],
        log: EntryLog,
        clock: Clock,
        observer: WriterObserver[Outcome],
    ) -> "Writer[State, Command, Event, Outcome]":
        """A writer that has read nothing yet."""
        return cls(definition, log, clock, observer, LogReplica.of(definition))

    async def follow(self) -> None:
        """Read the log without end. Raises Trouble; call it again to go on where it stopped."""
        try:
            await self._follow()
        except Trouble as trouble:
            self.trouble = str(trouble)
            raise

    async def _follow(self) -> None:
        end = await self.log.end_offset()
        while True:
            records = await self.log.read()
            for record in records:
                await self._read(record)
                self._next_offset = record.offset + 1
            self.following = self.following or self._next_offset >= end
            if records:
                self.observer.followed(self.replica.chain.sequence)
            async with self._moved:
                self._moved.notify_all()
            if not records:
                await self.log.end_offset()  # Trouble if nobody answers: a read says «nothing new» then too
            self.trouble = ""

    async def catch_up(self) -> None:
        """Return when all that is on the log now has been read."""
        end = await self.log.end_offset()
        async with self._moved:
            await self._moved.wait_for(lambda: self._next_offset >= end)

    async def lead(self, batches: asyncio.Queue[CommandBatch[Command]], replies: Replies[Outcome]) -> None:
        """Decide batches of commands without end.

        Raises LostLogError or Trouble; then nothing that was not sent has a claim to be true, and the commands that
        were not committed have to be read again. `follow` must be running.
        """
        appends: _Decided[State, Outcome] = asyncio.Queue(DECIDED_AHEAD)
        confirms: _Decided[State, Outcome] = asyncio.Queue(DECIDED_AHEAD)
        try:
            await self.catch_up()
            self._lost = False
            self._speculation = SpeculativeLog(self.definition, self.replica, self.clock)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._decide(self._speculation, batches, appends))
                tasks.create_task(self._append(appends, confirms))
                tasks.create_task(self._confirm(self._speculation, appends, confirms, replies))
        finally:
            self._unconfirmed.clear()
            self._speculation = None

    async def _decide(
        self,
        speculation: SpeculativeLog[State, Command, Event, Outcome],
        batches: asyncio.Queue[CommandBatch[Command]],
        appends: _Decided[State, Outcome],
    ) -> None:
        while True:
            batch = await _gathered(batches)
            await appends.put(speculation.take(batch.commands, batch.position))
            if len(batch.commands) < WORTH_OVERLAPPING:
                await appends.join()

    async def _append(self, appends: _Decided[State, Outcome], confirms: _Decided[State, Outcome]) -> None:
        while True:
            decided = await appends.get()
            self._unconfirmed.extend(decided.entries)
            if decided.entries:
                await self._append_entries(decided)
            await confirms.put(decided)

    async def _append_entries(self, decided: DecidedBatch[State, Outcome]) -> None:
        try:
            await self.log.append([entry.value for entry in decided.entries], at=decided.clock)
        except Trouble as trouble:
            self.append_trouble = str(trouble)
            raise
        self.append_trouble = ""

    async def _confirm(
        self,
        speculation: SpeculativeLog[State, Command, Event, Outcome],
        appends: _Decided[State, Outcome],
        confirms: _Decided[State, Outcome],
        replies: Replies[Outcome],
    ) -> None:
        while True:
            decided = await confirms.get()
            await self._read_back(decided)
            speculation.forget(decided.entries)
            await replies.commit(decided.position)
            await replies.send(decided.outcomes, decided.keys)
            self.observer.decided(decided.outcomes)
            appends.task_done()

    async def _read_back(self, decided: DecidedBatch[State, Outcome]) -> None:
        """Wait until the log itself says that what this was decided on is the newest there is.

        A batch with entries has its proof in them. One without asks where the log ends and reads up to there, so that
        nobody is refused for want of what another writer has just confirmed.
        """
        end = 0 if decided.entries else await self.log.end_offset()
        async with self._moved:
            await self._moved.wait_for(lambda: self._lost or self._reached(decided.last_sequence, end))
        if self._lost:
            raise LostLogError(f"{self.definition.source} has another writer's entry")

    def _reached(self, sequence: int, offset: int) -> bool:
        return self.replica.chain.sequence >= sequence and self._next_offset >= offset

    async def _read(self, record: Logged) -> None:
        if self._unconfirmed and not self._lost and self._unconfirmed[0].value == record.value:
            self.replica.adopt(self._unconfirmed.popleft())
            return
        found = self.replica.read(record.value)
        if isinstance(found, Orphan):
            self.observer.orphan(found)
            if found.poison:
                await self.log.set_aside(record, found.reason)
        elif self._speculation is not None:
            self._lost = True


async def _gathered(batches: asyncio.Queue[CommandBatch[Command]]) -> CommandBatch[Command]:
    """All that waits, as one batch."""
    batch = await batches.get()
    while not batches.empty():
        more = batches.get_nowait()
        batch = CommandBatch([*batch.commands, *more.commands], {**batch.position, **more.position})
    return batch
