"""How a route turns a request into a command, once, however often the request is repeated.

The dependencies are coroutines although they await nothing: FastAPI runs plain functions in threads, which costs more.
"""

import hashlib
import re
from typing import Annotated

from fastapi import Depends, Header, Query, Request

from contracts.commands import Command
from contracts.identifiers import SERIAL_PATTERN, UUID_PATTERN, command_id_of
from contracts.outcomes import Rejected
from ledger.entrypoints.api.dependencies import Services, TheCaller, TheServices
from runtime.web.authentication import Caller
from runtime.web.problems import Refused, rejected

_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]([\x20-\x7e]{0,78}[\x21-\x7e])?")
_SERIAL = re.compile(SERIAL_PATTERN)
_UUID = re.compile(UUID_PATTERN)
_SEPARATORS = str.maketrans("", "", "-:. ")
_ANY_SERIAL = re.compile(r"[0-9a-f]{12}")


class CommandSender:
    """Sends the commands of one request in its caller's name."""

    def __init__(self, services: Services, caller: Caller, request: Request) -> None:
        self.services = services
        self.caller = caller
        self._state = request.state

    async def send(self, command: Command, command_id: str) -> int:
        """The sequence of the command's entry; raises Refused with the ledger's reason, or Trouble."""
        outcome = await self.services.commands.ask(
            command,
            ledger=self.services.ledger,
            command_id=command_id,
            actor=self.caller.actor,
            correlation_id=self._state.correlation_id,
            traceparent=self._state.traceparent,
        )
        if isinstance(outcome, Rejected):
            raise rejected(outcome)
        return outcome.sequence

    def derived(self, what: str, *parts: str | int) -> str:
        """The id of a command that follows from what it says and who says it, not from a client's key."""
        said = "\n".join(["licensing/derived-command/v1", what, str(self.caller.actor), *map(str, parts)])
        return hashlib.sha256(said.encode()).hexdigest()


async def _command_sender(services: TheServices, caller: TheCaller, request: Request) -> CommandSender:
    return CommandSender(services, caller, request)


async def _command_id(
    caller: TheCaller,
    idempotency_key: Annotated[
        str | None,
        Header(
            description="Required. 1 to 80 printable characters; the same key and body again gives the same answer. The"
            " accounts of a company share its keys, so choose random ones, such as a UUID."
        ),
    ] = None,
) -> str:
    if idempotency_key is None or not _IDEMPOTENCY_KEY.fullmatch(idempotency_key):
        raise Refused("idempotency_key_missing")
    return command_id_of(caller.company, idempotency_key)


TheCommandSender = Annotated[CommandSender, Depends(_command_sender)]
CommandIdOfRequest = Annotated[str, Depends(_command_id)]


def serial_of(text: str) -> str:
    """The canonical serial that somebody wrote; raises Refused."""
    plain = text.translate(_SEPARATORS).lower()
    if not plain.isascii() or not _ANY_SERIAL.fullmatch(plain):
        raise Refused("serial_malformed")
    if not _SERIAL.fullmatch(plain):
        raise Refused("serial_wrong_vendor")
    return plain


def project_of(text: str) -> str:
    """A project's id; what cannot be one is a project that nobody knows."""
    if not _UUID.fullmatch(text):
        raise Refused("project_unknown")
    return text


def matching(pattern: str, text: str, code: str) -> str:
    """The text, if it has the form that all names of its kind have; what has not is unknown under this code."""
    if not re.fullmatch(pattern.removesuffix("$"), text):
        raise Refused(code)
    return text


async def _serial(serial: str) -> str:
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


SerialOfPath = Annotated[str, Depends(_serial)]
ProjectOfPath = Annotated[str, Depends(_project)]
CompanyOfPath = Annotated[str, Depends(_company)]
CompanyOfQuery = Annotated[str | None, Depends(_one_company)]
