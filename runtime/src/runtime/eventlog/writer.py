"""The writer of one log: the log decides, the first valid entry wins (decision D4).

It decides ahead, appends, reads its own entries back, and only then commits the commands and sends the outcomes. It is
right on the strength of the log's append alone; the consumer group only says whose turn it is.

The order «commit, then tell» matters: were a rejection sent first and the process to die before the commit, the command
would be decided again on a later state, perhaps with another outcome. Whoever misses an outcome that was lost with the
process repeats the command under the same id.
"""

import asyncio
import time
from collections import deque
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Generic

from contracts.decisions import Rejection
from contracts.log.hash_chain import Orphan
from contracts.log.stop import Stop
from runtime.eventlog.command_batch import CommandBatch, gathered
from runtime.eventlog.definition import Command, Event, LogDefinition, Outcome, Proposed, State
from runtime.eventlog.log_replica import LogReplica, PendingEntry, ReadAgain
from runtime.eventlog.ports import Companion, EntryLog, Logged, Replies, WriterObserver
from runtime.eventlog.snapshot_file import Snapshot
from runtime.eventlog.snapshots import Snapshots, as_of_now
from runtime.eventlog.speculative_log import CLOCK_BEHIND, Clock, DecidedBatch, SpeculativeLog
from runtime.logs import get_logger, ids_in
from runtime.reader_lag import Place
from runtime.trouble import Trouble

DECIDED_AHEAD = 4
"""Batches that may be appended but not yet read back: enough to keep the broker busy while the next is decided."""
WORTH_OVERLAPPING = 100
"""A smaller batch is confirmed before the next one is decided, so that more commands share the next: at 200 a second
one by one, every process down the log would do the work of a batch for each entry."""
STAMP_AHEAD = timedelta(minutes=5) + CLOCK_BEHIND
"""The broker takes no record that is stamped further ahead of its clock: one from beyond proves the own clock wrong."""

_log = get_logger("runtime.eventlog")


class LostLogError(Exception):
    """Another writer's entry is on the log where ours should be: whatever was decided ahead is void."""


_Decided = asyncio.Queue[DecidedBatch[State, Outcome]]


