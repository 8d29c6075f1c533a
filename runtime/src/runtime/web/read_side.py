"""What routes of the house need of a service's read side: the gateway puts it into the state of a request."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Protocol, cast

from fastapi import Depends, Request

from runtime.positions import Positions


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
    return cast("ReadSide", request.state.services)


TheReadSide = Annotated[ReadSide, Depends(_read_side)]
