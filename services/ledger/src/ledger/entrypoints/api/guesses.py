"""Keys and codes that somebody types: who misses too often waits, so that nobody finds one by trying.

Counted in each process alone, for each account: with n replicas an account has up to n times as many attempts, which is
still nothing beside the number of codes. Nothing is stored, so a restart forgets. While an account waits, a repetition
of what was accepted waits, too; it gets its first answer afterwards.
"""

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


@dataclass(slots=True)
class Guesses:
    """The misses of each account. `clock` is aware UTC."""

    clock: Callable[[], datetime]
    _missed: OrderedDict[str, deque[datetime]] = field(default_factory=OrderedDict[str, "deque[datetime]"])

    def wait_seconds(self, account: str) -> int:
        """How long an account that has missed too often has to wait; 0 for all others."""
        missed, now = self._missed.get(account), self.clock()
        while missed and missed[0] <= now - WINDOW:
            missed.popleft()
        if not missed or len(missed) < MAX_MISSES:
            return 0
        return ceil((missed[0] + WINDOW - now).total_seconds())

    def begin(self, account: str) -> datetime:
        """Count an attempt as a miss until it is known to be none."""
        attempt = self.clock()
        self._missed.setdefault(account, deque()).append(attempt)
        self._missed.move_to_end(account)
        if len(self._missed) > MAX_ACCOUNTS:
            self._missed.popitem(last=False)
        return attempt

    def forget(self, account: str, attempt: datetime) -> None:
        """It was no miss."""
        missed = self._missed.get(account)
        if missed is not None and attempt in missed:
            missed.remove(attempt)
            if not missed:
                del self._missed[account]
