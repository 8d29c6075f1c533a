"""Places for requests that take long, shared so that nobody keeps the others out."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from enum import Enum
from typing import NamedTuple, Protocol

from runtime.trouble import Trouble
from runtime.web.problems import BUSY_SECONDS, Refused

MOST_OF_COMPANY = 2
MOST_OF_STRANGERS = 1
"""Accounts that do not belong to the company that they act for, such as one that is about to register it."""
WAIT_SECONDS = 1.0
"""How long a request waits for its place: whoever was cut off and comes again has just left it."""


class Standing(Enum):
    """What the account is to the company that it acts for."""

    STRANGER = "stranger"
    MEMBER = "member"
    STAFF = "staff"


class Caller(Protocol):
    """Whose request it is."""

    @property
    def account(self) -> str: ...
    @property
    def company(self) -> str: ...


class _Place(NamedTuple):
    account: str
    company: str
    standing: Standing


class ConcurrencySlots:
    """At most `most` of members at the same time in this process, one of each account and two of a company.

    The vendor's staff finds a place beyond them, and strangers share one of their own.
    """

    def __init__(self, most: int, *, what: str) -> None:
        self._most = most
        self._what = what
        self._taken: list[_Place] = []
        self._waiting: set[asyncio.Event] = set()

    @asynccontextmanager
    async def slot(self, caller: Caller, *, standing: Callable[[], Awaitable[Standing]]) -> AsyncGenerator[None]:
        """The caller's place; raises Refused if it gets none. While its standing can't be told, it is a member."""
        known = Standing.MEMBER
        with suppress(Trouble):
            known = await standing()
        place = _Place(caller.account, caller.company, known)
        await self._take(place)
        try:
            yield
        finally:
            self._taken.remove(place)
            for waiting in self._waiting:
                waiting.set()

    async def _take(self, place: _Place) -> None:
        changed = asyncio.Event()
        self._waiting.add(changed)
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                while self._refused(place):
                    await changed.wait()
                    changed.clear()
        except TimeoutError:
            if reason := self._refused(place):
                raise Refused("busy", reason, retry_after_seconds=BUSY_SECONDS) from None
        finally:
            self._waiting.discard(changed)
        self._taken.append(place)

    def _refused(self, place: _Place) -> str:
        """Why there is no place for it, in a sentence; empty if there is one."""
        alike = [taken for taken in self._taken if taken.standing is place.standing]
        of_company = [taken for taken in alike if taken.company == place.company]
        if place in of_company:
            return f"An account has one of its {self._what} at work at a time; wait for it."
        if len(of_company) >= MOST_OF_COMPANY:
            return f"A company has {MOST_OF_COMPANY} of its {self._what} at work at a time; wait for them."
        most = {Standing.STRANGER: MOST_OF_STRANGERS, Standing.MEMBER: self._most, Standing.STAFF: MOST_OF_COMPANY}
        return f"Too many {self._what} are at work; try again later." if len(alike) >= most[place.standing] else ""
