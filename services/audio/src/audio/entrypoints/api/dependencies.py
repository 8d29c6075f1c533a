"""What the routes depend on, and how they get it.

Dependencies are coroutines although they await nothing: FastAPI runs a plain function in another thread.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Protocol, cast

from fastapi import Depends, Request

from audio.application.keeping import Store
from audio.application.ports import Voice
from audio.application.queries import Job, Jobs
from audio.application.requesting import Requests
from audio.domain.formats import Format
from contracts.actors import Account
from contracts.audio.conversions import JOB_PATTERN
from contracts.audio.events import AudioEvent
from contracts.identifiers import command_id_of, derived_id
from runtime.web.authentication import AuthenticatedCaller
from runtime.web.idempotency import IdempotencyKey
from runtime.web.path_values import matching
from runtime.web.problems import require_found
from runtime.web.read_side import Waiter

SEEN_SECONDS = 2.0
"""How long an answer waits until a query shows what was asked for; it is sent in any case."""


class Events(Protocol):
    """The log of conversions; see audio.adapters.events."""

    async def append(
        self, event: AudioEvent, *, actor: str, correlation_id: str, traceparent: str | None = None
    ) -> None: ...


class Catalog(Protocol):
    """What this installation makes, and who speaks here."""

    def makes(self, made: Format) -> bool: ...
    async def voices(self) -> list[Voice]: ...


@dataclass(frozen=True, slots=True)
class Services:
    """What routes work with."""

    jobs: Jobs
    requests: Requests
    store: Store
    events: Events
    catalog: Catalog
    waiter: Waiter
    clock: Callable[[], datetime]


async def _services(request: Request) -> Services:
    return cast("Services", request.state.services)


TheServices = Annotated[Services, Depends(_services)]


async def _account(caller: AuthenticatedCaller) -> Account:
    return Account(account=caller.account, company=caller.company)


TheAccount = Annotated[Account, Depends(_account)]


async def _new_job(account: TheAccount, key: IdempotencyKey) -> str:
    """The same key of a company always names the same conversion."""
    return derived_id(command_id_of(account.company, key), "audio-conversion")


JobOfRequest = Annotated[str, Depends(_new_job)]


async def _job_id(job: str) -> str:
    return matching(JOB_PATTERN, job, "audio_unknown")


async def _job(job: Annotated[str, Depends(_job_id)], services: TheServices, account: TheAccount) -> Job:
    """The caller's own conversion; another's is one that nobody knows of."""
    return require_found(await services.jobs.one(account, job), "audio_unknown")


JobOfPath = Annotated[Job, Depends(_job)]


async def say(services: Services, event: AudioEvent, account: Account, request: Request) -> None:
    """Append an event to the log in the caller's name."""
    state = request.state
    await services.events.append(
        event, actor=str(account), correlation_id=state.correlation_id, traceparent=state.traceparent
    )


async def until_listed(services: Services, account: Account, job: str) -> None:
    """Wait a moment until lists show the conversion."""

    async def holds() -> bool:
        known = await services.jobs.one(account, job)
        return known is not None and known.number is not None

    await services.waiter.until(holds, seconds=SEEN_SECONDS)


async def until_gone(services: Services, account: Account, job: str) -> None:
    """Wait a moment until queries no longer show the conversion."""

    async def holds() -> bool:
        return await services.jobs.one(account, job) is None

    await services.waiter.until(holds, seconds=SEEN_SECONDS)
