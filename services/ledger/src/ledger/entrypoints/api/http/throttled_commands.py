"""Commands with a key or a code that somebody typed: an account that misses too often is refused before it is sent."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request

from contracts.commands import Command
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.commands import CommandSender
from runtime.web.problems import BUSY_SECONDS, Refused

T = TypeVar("T")


class ThrottledCommandSender(CommandSender):
    """A CommandSender that counts its caller's misses."""

    async def send_throttled(self, command: Command, command_id: str, *, miss: str) -> int:
        """As `send`, as one attempt."""
        return await self.attempt(lambda: self.send(command, command_id), miss=miss)

    async def attempt(self, ask: Callable[[], Coroutine[Any, Any, T]], *, miss: str) -> T:
        """The result of `ask`. Each refusal with the code `miss` counts; after too many, attempts are refused unasked.

        `ask` runs to its end even if the client goes away, so that a miss counts in any case.
        """
        account, limiter = self.caller.account, self.services.attempts
        try:
            wait = await limiter.begin(account)
        except TimeoutError:
            too_many = "Too many keys and codes are being tried; try again later."
            raise Refused("busy", too_many, retry_after_seconds=BUSY_SECONDS) from None
        if wait:
            raise Refused("too_many_attempts", retry_after_seconds=wait)
        attempt = asyncio.ensure_future(ask())
        attempt.add_done_callback(lambda ended: limiter.end(account, missed=_is_miss(ended, miss)))
        return await asyncio.shield(attempt)


def _is_miss(ended: asyncio.Future[Any], miss: str) -> bool:
    error = None if ended.cancelled() else ended.exception()
    return isinstance(error, Refused) and error.code == miss


async def _throttled_sender(services: TheServices, caller: TheCaller, request: Request) -> ThrottledCommandSender:
    return ThrottledCommandSender(services, caller, request)


TheThrottledSender = Annotated[ThrottledCommandSender, Depends(_throttled_sender)]
