"""`?at_least=`: a query waits until the read side has reached an entry."""

from typing import Annotated

from fastapi import Depends, Query

from contracts.identifiers import MAX_SEQUENCE
from runtime.web.problems import Refused
from runtime.web.read_side import ReadSide, TheReadSide

SEQUENCE_SECONDS = 5.0
"""How long a query waits for the entry it asks for; the projector is milliseconds behind."""


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


async def reaches(services: ReadSide, sequence: int, *, seconds: float) -> bool:
    """Whether the read side has reached this entry in time."""

    async def holds() -> bool:
        return await services.queries.position() >= sequence

    return await services.waiter.until(holds, seconds=seconds)


Reached = Depends(_reached)
