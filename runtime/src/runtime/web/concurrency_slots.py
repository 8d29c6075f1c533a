"""Places for requests that take long: one for each company, so that none keeps the others out."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from ledger.entrypoints.api.dependencies import Services
from runtime.web.authentication import Caller
from runtime.web.problems import Refused


class ConcurrencySlots:
    """At most `most` at the same time in this process; the vendor's staff finds a place behind them, too."""

    def __init__(self, most: int, *, what: str) -> None:
        self._most = most
        self._what = what
        self._taken: set[str] = set()

    @asynccontextmanager
    async def slot(self, services: Services, caller: Caller) -> AsyncGenerator[None]:
        """The company's place; raises Refused when it is taken, or all are."""
        if len(self._taken) >= self._most and not await _is_vendor(services, caller):
            raise Refused("service_unavailable", f"Too many {self._what} are at work; try again later.")
        if caller.company in self._taken:
            raise Refused(
                "service_unavailable", f"A company has one of its {self._what} at work at a time; wait for it."
            )
        self._taken.add(caller.company)
        try:
            yield
        finally:
            self._taken.discard(caller.company)


async def _is_vendor(services: Services, caller: Caller) -> bool:
    company = await services.queries.company(caller.viewer, caller.company)
    return company is not None and company.kind == "vendor"
