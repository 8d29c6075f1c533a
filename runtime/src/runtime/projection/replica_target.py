"""The state of a log in memory, as what a follower applies records to: for who acts on entries and keeps no rows."""

from collections.abc import Callable, Sequence
from typing import Generic

from contracts.log.envelope import Entry
from contracts.log.hash_chain import Orphan
from runtime.eventlog.definition import Event, ReadLog, State
from runtime.eventlog.log_replica import LogReplica, ReadAgain
from runtime.kafka import Record
from runtime.logs import get_logger, ids_in
from runtime.projection.store import PositionMoved

_log = get_logger("runtime.projection")


class ReplicaTarget(Generic[State, Event]):
    """Implements Target. `noticed` hears of each entry that counts, again where the log is read again."""

    def __init__(self, log: ReadLog[State, Event], noticed: Callable[[Entry[Event]], None]) -> None:
        self._log = log
        self._noticed = noticed
        self._replica: LogReplica[State, Event] = LogReplica.of(log)
        self._next = 0

    @property
    def state(self) -> State:
        return self._replica.state

    @property
    def stopped(self) -> str:
        stop = self._replica.stopped
        return "" if stop is None else f"{self._log.source} stopped: {stop}"

    async def next_offset(self) -> int:
        return self._next

    async def apply(self, records: Sequence[Record]) -> int:
        for record in records:
            found = self._replica.read(record.value or b"")
            if isinstance(found, ReadAgain):
                self._replica, self._next = LogReplica.of(self._log, found.known), 0
                raise PositionMoved(f"{self._log.source} is read again without entries that were set aside")
            if isinstance(found, Entry):
                self._noticed(found)
            if isinstance(found, Orphan):
                where = {"log": self._log.source, "offset": record.offset}
                _log.warning("orphan", **where, reason=found.reason, **ids_in(record.value))
            self._next = record.offset + 1
        return self._next
