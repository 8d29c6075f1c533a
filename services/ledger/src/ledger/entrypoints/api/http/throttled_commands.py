"""Commands with a key or a code that somebody typed: who misses too often is refused before the ledger is asked."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request

from contracts.commands import Command
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.commands import Asker
from ledger.entrypoints.api.http.problems import Refused

T = TypeVar("T")


class TypingAsker(Asker):
    """An Asker that counts what its caller typed in vain."""

    async def ask_typed(self, command: Command, command_id: str, *, miss: str) -> int:
        """As `ask`, as one attempt."""
        return await self.attempt(lambda: self.ask(command, command_id), miss=miss)

    async def attempt(self, ask: Callable[[], Coroutine[Any, Any, T]], *, miss: str) -> T:
        """What `ask` gives; each refusal with the code `miss` counts, and after too many it is refused unasked.

        What was asked is awaited even if the client goes away: whether it was a miss is known in any case.
        """
        account, guesses = self.caller.account, self.services.guesses
        try:
            wait = await guesses.begin(account)
        except TimeoutError:
            raise Refused("service_unavailable", "Too many keys and codes are being tried; try again later.") from None
        if wait:
            raise Refused("too_many_attempts", retry_after_seconds=wait)
        asking = asyncio.ensure_future(ask())
        asking.add_done_callback(lambda known: guesses.end(account, missed=_is_miss(known, miss)))
        return await asyncio.shield(asking)


def _is_miss(known: asyncio.Future[Any], miss: str) -> bool:
    no = None if known.cancelled() else known.exception()
    return isinstance(no, Refused) and no.code == miss


async def _typing_asker(services: TheServices, caller: TheCaller, request: Request) -> TypingAsker:
    return TypingAsker(services, caller, request)


TheTypingAsker = Annotated[TypingAsker, Depends(_typing_asker)]
