"""The caller of a request, as the gateway has authenticated it by its bearer token."""

from typing import Annotated, cast

from fastapi import Depends, Request

from runtime.tokens import Caller


async def _authenticated(request: Request) -> Caller:
    """A coroutine, for FastAPI runs plain functions in threads."""
    return cast("Caller", request.state.caller)


AuthenticatedCaller = Annotated[Caller, Depends(_authenticated)]