@dataclass(slots=True)
class Writer(Generic[State, Command, Event, Outcome]):
    """One log's writer: it always follows, and it leads while `lead` runs.

    `following` is set once it has read all there was when it began; `trouble` says why the log does not answer, if so;
    `append_trouble` why it did not take what was appended last, until it takes something or it is another's to append;
    `send_trouble` why an outcome was not taken, until it stands for the log again.
    `stopped` is the entry that cannot be applied: from there on nothing is decided, and every command hears so. The
    same while `clock_trouble` says that the own clock is before the last entry; `own_clock_wrong` if that is certain,
    as the broker bounds what records are stamped with: then another process had better lead. `place` is how far the log
    had its effect here, which it has not from where it is stopped.
    """

    definition: LogDefinition[State, Command, Event, Outcome]
    log: EntryLog
    clock: Clock
    observer: WriterObserver[Outcome]
    replica: LogReplica[State, Event]
    companion: Companion | None = None
    snapshots: Snapshots[State, Event] | None = None
    following: bool = False
    place: Place = field(default_factory=Place)
    trouble: str = ""
    append_trouble: str = ""
    send_trouble: str = ""
    _unread: deque[Logged] = field(default_factory=deque[Logged])
    _next_offset: int = 0
    _newest_stamp_ms: int = 0
    clock_trouble: str = ""
    own_clock_wrong: bool = False
    _unconfirmed: deque[PendingEntry[State]] = field(default_factory=deque[PendingEntry[State]])
    _speculation: SpeculativeLog[State, Command, Event, Outcome] | None = None
    _moved: asyncio.Condition = field(default_factory=asyncio.Condition)
    _lost: bool = False
    _began: bool = False
    _made: float = field(default_factory=time.monotonic)

    @classmethod
    def of(
        cls,
        definition: LogDefinition[State, Command, Event, Outcome],
        log: EntryLog,
        clock: Clock,
        observer: WriterObserver[Outcome],
        companion: Companion | None = None,
        snapshots: Snapshots[State, Event] | None = None,
    ) -> "Writer[State, Command, Event, Outcome]":
        """A writer that has read nothing yet; before each batch, its companion has a look at what else decides.

        It begins at the newest of its snapshots that the log bears out, if there is one.
        """
        return cls(definition, log, clock, observer, LogReplica.of(definition), companion, snapshots)

    @property
    def stopped(self) -> Stop | None:
        return self.replica.stopped

    async def follow(self) -> None:
        """Read the log without end. Raises Trouble; call it again to go on where it stopped."""
        try:
            await self._follow()
        except Trouble as trouble:
            self.trouble = str(trouble)
            await self._tell()
            raise

    async def begun(self) -> None:
        """Return once all that was there at first has been read, or when it is clear that it can't be now."""
        async with self._moved:
            await self._moved.wait_for(lambda: self.following or bool(self.trouble))

    async def _follow(self) -> None:
        if not self._began:
            await self._begin()
        while True:
            end = await self.log.end_offset()
            if self._next_offset == end:  # there is nothing to wait for
                await self._note_stand(end)
                self.trouble = ""
            await self._follow_from_here(end)

    async def _follow_from_here(self, end: int) -> None:
        """Read on without end, but for the one: the log has to be read again from its first entry."""
        while True:
            self._unread.extend(records := await self.log.read())
            while self._unread:
                found = await self._read(self._unread[0])  # Trouble leaves it where it is
                if isinstance(found, ReadAgain):
                    await self._begin_again(found)
                    return
                self._note_place(self._unread.popleft())
            if records:
                self.observer.followed(self.replica.chain.sequence)
            await self._note_stand(end)
            if not records:
                await self.log.end_offset()  # Trouble if nobody answers: a read says «nothing new» then too
            self.trouble = ""

    async def _note_stand(self, end: int) -> None:
        """All that has come is read, up to here; at first the log ended at `end`."""
        if not self.following and self._next_offset >= end:
            self.following = True
            self.observer.started(time.monotonic() - self._made)
        if self.replica.stopped is None:
            self.place.handled(self._next_offset, self.replica.stamp_ms)
        self._look_at_the_clock()
        await self._tell()

    async def _tell(self) -> None:
        """Let those look who wait for something that may be so now."""
        async with self._moved:
            self._moved.notify_all()

    async def _begin(self) -> None:
        """Stand where a snapshot stood, or before the first entry."""
        if self.snapshots is not None:
            found = await self.snapshots.restored(self.log.value_at, self.observer)
            if found is not None:
                self.replica, self._newest_stamp_ms = found.replica, found.stamp_ms
                self._next_offset = found.replica.offset + 1
            await self.log.begin_at(self._next_offset)
        self._began = True

    def now(self) -> Snapshot[State, Event] | None:
        """What a snapshot would hold, once all has been read; nothing of a log that has stopped.

        A later version may know the entry at which this one stops, so that has to be found by reading.
        """
        if not self.following or self.replica.stopped is not None:
            return None
        return as_of_now(self.replica, self._newest_stamp_ms)

    async def _begin_again(self, why: ReadAgain) -> None:
        """Forget all that was read, and what was decided on it: some of it does not count."""
        _log.warning("log_read_again", log=self.definition.source, set_aside=sorted(why.known))
        await self.log.begin_at(0)
        if self.snapshots is not None:
            self.snapshots.remove()
        self.observer.begins_again()
        self.replica = LogReplica.of(self.definition, why.known)
        self._unread.clear()
        self._next_offset, self.following, self._made = 0, False, time.monotonic()
        self._lost = self._speculation is not None
        await self._tell()

    def _note_place(self, record: Logged) -> None:
        self._next_offset = record.offset + 1
        self._newest_stamp_ms = max(self._newest_stamp_ms, record.stamp_ms)

    def _look_at_the_clock(self) -> None:
        now, stamped = self.clock(), datetime.fromtimestamp(self._newest_stamp_ms / 1000, UTC)
        self.own_clock_wrong = stamped - now > STAMP_AHEAD
        behind = max(self.replica.at, stamped - STAMP_AHEAD + CLOCK_BEHIND) - now
        if behind <= CLOCK_BEHIND:
            self.clock_trouble = ""
            self.observer.clock_behind(0.0)
            return
        if not self.clock_trouble:
            _log.error("clock_behind", log=self.definition.source, seconds=behind.total_seconds())
        self.clock_trouble = f"the own clock is {behind.total_seconds():.0f} s behind its last entry"
        self.observer.clock_behind(behind.total_seconds())

    def notice(self, stamp_ms: int) -> None:
        """A command was stamped then: like an entry, it proves how late it is."""
        self._newest_stamp_ms = max(self._newest_stamp_ms, stamp_ms)
        self._look_at_the_clock()

    async def catch_up(self) -> None:
        """Return when all that is on the log now has been read."""
        end = await self.log.end_offset()
        async with self._moved:
            await self._moved.wait_for(lambda: self._next_offset >= end)

    async def lead(self, batches: asyncio.Queue[CommandBatch[Command]], replies: Replies[Outcome]) -> None:
        """Decide batches of commands, up to the last one; returns when that is answered.

        Raises LostLogError or Trouble; then nothing that was not sent has a claim to be true, and the commands that
        were not committed have to be read again. `follow` must be running.
        """
        appends: _Decided[State, Outcome] = asyncio.Queue(DECIDED_AHEAD)
        confirms: _Decided[State, Outcome] = asyncio.Queue(DECIDED_AHEAD)
        try:
            await self.catch_up()
            self._lost, self.send_trouble = False, ""
            self._speculation = SpeculativeLog(self.definition, self.replica, self.clock)
            async with asyncio.TaskGroup() as tasks:
                behind = (
                    tasks.create_task(self._append(appends, confirms)),
                    tasks.create_task(self._confirm(self._speculation, appends, confirms, replies)),
                )
                await self._decide(self._speculation, batches, appends)
                await appends.join()
                for task in behind:
                    task.cancel()
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
            batch = await gathered(batches)
            if batch.position:
                await self._decide_batch(speculation, batch, appends)
            if batch.is_last:
                return

    async def _decide_batch(
        self,
        speculation: SpeculativeLog[State, Command, Event, Outcome],
        batch: CommandBatch[Command],
        appends: _Decided[State, Outcome],
    ) -> None:
        if self.companion is not None:
            await self.companion.look(batch.commands)
        tried: dict[str, Rejection | None] = {}
        for command in batch.commands:
            if (proposed := self._would_exclude(speculation, command)) is not None:
                await appends.join()
                tried[command.command_id] = await self._tried_out(proposed)
        await appends.put(speculation.take(batch.commands, batch.position, tried))
        if len(batch.commands) < WORTH_OVERLAPPING:
            await appends.join()

    def _would_exclude(
        self, speculation: SpeculativeLog[State, Command, Event, Outcome], command: Command
    ) -> Proposed | None:
        about = self.definition.set_aside
        return None if about is None else about.would_exclude(speculation.state, command)

    async def _tried_out(self, proposed: Proposed) -> Rejection | None:
        """What speaks against setting these entries aside, by reading the log without them."""
        if proposed.named.items() <= self.replica.exclusions.known.items():
            return Rejection("entry_unknown", {"sequence": min(proposed.named)})
        sequence = self.replica.chain.sequence + 1
        replica = LogReplica.of(self.definition, self.replica.exclusions.after(sequence, proposed.named))
        async for record in self.log.history():
            replica.read(record.value)
        return _against(replica, proposed, self.definition)

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
            for span in decided.spans:
                span.happened("confirmed")
            speculation.forget(decided.entries)
            await replies.commit(decided.position)
            await self._send(decided, replies)
            for span in decided.spans:
                span.end()
            self.observer.decided(decided.outcomes)
            appends.task_done()

    async def _send(self, decided: DecidedBatch[State, Outcome], replies: Replies[Outcome]) -> None:
        """A clock that is ahead may refuse what is right, without an entry: then the outcome is not taken either."""
        try:
            await replies.send(decided.outcomes, decided.keys)
        except Trouble as trouble:
            self.send_trouble = str(trouble)
            raise

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

    async def _read(self, record: Logged) -> ReadAgain | None:
        if self._unconfirmed and not self._lost and self._unconfirmed[0].value == record.value:
            return self._take_own(self._unconfirmed.popleft(), record.offset)
        stopped = self.stopped is not None
        found = self.replica.read(record.value, record.offset)
        if isinstance(found, Orphan):
            self.observer.orphan(found)
            if found.poison:
                await self.log.bury(record, found.reason)
            return None
        if isinstance(found, ReadAgain):
            return found
        if isinstance(found, Stop) and not stopped:
            self.observer.stopped(found)
            _log.critical("log_stopped", log=self.definition.source, **asdict(found), **ids_in(record.value))
        self._notice_another(stopped=stopped)
        return None

    def _take_own(self, entry: PendingEntry[State], offset: int) -> ReadAgain | None:
        if not entry.read:
            self.replica.adopt(entry, offset)
            return None
        found = self.replica.read(entry.value, offset)
        return found if isinstance(found, ReadAgain) else None

    def _notice_another(self, *, stopped: bool) -> None:
        """Another's entry voids what was decided ahead, of which a log that is stopped has nothing as a rule."""
        if self._speculation is None:
            return
        if stopped and not self._unconfirmed:
            self._speculation.follow()
        elif not self._lost:
            self._lost = True
            self.observer.fenced()


def _against(
    replica: LogReplica[Any, Any], proposed: Proposed, log: LogDefinition[Any, Any, Any, Any]
) -> Rejection | None:
    """Why entries are not set aside, after a replica has read the log without them."""
    if unknown := proposed.named.keys() - replica.exclusions.met:
        return Rejection("entry_unknown", {"sequence": min(unknown)})
    if replica.stopped is not None:
        return Rejection("others_depend", {"sequence": replica.stopped.sequence, "law": replica.stopped.law})
    lawful = proposed.named.keys() & set(replica.unneeded)
    if lawful and log.set_aside is not None and proposed.law in log.set_aside.own_laws:
        return Rejection("entry_lawful", {"sequence": min(lawful)})
    return None
