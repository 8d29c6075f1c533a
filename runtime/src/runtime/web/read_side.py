"""What routes of the house need of a service's read side, which its application keeps as `state.services`."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Protocol, cast

from fastapi import Depends, Request


class Positions(Protocol):
    """Where the rows of a log stand, now and at a moment in the past. Raises Trouble."""

    async def position(self) -> int:
        """The last entry that the rows stand for."""
        ...

    async def sequence_at(self, time: datetime) -> int:
        """The last entry that was written by then; 0 if there is none."""
        ...

    async def time_of(self, sequence: int) -> datetime | None:
        """When an entry was written; None for one that is absent."""
        ...


class Waiter(Protocol):
    """Waits for the read side; see runtime.postgres.notifications."""

    async def until(self, holds: Callable[[], Awaitable[bool]], *, seconds: float) -> bool: ...


class ReadSide(Protocol):
    """What a service has of its read side, among other things."""

    @property
    def queries(self) -> Positions: ...
    @property
    def waiter(self) -> Waiter: ...
    @property
    def clock(self) -> Callable[[], datetime]: ...


async def _read_side(request: Request) -> ReadSide:
    """A coroutine, for FastAPI runs plain functions in threads."""
    return cast("ReadSide", request.app.state.services)


TheReadSide = Annotated[ReadSide, Depends(_read_side)]
