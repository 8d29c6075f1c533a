"""`?at_least=`: a query waits until the read side has reached an entry."""

from typing import Annotated

from fastapi import Depends, Query

from contracts.identifiers import MAX_SEQUENCE
from runtime.web.problems import Refused
from runtime.web.read_side import ReadSide, TheReadSide

SEQUENCE_SECONDS = 5.0
"""How long a query waits for the entry it asks for; the projector is milliseconds behind."""
MAX_AHEAD = 100_000
"""Further ahead of the read side than it can fall behind in a minute: nobody has been named such an entry."""


async def _reached(
    services: TheReadSide,
    at_least: Annotated[
        int | None,
        Query(ge=1, le=MAX_SEQUENCE, description="Answer only from this entry of the log on; waits up to 5 s for it."),
    ] = None,
) -> None:
    if at_least and not await reaches(services, at_least, seconds=SEQUENCE_SECONDS):
        reached = await services.queries.position()
        raise Refused("sequence_not_reached", extras={"at_least": at_least, "reached": reached})


async def require_entry(services: ReadSide, sequence: int, *, or_else: str = "") -> None:
    """Wait for an entry that the client names, which may have been named to it just now; raises Refused.

    What does not come in that time is an entry of the future: asking again in a moment does not help.
    """
    reached = await services.queries.position()
    if reached >= sequence:
        return
    if sequence > reached + MAX_AHEAD or not await reaches(services, sequence, seconds=SEQUENCE_SECONDS):
        raise Refused(
            "entry_to_come", f"There is no entry {sequence} yet. {or_else}".rstrip(), extras={"reached": reached}
        )


async def reaches(services: ReadSide, sequence: int, *, seconds: float) -> bool:
    """Whether the read side has reached this entry in time."""

    async def holds() -> bool:
        return await services.queries.position() >= sequence

    return await services.waiter.until(holds, seconds=seconds)


Reached = Depends(_reached)
