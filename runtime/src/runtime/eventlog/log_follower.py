"""Reads a log that others write, all the time, for the state that its entries make."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Generic, Protocol

from contracts.log.hash_chain import Orphan
from contracts.log.stop import Stop
from runtime import retry
from runtime.eventlog.definition import Event, IncomingCommand, ReadLog, State
from runtime.eventlog.log_replica import LogReplica, ReadAgain
from runtime.eventlog.snapshot_file import Snapshot
from runtime.eventlog.snapshots import Snapshots, as_of_now
from runtime.kafka import OffsetGone, Partition, Record
from runtime.logs import get_logger, ids_in
from runtime.reader_lag import Place
from runtime.trouble import Trouble

READ_SECONDS = 2.0
"""How long a read waits for an entry, which it returns at once; after none, the broker is asked whether it is there."""
BATCH = 500
"""Records taken in one go, some 20 ms of work: whoever else is in this process waits as long."""
PATIENCE_SECONDS = 1.0
"""How long a decision waits for the newest entry; a follower that works takes milliseconds."""
AGAIN_SECONDS = 0.5

_log = get_logger("runtime.eventlog")


class Tail(Protocol):
    """The log's partition, read from its first record on, such as a PartitionTail."""

    @property
    def partition(self) -> Partition: ...
    @property
    def next_offset(self) -> int:
        """Where the next read begins."""
        ...

    async def next_batch(self, max_records: int, timeout_seconds: float) -> list[Record]:
        """The next records, or none after that time. Raises Trouble, or OffsetGone if they are not there any more."""
        ...

    async def seek(self, offset: int) -> None: ...
    async def value_at(self, offset: int) -> bytes | None:
        """The record there, or None if there is none; seek before the next read. Raises Trouble."""
        ...

    async def end_offset(self) -> int:
        """The offset that the next appended record will get. Raises Trouble when no broker answers."""
        ...

    async def close(self) -> None: ...


@dataclass(slots=True)
class LogFollower(Generic[State, Event]):
    """Keeps the newest state of a log while `run` runs. Implements Companion for a writer whose rules need it.

    It begins at the newest of its snapshots that the log bears out, if there is one.

    `trouble` says why the state may be behind the log, or nothing. Where the log stops, the state stays as it was, and
    so does `place`.
    """

    log: ReadLog[State, Event]
    tail: Tail
    snapshots: Snapshots[State, Event] | None = None
    trouble: str = "nothing was read yet"
    replica: LogReplica[State, Event] = field(init=False)
    place: Place = field(default_factory=Place)
    _stands: bool = False
    _began: asyncio.Event = field(default_factory=asyncio.Event)
    _moved: asyncio.Condition = field(default_factory=asyncio.Condition)

    def __post_init__(self) -> None:
        self.replica = LogReplica.of(self.log)

    @property
    def holds_up(self) -> str:
        return self.trouble

    @property
    def state(self) -> State:
        return self.replica.state

    async def run(self) -> None:
        """Never returns."""
        try:
            async with asyncio.TaskGroup() as tasks:
                if self.snapshots is not None:
                    tasks.create_task(self.snapshots.keep(self._now, self))
                await retry.forever(self._follow, pause_seconds=AGAIN_SECONDS, noted=self._note)
        finally:
            await self.tail.close()

    def snapshot(self, sequence: int, taken: datetime) -> None:
        """The log has it; the metrics are of the writer's own log."""

    def _now(self) -> Snapshot[State, Event] | None:
        """What a snapshot would hold, once all has been read; nothing of a log that has stopped."""
        if not self._began.is_set() or self.replica.stopped is not None:
            return None
        return as_of_now(self.replica)

    async def begun(self) -> None:
        """Wait until all that was there at first has been read, or until it is clear that it can't be."""
        await self._began.wait()

    async def look(self, commands: Sequence[IncomingCommand] = ()) -> None:  # noqa: ARG002 - all of them need it
        """Read up to where the log ends now, so that what follows is decided on nothing older.

        Where that takes longer than PATIENCE_SECONDS, or the log has stopped, `trouble` says so.
        """
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._read_up_to(await self.tail.end_offset())
        except TimeoutError:
            self.trouble = f"the end of {self.log.source} was not reached within {PATIENCE_SECONDS:g} s"
        except Trouble as trouble:
            self.trouble = str(trouble)
        else:
            self._note_up_to_date()

    async def _read_up_to(self, end: int) -> None:
        async with self._moved:
            await self._moved.wait_for(lambda: self.tail.next_offset >= end)

    async def _note_stand(self, end: int) -> None:
        """All that has come is read, up to here; the log was last seen to end at `end`."""
        if self.replica.stopped is None:
            self.place.handled(self.tail.next_offset, self.replica.stamp_ms)
        if self.tail.next_offset >= end:
            self._note_up_to_date()
            self._began.set()
        async with self._moved:
            self._moved.notify_all()

    def _note_up_to_date(self) -> None:
        self.trouble = f"{self.log.source} stopped: {self.replica.stopped}" if self.replica.stopped else ""

    async def _follow(self) -> None:
        """Read on without end; raises Trouble. A log of which a part is gone is read anew."""
        try:
            if not self._stands:
                await self._begin()
            await self._read_on()
        except OffsetGone as gone:
            await self._from_the_beginning(LogReplica.of(self.log))
            self._began.set()
            raise Trouble(str(gone)) from gone

    async def _begin(self) -> None:
        """Stand where a snapshot stood, or before the first entry."""
        if self.snapshots is not None:
            found = await self.snapshots.restored(self.tail.value_at, self)
            if found is not None:
                self.replica = found.replica
            await self.tail.seek(self.replica.offset + 1)
        self._stands = True

    async def _read_on(self) -> None:
        end = await self.tail.end_offset()
        if self.tail.next_offset == end:  # there is nothing to wait for
            await self._note_stand(end)
        while True:
            records = await self.tail.next_batch(BATCH, READ_SECONDS)
            again = self._take(records)
            if again is not None:
                await self._begin_again(again)
                end = await self.tail.end_offset()
            elif not records:
                end = await self.tail.end_offset()  # Trouble if nobody answers: a read says «nothing new» then too
            await self._note_stand(end)

    def _take(self, records: list[Record]) -> ReadAgain | None:
        for record in records:
            stopped, found = self.replica.stopped, self.replica.read(record.value or b"", record.offset)
            if isinstance(found, ReadAgain):
                return found
            if isinstance(found, Orphan):
                where = {"log": self.log.source, "offset": record.offset}
                _log.warning("orphan", **where, reason=found.reason, **ids_in(record.value))
            if isinstance(found, Stop) and stopped is None:
                _log.critical("followed_log_stopped", log=self.log.source, **asdict(found), **ids_in(record.value))
        return None

    async def _begin_again(self, why: ReadAgain) -> None:
        _log.warning("log_read_again", log=self.log.source, set_aside=sorted(why.known))
        self.trouble = f"{self.log.source} is read again without entries that were set aside"
        if self.snapshots is not None:
            self.snapshots.remove()
        await self._from_the_beginning(LogReplica.of(self.log, why.known))

    async def _from_the_beginning(self, replica: LogReplica[State, Event]) -> None:
        self.replica = replica
        await self.tail.seek(0)

    def _note(self, reason: Exception) -> None:
        _log.warning("follow_again", log=self.log.source, reason=str(reason))
        self.trouble = f"{self.log.source} can't be read: {reason}"
