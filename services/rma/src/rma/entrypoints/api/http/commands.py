"""How a route turns a request into a command, once, however often the request is repeated."""

import re
from typing import Annotated

from fastapi import Depends, Request
from pydantic import TypeAdapter

from contracts.identifiers import UUID_PATTERN, RmaId, command_id_of
from contracts.outcomes import Accepted, Rejected
from contracts.rma.commands import RmaCommand
from rma.entrypoints.api.dependencies import Services, TheCaller, TheServices, account_of
from runtime.staff_texts import ask_with_texts
from runtime.tokens import Caller
from runtime.web.idempotency import IdempotencyKey
from runtime.web.path_values import matching
from runtime.web.problems import Refused
from runtime.web.rejections import sequence_of

RMA_PATTERN = str(TypeAdapter[str](RmaId).json_schema()["pattern"])
_UUID = re.compile(UUID_PATTERN)


class CommandSender:
    """Sends the commands of one request in its caller's name."""

    def __init__(self, services: Services, caller: Caller, request: Request) -> None:
        self.services = services
        self.caller = caller
        self._state = request.state

    async def ask(self, command: RmaCommand, command_id: str) -> Accepted | Rejected:
        """What became of the command, or Trouble. Texts never travel: they are kept beside the log (decision D9)."""
        return await ask_with_texts(self.services.texts, command, command_id, self._ask)

    async def send(self, command: RmaCommand, command_id: str) -> int:
        """The sequence of the command's entry; raises Refused with the writer's reason, or Trouble."""
        return sequence_of(await self.ask(command, command_id))

    async def _ask(self, command: RmaCommand, command_id: str) -> Accepted | Rejected:
        return await self.services.commands.ask(
            command,
            ledger=self.services.ledger,
            command_id=command_id,
            actor=account_of(self.caller),
            correlation_id=self._state.correlation_id,
            traceparent=self._state.traceparent,
            token=self.caller.token,
        )


async def _command_sender(services: TheServices, caller: TheCaller, request: Request) -> CommandSender:
    return CommandSender(services, caller, request)


async def _command_id(caller: TheCaller, idempotency_key: IdempotencyKey) -> str:
    return command_id_of(caller.company, idempotency_key)


async def _rma(rma: str) -> str:
    """What can be no case's number is a case that nobody knows."""
    return matching(RMA_PATTERN, rma, "rma_unknown")


async def _company(company: str) -> str:
    if not _UUID.fullmatch(company):
        raise Refused("company_unknown")
    return company


TheCommandSender = Annotated[CommandSender, Depends(_command_sender)]
CommandIdOfRequest = Annotated[str, Depends(_command_id)]
RmaOfPath = Annotated[str, Depends(_rma)]
CompanyOfPath = Annotated[str, Depends(_company)]
