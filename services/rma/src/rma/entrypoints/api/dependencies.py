"""What the routes depend on, and how they get it.

Dependencies are coroutines although they await nothing: FastAPI runs a plain function in another thread.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Protocol, cast

from fastapi import Depends, Request

from contracts.actors import Account, Actor
from contracts.dates import civil_day
from contracts.outcomes import Accepted, Rejected
from contracts.rma.commands import RmaCommand
from rma.application.personal_data import Attachments, Messages, PersonalData, Requests
from rma.application.queries.cases import CaseQueries
from rma.application.queries.rights import Rights
from rma.application.queries.sight import Sight
from runtime.accesses import Accesses
from runtime.blobs.port import Blobs
from runtime.staff_texts import KeepsTexts
from runtime.tokens import Caller
from runtime.web.authentication import AuthenticatedCaller
from runtime.web.read_side import Waiter


class CommandChannel(Protocol):
    """Sends a command and awaits its outcome; see runtime.commands."""

    async def ask(
        self,
        command: RmaCommand,
        *,
        ledger: int,
        command_id: str,
        actor: Actor,
        correlation_id: str,
        traceparent: str | None = None,
        token: str = "",
    ) -> Accepted | Rejected: ...


class ErasableTexts(KeepsTexts, Protocol):
    """Texts beside the log, which staff erases by their command."""

    async def erase(self, command_id: str, *, by: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Services:
    """`ship_to` is the vendor's address for broken devices, line by line."""

    ledger: int
    commands: CommandChannel
    queries: CaseQueries
    rights: Rights
    waiter: Waiter
    clock: Callable[[], datetime]
    texts: ErasableTexts
    requests: Requests
    messages: Messages
    attachments: Attachments
    personal_data: PersonalData
    blobs: Blobs
    accesses: Accesses
    ship_to: tuple[str, ...]


async def _services(request: Request) -> Services:
    return cast("Services", request.state.services)


TheServices = Annotated[Services, Depends(_services)]
TheCaller = AuthenticatedCaller


def today(services: Services) -> date:
    """The day, in Europe/Berlin, by which steps fall due."""
    return civil_day(services.clock())


def account_of(caller: Caller) -> Account:
    """The caller as the actor of a command."""
    return Account(account=caller.account, company=caller.company)


async def _sight(services: TheServices, caller: TheCaller) -> Sight:
    """A route that depends on it reads: it may refuse with `no_right`, or be behind the ledger."""
    return services.rights.sight(account_of(caller))


TheSight = Annotated[Sight, Depends(_sight)]
