"""Commands with a key or a code that somebody typed: who misses too often is refused before the ledger is asked."""

from typing import Annotated

from fastapi import Depends, Request

from contracts.commands import Command
from ledger.entrypoints.api.asking import Asker
from ledger.entrypoints.api.refused import Refused
from ledger.entrypoints.api.services import TheCaller, TheServices


class TypingAsker(Asker):
    """An Asker that counts what its caller typed in vain."""

    async def ask_typed(self, command: Command, command_id: str, *, miss: str) -> int:
        """As `ask`; a refusal with the code `miss` counts, and after too many of them the caller is refused unasked."""
        account, guesses = self.caller.account, self.services.guesses
        if wait := guesses.wait_seconds(account):
            raise Refused("too_many_attempts", extras={"retry_after_seconds": wait})
        try:
            return await self.ask(command, command_id)
        except Refused as refused:
            if refused.code == miss:
                guesses.note(account)
            raise


async def _typing_asker(services: TheServices, caller: TheCaller, request: Request) -> TypingAsker:
    return TypingAsker(services, caller, request)


TheTypingAsker = Annotated[TypingAsker, Depends(_typing_asker)]
