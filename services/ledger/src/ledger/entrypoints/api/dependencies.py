"""What the routes depend on, and how they get it.

Dependencies are coroutines although they await nothing: FastAPI runs a plain function in another thread.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Protocol, cast

from fastapi import Depends, Request

from contracts.actors import Actor
from contracts.commands import Command
from contracts.documents.device_certificate import Authorities
from contracts.outcomes import Accepted, Rejected
from ledger.application.labels import Labels
from ledger.application.queries.exports import Exports
from ledger.application.queries.ledger_queries import Queries
from ledger.application.queries.signed_documents import SignedDocuments
from ledger.application.staff_texts import StaffTexts
from ledger.application.support_cases import SupportCases
from ledger.entrypoints.api.http.attempt_limiter import AttemptLimiter
from ledger.entrypoints.api.http.callers import LedgerCaller
from ledger.entrypoints.api.http.redemptions import Redemptions
from runtime.accesses import Accesses
from runtime.web.authentication import AuthenticatedCaller


class CommandChannel(Protocol):
    """Sends a command and awaits its outcome; see runtime.commands."""

    async def ask(
        self,
        command: Command,
        *,
        ledger: int,
        command_id: str,
        actor: Actor,
        correlation_id: str,
        traceparent: str | None = None,
        token: str = "",
    ) -> Accepted | Rejected: ...


class Waiter(Protocol):
    """Waits for the read side; see runtime.postgres.notifications."""

    async def until(self, holds: Callable[[], Awaitable[bool]], *, seconds: float) -> bool: ...


@dataclass(frozen=True, slots=True)
class Services:
    ledger: int
    commands: CommandChannel
    queries: Queries
    exports: Exports
    waiter: Waiter
    clock: Callable[[], datetime]
    activation_key_secret: bytes
    device_authorities: Authorities
    documents: SignedDocuments
    attempts: AttemptLimiter
    texts: StaffTexts
    labels: Labels
    redemptions: Redemptions
    support_cases: SupportCases
    accesses: Accesses
    webhook_keys: Callable[[], Sequence[bytes]]
    """The keys by which webhooks of the help desk are believed."""
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the process is to end: a response that goes on as long as its client listens ends then."""


async def _services(request: Request) -> Services:
    return cast("Services", request.state.services)


async def _caller(caller: AuthenticatedCaller) -> LedgerCaller:
    return LedgerCaller(caller.account, caller.company, caller.token, caller.expires, caller.scopes)


TheServices = Annotated[Services, Depends(_services)]
TheCaller = Annotated[LedgerCaller, Depends(_caller)]
