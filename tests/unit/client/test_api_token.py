"""An API token against a portal that answers as told."""

import base64
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from licensing_client import ApiToken, Client, TokenRefused


class Portal:
    """Gives a new bearer token for each request, and keeps what was asked."""

    def __init__(self, **said: Any) -> None:
        self.asked: list[httpx.Request] = []
        self.now = 1000.0
        self._said = {"token_type": "Bearer", "expires_in": 60} | said

    def token(self, *, scope: str | None = None, secret: str = "s3cret") -> ApiToken:
        transport = httpx.MockTransport(self._answer)
        return ApiToken("http://portal", "program", secret, scope=scope, transport=transport, clock=lambda: self.now)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return httpx.Response(200, json={"access_token": f"t{len(self.asked)}", **self._said})


def refusing(answer: Callable[[httpx.Request], httpx.Response]) -> ApiToken:
    return ApiToken("http://portal", "program", "s3cret", transport=httpx.MockTransport(answer))


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)


def test_it_asks_as_rfc_6749_says() -> None:
    portal = Portal()
    assert portal.token(scope="licenses:read audio:write", secret="a:b c")() == "t1"
    (asked,) = portal.asked
    assert (asked.method, str(asked.url)) == ("POST", "http://portal/oauth/token")
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"
    scheme, credentials = asked.headers["Authorization"].split(" ")
    assert (scheme, base64.b64decode(credentials)) == ("Basic", b"program:a%3Ab+c")
    form = parse_qs(asked.content.decode())
    assert form == {"grant_type": ["client_credentials"], "scope": ["licenses:read audio:write"]}


def test_without_a_scope_none_is_asked_for() -> None:
    portal = Portal()
    portal.token()()
    assert parse_qs(portal.asked[0].content.decode()) == {"grant_type": ["client_credentials"]}


def test_a_bearer_token_is_kept_until_shortly_before_it_expires() -> None:
    portal = Portal()
    token = portal.token()
    assert (token(), token()) == ("t1", "t1")
    portal.now += 49.9
    assert token() == "t1"
    portal.now += 0.1
    assert (token(), token()) == ("t2", "t2")


def test_one_that_expires_at_once_is_used_once() -> None:
    token = Portal(expires_in=5).token()
    assert (token(), token()) == ("t1", "t2")


def test_threads_share_one() -> None:
    portal = Portal()
    token = portal.token()
    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(lambda _: token(), range(64))) == {"t1"}
    assert len(portal.asked) == 1


def test_a_client_sends_it() -> None:
    sent: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.headers["Authorization"])
        return httpx.Response(200, json={"items": [], "next": None})

    portal = Portal()
    client = Client("http://test", portal.token(), transport=httpx.MockTransport(answer))
    client.list_projects()
    portal.now += 60
    client.list_projects()
    assert sent == ["Bearer t1", "Bearer t2"]


def test_a_wrong_secret_is_said_in_words_that_help() -> None:
    refused = httpx.Response(401, json={"error": "invalid_client", "error_description": "No such client."})
    with pytest.raises(TokenRefused, match=r"401 invalid_client: No such client\. Check client id") as caught:
        refusing(lambda _: refused)()
    assert (caught.value.code, caught.value.detail) == ("invalid_client", "No such client.")
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("response", "code"),
    [
        (httpx.Response(400, json={"error": "invalid_scope"}), "invalid_scope"),
        (httpx.Response(404, text="<html>"), ""),
        (httpx.Response(302, headers={"Location": "http://elsewhere"}), ""),
        (httpx.Response(200, json={"token_type": "Bearer"}), ""),
        (httpx.Response(200, json=["t1"]), ""),
        (httpx.Response(200, json={"access_token": "t1", "expires_in": None}), ""),
    ],
    ids=["a scope", "another page", "a redirect", "no token", "no object", "no time"],
)
def test_every_other_no_is_one_too(response: httpx.Response, code: str) -> None:
    with pytest.raises(TokenRefused) as caught:
        refusing(lambda _: response)()
    assert caught.value.code == code


def test_a_portal_that_is_away_for_a_moment_is_asked_again() -> None:
    answers = [
        httpx.Response(503, headers={"Retry-After": "1"}),
        httpx.Response(200, json={"access_token": "t1", "expires_in": 60}),
    ]
    assert refusing(lambda _: answers.pop(0))() == "t1"
    assert not answers
