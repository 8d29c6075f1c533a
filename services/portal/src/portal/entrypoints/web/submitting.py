"""Forms that become an entry of the ledger: noted how far it is by then, so that the next page shows it."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from starlette.responses import Response

from licensing_client import Problem
from licensing_client.api import CommandResponse
from portal.entrypoints.web.dependencies import Services, Visit
from portal.entrypoints.web.pages import see

Answer = TypeVar("Answer", bound=CommandResponse)
Refused = Callable[[Problem], Awaitable[Response]]


async def reached(visit: Visit, services: Services, sent: Awaitable[Answer]) -> Answer:
    """What a command is answered; the pages of this session show at least its entry from now on. Raises Problem."""
    done = await sent
    await services.sessions.reach(visit.session.session, done["sequence"])
    return done


async def submit(
    visit: Visit,
    services: Services,
    sent: Awaitable[Answer],
    *,
    then: str | Callable[[Answer], str],
    refused: Refused | None = None,
) -> Response:
    """Send a command and go on to `then`, or answer with the page that says what was `refused`.

    Without such a page, Problem is raised and gets a page of its own.
    """
    try:
        done = await reached(visit, services, sent)
    except Problem as problem:
        if refused is None:
            raise
        return await refused(problem)
    return see(then if isinstance(then, str) else then(done))
