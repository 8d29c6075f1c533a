"""Does for the cases of one ledger what falls due by itself: swaps, their outcomes, reminders, ends."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from typing import Protocol

from contracts.dates import civil_day
from contracts.events import Event
from contracts.events.replacements import DeviceReplaced
from contracts.log.envelope import Entry
from contracts.outcomes import Accepted, Rejected
from contracts.rma.events import CaseEvent, RmaEvent
from rma.application.writing.case_log import read_cases
from rma.application.writing.followed_ledger import followed_ledger
from rma.domain.duties import WATCHED, Duty, Order, duty_of, order_in, refused
from rma.domain.ledger_view import LedgerView
from rma.domain.state import Cases
from runtime.logs import about, get_logger
from runtime.projection.replica_target import ReplicaTarget
from runtime.trouble import Trouble

AT_ONCE = 100
"""Cases that are seen to at the same time; a command takes some 20 ms, most of it waiting."""
LOOK_SECONDS = 20.0
"""How often somebody looks whether a new day has begun."""
AGAIN_SECONDS = 1.0

_log = get_logger("rma.process_manager")


class Sender(Protocol):
    """Sends what is due for a case, to the ledger or to the log of cases, as part of a trace; raises Trouble."""

    async def send(self, duty: Duty, *, ledger: int, rma: str, traceparent: str | None) -> Accepted | Rejected: ...


class CaseManager:
    """Sees to each case of which an entry has come, and to all that are watched when a day begins.

    `cases` and `ledger` are what followers apply the two logs to. `is_up_to_date` says when they have read them: what
    is due is seen from the ends of both. `trouble` says why something that is due waits, or nothing.
    """

    def __init__(self, number: int, sender: Sender, clock: Callable[[], datetime]) -> None:
        self.number = number
        self.trouble = ""
        self.is_up_to_date: Callable[[], bool] = lambda: False
        self.cases: ReplicaTarget[Cases, RmaEvent] = ReplicaTarget(read_cases(number), self._notice_step)
        self.ledger: ReplicaTarget[LedgerView, Event] = ReplicaTarget(followed_ledger(number), self._notice_swap)
        self._sender = sender
        self._clock = clock
        self._orders: dict[str, Order] = {}
        self._watched: set[str] = set()
        self._due: dict[str, str | None] = {}
        """Cases that are to be seen to, each with the trace of the entry that says so, if it has one."""
        self._noticed = asyncio.Event()
        self._day: date | None = None

    async def run(self) -> None:
        """Never returns, and raises on a defect only."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS if self.is_up_to_date() else AGAIN_SECONDS):
                    await self._noticed.wait()
            self._noticed.clear()
            if self.is_up_to_date():
                await self._see_to_all(civil_day(self._clock()))

    def _notice_step(self, entry: Entry[RmaEvent]) -> None:
        event = entry.data
        if not isinstance(event, CaseEvent):
            return
        if (order := order_in(event, entry.sequence)) is not None:
            self._orders[event.rma] = order
        else:
            self._orders.pop(event.rma, None)
        (self._watched.add if event.state in WATCHED else self._watched.discard)(event.rma)
        self._notice(event.rma, entry.traceparent)

    def _notice_swap(self, entry: Entry[Event]) -> None:
        if isinstance(entry.data, DeviceReplaced):
            self._notice(entry.data.rma, entry.traceparent)

    def _notice(self, rma: str, traceparent: str | None) -> None:
        self._due[rma] = traceparent
        self._noticed.set()

    async def _see_to_all(self, today: date) -> None:
        if today != self._day:
            self._day = today
            self._due |= dict.fromkeys(self._watched - self._due.keys())
        due, self._due = sorted(self._due.items()), {}
        late = list[tuple[str, str | None]]()
        for at in range(0, len(due), AT_ONCE):
            done = await asyncio.gather(*(self._see_to(*one, today) for one in due[at : at + AT_ONCE]))
            late += [one for one, is_done in zip(due[at:], done, strict=False) if not is_done]
        if late:
            await asyncio.sleep(AGAIN_SECONDS)
            for rma, traceparent in late:
                self._due.setdefault(rma, traceparent)
            self._noticed.set()
        else:
            self.trouble = ""

    async def _see_to(self, rma: str, traceparent: str | None, today: date) -> bool:
        """Do what is due for the case; whether that came to an end."""
        case, order = self.cases.state.cases.get(rma), self._orders.get(rma)
        if case is None:
            return True
        duty = duty_of(rma, case, order, self.ledger.state.swaps.get(rma), today)
        with about(correlation_id=rma, traceparent=traceparent):
            try:
                return duty is None or await self._do(rma, traceparent, duty, order)
            except Trouble as trouble:
                _log.warning("duty_waits", ledger=self.number, rma=rma, reason=str(trouble))
                self.trouble = str(trouble)
                return False

    async def _do(self, rma: str, traceparent: str | None, duty: Duty, order: Order | None) -> bool:
        """Send it; whether that came to an end. Where the writer's clock is not at the new day yet, it has not."""
        outcome = await self._sender.send(duty, ledger=self.number, rma=rma, traceparent=traceparent)
        _log.info("duty_done", ledger=self.number, rma=rma, command=duty.command.name, outcome=outcome.status)
        if not isinstance(outcome, Rejected):
            return True
        _log.warning("duty_refused", ledger=self.number, rma=rma, command=duty.command.name, code=outcome.code)
        if duty.command.name == "replace-device" and order is not None:
            told = refused(rma, order, outcome.code)
            await self._sender.send(told, ledger=self.number, rma=rma, traceparent=traceparent)
        return outcome.code != "not_due"
