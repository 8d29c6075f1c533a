"""How a route turns a request into a command, once, however often the request is repeated.

Dependencies are coroutines although they await nothing: FastAPI runs a plain function in another thread.
"""

import hashlib
import re
from typing import Annotated

from fastapi import Depends, Query, Request

from contracts.commands import Command
from contracts.identifiers import UUID_PATTERN, command_id_of
from contracts.outcomes import Accepted, Rejected
from ledger.entrypoints.api.dependencies import Services, TheCaller, TheServices
from ledger.entrypoints.api.http.callers import LedgerCaller
from runtime.staff_texts import ask_with_texts
from runtime.web.idempotency import IdempotencyKey
from runtime.web.path_values import SERIAL_OF_PATH, serial_of
from runtime.web.problems import Refused
from runtime.web.rejections import required

_UUID = re.compile(UUID_PATTERN)


class CommandSender:
    """Sends the commands of one request in its caller's name."""

    def __init__(self, services: Services, caller: LedgerCaller, request: Request) -> None:
        self.services = services
        self.caller = caller
        self._state = request.state

    async def send(self, command: Command, command_id: str) -> int:
        """The sequence of the command's entry; raises as `ask` does."""
        return (await self.ask(command, command_id)).sequence

    async def ask(self, command: Command, command_id: str) -> Accepted:
        """What became of the command; raises Refused with the ledger's reason, or Trouble.

        Texts of staff never travel: they are kept beside the log first, and the command has digests (decision D9).
        """
        return required(await ask_with_texts(self.services.texts, command, command_id, self._ask))

    async def _ask(self, command: Command, command_id: str) -> Accepted | Rejected:
        return await self.services.commands.ask(
            command,
            ledger=self.services.ledger,
            command_id=command_id,
            actor=self.caller.actor,
            correlation_id=self._state.correlation_id,
            traceparent=self._state.traceparent,
            token=self.caller.token,
        )

    def derived(self, what: str, *parts: str | int) -> str:
        """The id of a command that follows from its content and its actor, not from a client's key."""
        said = "\n".join(["licensing/derived-command/v1", what, str(self.caller.actor), *map(str, parts)])
        return hashlib.sha256(said.encode()).hexdigest()


async def _command_sender(services: TheServices, caller: TheCaller, request: Request) -> CommandSender:
    return CommandSender(services, caller, request)


async def _command_id(caller: TheCaller, idempotency_key: IdempotencyKey) -> str:
    return command_id_of(caller.company, idempotency_key)


TheCommandSender = Annotated[CommandSender, Depends(_command_sender)]
CommandIdOfRequest = Annotated[str, Depends(_command_id)]


def project_of(text: str) -> str:
    """A project's id; what cannot be one is a project that nobody knows."""
    if not _UUID.fullmatch(text):
        raise Refused("project_unknown")
    return text


async def _serial(serial: Annotated[str, SERIAL_OF_PATH]) -> str:
    return serial_of(serial)


async def _project(project: str) -> str:
    return project_of(project)


async def _company(company: str) -> str:
    if not _UUID.fullmatch(company):
        raise Refused("company_unknown")
    return company


async def _one_company(
    company: Annotated[str | None, Query(max_length=36, description="Only what is this company's.")] = None,
) -> str | None:
    return None if company is None else await _company(company)


async def _one_project(
    project: Annotated[str | None, Query(max_length=36, description="Only what is this project's.")] = None,
) -> str | None:
    return None if project is None else project_of(project)


SerialOfPath = Annotated[str, Depends(_serial)]
ProjectOfPath = Annotated[str, Depends(_project)]
CompanyOfPath = Annotated[str, Depends(_company)]
CompanyOfQuery = Annotated[str | None, Depends(_one_company)]
ProjectOfQuery = Annotated[str | None, Depends(_one_project)]
