"""Attempts with typed keys and codes: an account that misses too often waits, so that nobody finds one by trying.

Counted in each process alone, for each account: with n replicas an account has up to n times as many attempts, which is
still nothing beside the number of codes. Nothing is stored, so a restart forgets. While an account waits, a repetition
of an accepted command waits, too; it gets its first response afterwards.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

MAX_MISSES = 20
WINDOW = timedelta(minutes=10)
"""After so many misses within the window the account waits until the oldest is out of it."""
MAX_ACCOUNTS = 10_000
"""Beyond that the account that missed longest ago is forgotten."""
MAX_QUEUED = 300
"""Attempts of an account that queue: more than what one company's requests and one bulk of it have at work."""
QUEUE_SECONDS = 10.0
"""How long an attempt may queue; with the outcome's time it fits into the time of a request."""


@dataclass(slots=True)
class _AtWork:
    """Attempts of an account that may still be misses, and those behind them, first come first served."""

    in_flight: int = 0
    queue: deque[asyncio.Future[int]] = field(default_factory=deque["asyncio.Future[int]"])


@dataclass(slots=True)
class AttemptLimiter:
    """The misses of each account. `clock` is aware UTC.

    Misses and attempts in flight are never more than MAX_MISSES together, so attempts in parallel gain nothing: a
    further attempt queues until one in flight has its result. Only a miss counts; a hit makes room for the next.
    """

    clock: Callable[[], datetime]
    _missed: OrderedDict[str, deque[datetime]] = field(default_factory=OrderedDict[str, "deque[datetime]"])
    _at_work: dict[str, _AtWork] = field(default_factory=dict[str, _AtWork])

    def wait_seconds(self, account: str) -> int:
        """How long an account that has missed too often has to wait; 0 for all others."""
        missed, now = self._missed.get(account), self.clock()
        while missed and missed[0] <= now - WINDOW:
            missed.popleft()
        if not missed or len(missed) < MAX_MISSES:
            return 0
        return ceil((missed[0] + WINDOW - now).total_seconds())

    async def begin(self, account: str) -> int:
        """Begin an attempt, which `end` ends, and return 0; or begin none and return the seconds to wait.

        Raises TimeoutError if too many are before it.
        """
        at_work = self._at_work.setdefault(account, _AtWork())
        if len(at_work.queue) >= MAX_QUEUED:
            raise TimeoutError
        place: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        at_work.queue.append(place)
        self._admit(account)
        try:
            async with asyncio.timeout(QUEUE_SECONDS):
                return await place
        except (asyncio.CancelledError, TimeoutError):
            self._leave(account, place)
            raise

    def end(self, account: str, *, missed: bool) -> None:
        """The result of an attempt is known."""
        self._at_work[account].in_flight -= 1
        if missed:
            self._missed.setdefault(account, deque()).append(self.clock())
            self._missed.move_to_end(account)
            if len(self._missed) > MAX_ACCOUNTS:
                self._missed.popitem(last=False)
        self._admit(account)

    def _admit(self, account: str) -> None:
        """Begin queued attempts as far as there is room, or end all of them with the seconds to wait."""
        at_work, wait = self._at_work[account], self.wait_seconds(account)
        missed = len(self._missed.get(account, ()))
        while at_work.queue and (wait or missed + at_work.in_flight < MAX_MISSES):
            place = at_work.queue.popleft()
            if not place.done():
                at_work.in_flight += not wait
                place.set_result(wait)
        if not at_work.in_flight:
            del self._at_work[account]

    def _leave(self, account: str, place: asyncio.Future[int]) -> None:
        """The client has gone: remove its attempt from the queue, or end the one that has just begun."""
        if not place.cancelled():
            if not place.result():
                self.end(account, missed=False)
        elif (at_work := self._at_work.get(account)) and place in at_work.queue:
            at_work.queue.remove(place)
