"""`?at_least=`: a query waits until the read side has reached an entry."""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Depends, Query

from contracts.identifiers import MAX_SEQUENCE
from runtime.web.authentication import AuthenticatedCaller
from runtime.web.problems import BUSY_SECONDS, Refused
from runtime.web.read_side import ReadSide, TheReadSide

SEQUENCE_SECONDS = 5.0
"""How long a query waits for the entry it asks for; the projector is milliseconds behind."""
MAX_AHEAD = 100_000
"""Further ahead of the read side than it can fall behind in a minute: nobody has been named such an entry."""


MAX_WAITING, MAX_WAITING_OF_ACCOUNT = 200, 8
"""Requests that wait for an entry, in this process: so many leave room for all that need not wait."""
_waiting: Counter[str] = Counter()


async def _reached(
    services: TheReadSide,
    caller: AuthenticatedCaller,
    at_least: Annotated[
        int | None,
        Query(ge=1, le=MAX_SEQUENCE, description="Answer only from this entry of the log on; waits up to 5 s for it."),
    ] = None,
) -> None:
    if at_least and not await _waited_for(services, caller.account, at_least):
        reached = await services.queries.position()
        raise Refused("sequence_not_reached", extras={"at_least": at_least, "reached": reached})


async def _waited_for(services: ReadSide, account: str, sequence: int) -> bool:
    """Whether the read side has reached an entry; what is far ahead is not waited for. Raises Refused."""
    reached = await services.queries.position()
    if reached >= sequence or sequence > reached + MAX_AHEAD:
        return reached >= sequence
    with _place_to_wait(account):
        return await reaches(services, sequence, seconds=SEQUENCE_SECONDS)


@contextmanager
def _place_to_wait(account: str) -> Generator[None]:
    if _waiting[account] >= MAX_WAITING_OF_ACCOUNT or _waiting.total() >= MAX_WAITING:
        raise Refused("busy", "Too many requests wait for an entry; try again later.", retry_after_seconds=BUSY_SECONDS)
    _waiting[account] += 1
    try:
        yield
    finally:
        _waiting[account] -= 1
        if not _waiting[account]:
            del _waiting[account]


async def require_entry(services: ReadSide, account: str, sequence: int, *, or_else: str = "") -> None:
    """Wait for an entry that the client names, which may have been named to it just now; raises Refused.

    What does not come in that time is an entry of the future: asking again in a moment does not help.
    """
    if not await _waited_for(services, account, sequence):
        reached = await services.queries.position()
        detail = f"There is no entry {sequence} yet. {or_else}".rstrip()
        raise Refused("entry_to_come", detail, extras={"reached": reached})


async def reaches(services: ReadSide, sequence: int, *, seconds: float) -> bool:
    """Whether the read side has reached this entry in time."""

    async def holds() -> bool:
        return await services.queries.position() >= sequence

    return await services.waiter.until(holds, seconds=seconds)


Reached = Depends(_reached)
