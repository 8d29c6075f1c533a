"""Commands with a key or a code that somebody typed: an account that misses too often is refused before it is sent."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request

from contracts.commands import Command
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.attempt_limiter import AttemptLimiter
from ledger.entrypoints.api.http.commands import CommandSender
from runtime.web.bulk import Batch
from runtime.web.problems import BUSY_SECONDS, Refused

T = TypeVar("T")


@dataclass(slots=True)
class _Lines:
    """The attempts of the lines of one request."""

    beginning: asyncio.Future[None] | None = None
    open: int = 0
    has_missed: bool = False

    def ended(self, *, missed: bool) -> None:
        self.open -= 1
        self.has_missed = self.has_missed or missed

    def end(self, limiter: AttemptLimiter, account: str) -> None:
        """End the attempt, if it was begun."""
        if self.beginning is None or self.beginning.cancel():
            return
        if not self.beginning.cancelled() and self.beginning.exception() is None:
            limiter.end(account, missed=self.has_missed or self.open > 0)


class ThrottledCommandSender(CommandSender):
    """A CommandSender that counts its caller's misses."""

    async def send_throttled(self, command: Command, command_id: str, *, miss: str) -> int:
        """As `send`, as one attempt."""
        return await self.attempt(lambda: self.send(command, command_id), miss=miss)

    async def attempt(self, ask: Callable[[], Coroutine[Any, Any, T]], *, miss: str) -> T:
        """The result of `ask`. Each refusal with the code `miss` counts; after too many, attempts are refused unasked.

        `ask` runs to its end even if the client goes away, so that a miss counts in any case.
        """
        batch: Batch | None = getattr(self._state, "batch", None)
        if batch is not None:
            return await self._attempt_of(batch, ask, miss)
        await self._begin()
        limiter = self.services.attempts
        attempt = asyncio.ensure_future(ask())
        attempt.add_done_callback(lambda ended: limiter.end(self.caller.account, missed=_is_miss(ended, miss)))
        return await asyncio.shield(attempt)

    async def _attempt_of(self, batch: Batch, ask: Callable[[], Coroutine[Any, Any, T]], miss: str) -> T:
        """All lines of a request are one attempt, which is a miss if one of them is, or is not known at its end."""
        lines: _Lines = batch.shared.setdefault("attempts", _Lines())
        if lines.beginning is None:
            lines.beginning = asyncio.ensure_future(self._begin())
            batch.at_end.append(lambda: lines.end(self.services.attempts, self.caller.account))
        await asyncio.shield(lines.beginning)
        attempt = asyncio.ensure_future(ask())
        lines.open += 1
        attempt.add_done_callback(lambda ended: lines.ended(missed=_is_miss(ended, miss)))
        return await asyncio.shield(attempt)

    async def _begin(self) -> None:
        """Begin an attempt; raises Refused for an account that has to wait."""
        try:
            wait = await self.services.attempts.begin(self.caller.account)
        except TimeoutError:
            too_many = "Too many keys and codes are being tried; try again later."
            raise Refused("busy", too_many, retry_after_seconds=BUSY_SECONDS) from None
        if wait:
            raise Refused("too_many_attempts", retry_after_seconds=wait)


def _is_miss(ended: asyncio.Future[Any], miss: str) -> bool:
    error = None if ended.cancelled() else ended.exception()
    return isinstance(error, Refused) and error.code == miss


async def _throttled_sender(services: TheServices, caller: TheCaller, request: Request) -> ThrottledCommandSender:
    return ThrottledCommandSender(services, caller, request)


TheThrottledSender = Annotated[ThrottledCommandSender, Depends(_throttled_sender)]
