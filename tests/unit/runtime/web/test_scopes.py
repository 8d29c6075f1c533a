"""What the gateway lets a token with scopes do: of its API's area what they say, and nothing else."""

from datetime import UTC, datetime
from itertools import combinations
from typing import Any

import pytest
from starlette.responses import Response
from starlette.types import Message

from contracts.scopes import AREAS, SCOPES, Area, needed
from runtime.web.gateway import Gateway
from tests.support.issuer import Issuer
from tests.unit.runtime.web import bookshelf

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "QUERY")
ISSUER = Issuer()
SETS = [frozenset(some) for count in range(len(SCOPES) + 1) for some in combinations(sorted(SCOPES), count)]


def gateway(area: Area) -> Gateway:
    """In front of a service that does whatever it is asked."""
    return Gateway(
        Response(status_code=204),
        area=area,
        tokens=ISSUER.tokens(),
        problems=bookshelf.PROBLEMS,
        metrics=bookshelf.METRICS,
        clock=lambda: datetime.now(UTC),
    )


async def answer(to: Gateway, method: str, token: str) -> tuple[int, dict[str, str]]:
    """Status and headers."""
    sent: list[Any] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    head = [(b"authorization", f"Bearer {token}".encode())]
    await to({"type": "http", "method": method, "path": "/v1/books", "headers": head}, receive, send)
    return sent[0]["status"], {name.decode(): value.decode() for name, value in sent[0]["headers"]}


@pytest.mark.parametrize("area", AREAS)
async def test_a_request_is_let_in_if_its_scope_is_there_or_none_is(area: Area) -> None:
    to = gateway(area)
    for scopes in SETS:
        token = ISSUER.token(scope=" ".join(sorted(scopes)))
        found = {method: (await answer(to, method, token))[0] for method in METHODS}
        assert found == {method: 204 if not scopes or needed(area, method) in scopes else 403 for method in METHODS}, (
            scopes
        )


async def test_the_refusal_names_the_missing_scope_as_rfc_6750_says() -> None:
    status, head = await answer(gateway("licenses"), "POST", ISSUER.token(scope="licenses:read openid"))
    challenge = 'Bearer realm="licensing", error="insufficient_scope", scope="licenses:write"'
    assert (status, head["www-authenticate"]) == (403, challenge)


@pytest.mark.parametrize("scope", ["", "openid profile", "Licenses:Read", "licenses", "read"])
async def test_scopes_of_others_bound_nothing(scope: str) -> None:
    assert (await answer(gateway("licenses"), "POST", ISSUER.token(scope=scope)))[0] == 204
