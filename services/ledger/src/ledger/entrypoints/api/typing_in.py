"""Commands with a key or a code that somebody typed: who misses too often is refused before the ledger is asked."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Depends, Request

from contracts.commands import Command
from ledger.entrypoints.api.asking import Asker
from ledger.entrypoints.api.refused import Refused
from ledger.entrypoints.api.services import TheCaller, TheServices
from runtime.trouble import Trouble


class TypingAsker(Asker):
    """An Asker that counts what its caller typed in vain."""

    async def ask_typed(self, command: Command, command_id: str, *, miss: str) -> int:
        """As `ask`, as one attempt."""
        with self.attempt(miss):
            return await self.ask(command, command_id)

    @contextmanager
    def attempt(self, miss: str) -> Generator[None]:
        """Each refusal within with the code `miss` counts, and after too many the caller is refused before it.

        Counted before anything is asked, and taken back if it was no miss, so that asking in parallel gains nothing.
        """
        account, guesses = self.caller.account, self.services.guesses
        if wait := guesses.wait_seconds(account):
            raise Refused("too_many_attempts", retry_after_seconds=wait)
        attempt = guesses.begin(account)
        try:
            yield
        except (Refused, Trouble) as no:
            if not isinstance(no, Refused) or no.code != miss:
                guesses.forget(account, attempt)
            raise
        guesses.forget(account, attempt)


async def _typing_asker(services: TheServices, caller: TheCaller, request: Request) -> TypingAsker:
    return TypingAsker(services, caller, request)


TheTypingAsker = Annotated[TypingAsker, Depends(_typing_asker)]
