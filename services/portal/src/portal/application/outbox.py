"""Letters that wait to be sent: they outlive the process that wrote them, and are gone once they are sent.

A letter is sent by one process at a time. One that is killed while it sends leaves the letter for another one to send,
after LEASE: its reader may get it twice, under one Message-ID, and never not at all.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from prometheus_client import Counter, Gauge

from portal.application.letters import Message, Post, PostAway
from runtime.logs import get_logger
from runtime.process import until_stopped
from runtime.trouble import Trouble

AGAIN_AFTER = tuple(timedelta(seconds=one) for one in (10, 60, 300, 600, 900, 1500))
"""When a letter that nobody took is sent again; the last time is just before its link ends."""
LEASE = timedelta(minutes=3)
"""How long a letter is left to the process that took it: longer than a slow server takes for all its answers."""
AT_ONCE = 4
"""Letters that a process sends side by side: one that a server is slow with holds few others up."""
LOOK_SECONDS = 2.0
"""How often a process looks for what another one has left."""

_LETTERS = Counter(
    "licensing_portal_letters", "Letters by what became of them: sent, put_off, given_up, turned_away", ["result"]
)
_WAITING = Gauge("licensing_portal_letters_waiting", "Letters that nobody has taken yet, of all processes")
_OLDEST = Gauge("licensing_portal_oldest_letter_seconds", "How long the oldest of them has been waiting")

_log = get_logger("portal.letters")


@dataclass(frozen=True, slots=True)
class Taken:
    """A letter that this process sends now, for the `attempt`th time; no message where it can not be opened."""

    letter: str
    email: str
    message: Message | None
    attempt: int


class Outbox(Protocol):
    """Letters that wait. Raises Trouble where the database is away."""

    async def take(self, now: datetime, *, until: datetime, most: int) -> Sequence[Taken]:
        """Letters that are due, for this process alone `until` then."""
        ...

    async def forget(self, letter: str) -> None:
        """Erase a letter that was sent, or will not be."""
        ...

    async def put_off(self, letter: str, until: datetime) -> None: ...
    async def sweep(self, now: datetime) -> int:
        """Erase letters whose links have ended, and say how many."""
        ...

    async def waiting(self) -> tuple[int, datetime | None]:
        """How many there are, and when the oldest was written."""
        ...


@dataclass(slots=True)
class Postman:
    """Sends the letters of an outbox."""

    outbox: Outbox
    post: Post
    clock: Callable[[], datetime]
    waiting: int = field(default=0, init=False)
    _woken: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    async def check(self) -> None:
        """Raises PostAway while nobody takes letters: who asked for one is turned away."""
        try:
            await self.post.check()
        except PostAway:
            _LETTERS.labels("turned_away").inc()
            raise

    def wake(self) -> None:
        """Say that there may be a letter: it is sent at once."""
        self._woken.set()

    async def work(self, stop: asyncio.Event) -> None:
        """Send what is due until `stop` is set; what is being sent then is finished."""
        while not stop.is_set():
            self._woken.clear()
            try:
                is_busy = await self.send_due()
            except Trouble as trouble:
                _log.warning("outbox_away", reason=str(trouble))
                is_busy = False
            if not is_busy:
                with suppress(TimeoutError):
                    await until_stopped(stop, asyncio.wait_for(self._woken.wait(), LOOK_SECONDS))

    async def send_due(self) -> bool:
        """Whether there was any; raises Trouble."""
        now = self.clock()
        if ended := await self.outbox.sweep(now):
            _log.warning("letters_ended", count=ended)
            _LETTERS.labels("given_up").inc(ended)
        taken = await self.outbox.take(now, until=now + LEASE, most=AT_ONCE)
        await asyncio.gather(*(self._send(one) for one in taken))
        self.waiting, oldest = await self.outbox.waiting()
        _WAITING.set(self.waiting)
        _OLDEST.set((self.clock() - oldest).total_seconds() if oldest else 0)
        return bool(taken)

    async def _send(self, one: Taken) -> None:
        """Send a letter and note that; a letter that can't be noted as sent is sent again after its lease."""
        try:
            if one.message is None:
                await self._give_up(one, "its key is gone, or its row was changed")
            elif (away := await self._refusal(one, one.message)) is None:
                _LETTERS.labels("sent").inc()
                await self.outbox.forget(one.letter)
            elif one.attempt > len(AGAIN_AFTER):
                await self._give_up(one, away)
            else:
                wait = AGAIN_AFTER[one.attempt - 1]
                _log.warning("letter_not_sent", reason=away, again_in_seconds=wait.total_seconds())
                _LETTERS.labels("put_off").inc()
                await self.outbox.put_off(one.letter, self.clock() + wait)
        except Trouble as trouble:
            _log.warning("outbox_away", reason=str(trouble))

    async def _refusal(self, one: Taken, message: Message) -> str | None:
        """Why nobody took the letter; None if somebody did."""
        try:
            await self.post.send(one.email, message, letter=one.letter)
        except PostAway as away:
            return str(away)
        return None

    async def _give_up(self, one: Taken, reason: str) -> None:
        _log.error("letter_given_up", reason=reason, attempts=one.attempt)
        _LETTERS.labels("given_up").inc()
        await self.outbox.forget(one.letter)
