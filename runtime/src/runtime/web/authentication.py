"""The caller of a request, as the gateway has authenticated it by its bearer token, and the scopes of that token."""

from typing import Annotated, cast

from fastapi import Depends, Request

from contracts.scopes import permits
from runtime.tokens import Caller
from runtime.web.problems import REALM, Refused


async def _authenticated(request: Request) -> Caller:
    """A coroutine, for FastAPI runs plain functions in threads."""
    return cast("Caller", request.state.caller)


AuthenticatedCaller = Annotated[Caller, Depends(_authenticated)]


def require_scope(caller: Caller, scope: str) -> None:
    """Raise Refused, with the challenge of RFC 6750, section 3.1, if the token has scopes but not this one."""
    if not permits(caller.scopes, scope):
        sentence = f"The token lacks the scope {scope}; get one that has it, or one without scopes."
        challenge = f'Bearer realm="{REALM}", error="insufficient_scope", scope="{scope}"'
        raise Refused("scope_missing", sentence, headers={"WWW-Authenticate": challenge})
