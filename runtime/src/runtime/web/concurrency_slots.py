"""Slots for requests that take long: one for each company, so that none keeps the others out."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from runtime.web.problems import Refused


class ConcurrencySlots:
    """At most `most` at the same time in this process; a privileged company gets one beyond them, too."""

    def __init__(self, most: int, *, what: str) -> None:
        self._most = most
        self._what = what
        self._taken: set[str] = set()

    @asynccontextmanager
    async def slot(self, company: str, *, privileged: Callable[[], Awaitable[bool]]) -> AsyncGenerator[None]:
        """The company's slot; raises Refused when it is taken, or all are. Only then `privileged` is asked."""
        if len(self._taken) >= self._most and not await privileged():
            raise Refused("service_unavailable", f"Too many {self._what} are at work; try again later.")
        if company in self._taken:
            raise Refused(
                "service_unavailable", f"A company has one of its {self._what} at work at a time; wait for it."
            )
        self._taken.add(company)
        try:
            yield
        finally:
            self._taken.discard(company)
