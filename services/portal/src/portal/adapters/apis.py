"""The REST APIs, asked in the name of whoever is signed in, on connections that all requests share."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

import httpx

from licensing_client import AudioClient, CaseClient, Client, Problem
from portal.adapters.issuer import TokenIssuer
from runtime import tracing
from runtime.trouble import Trouble

PATIENCE_SECONDS = 2.0
"""How long a request is repeated while an API is away; then the page says so."""
PART_SECONDS = 5.0
"""How long a page waits for a part of it that may be missing."""
MOST_CONNECTIONS = 100

CORRELATION: ContextVar[str] = ContextVar("correlation")
"""The id of the request at hand, which the APIs get too: what a page shows, their logs have."""

P = ParamSpec("P")
T = TypeVar("T")


class SharedTransport(httpx.HTTPTransport):
    """Outlives the clients that use it, and says on whose behalf it asks."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if correlation := CORRELATION.get(""):
            request.headers["X-Correlation-Id"] = correlation
        if not tracing.is_on():
            return super().handle_request(request)
        return self._traced(request)

    def _traced(self, request: httpx.Request) -> httpx.Response:
        """The span lasts to the head of the response: the body of a stream comes later."""
        said: dict[str, str | int] = {
            "http.request.method": request.method,
            "server.address": request.url.host,
            "server.port": request.url.port or {"https": 443}.get(request.url.scheme, 80),
        }
        span = tracing.start(request.method, "client", parent=tracing.traceparent(), attributes=said)
        with tracing.during(span):
            if span is not None:
                request.headers["traceparent"] = span.traceparent
            response = super().handle_request(request)
            if span is not None:
                span.note({"http.response.status_code": response.status_code})
        return response


@dataclass(frozen=True, slots=True)
class Asking:
    """The APIs for one account that acts for one company. `at_least` is the entry that answers have to show."""

    ledger: Client
    cases: CaseClient
    audio: AudioClient
    at_least: int | None = None


class Apis:
    """Where the APIs are."""

    def __init__(self, *, ledger: str, cases: str, audio: str, issuer: TokenIssuer) -> None:
        self._ledger, self._cases, self._audio = ledger, cases, audio
        self._issuer = issuer
        self._shared = SharedTransport(limits=httpx.Limits(max_connections=MOST_CONNECTIONS))

    def acting(self, account: str, company: str, at_least: int | None = None) -> Asking:
        """The APIs as this account sees them."""

        def token() -> str:
            return self._issuer.token(account, company)

        return Asking(
            Client(self._ledger, token, patience_seconds=PATIENCE_SECONDS, transport=self._shared),
            CaseClient(self._cases, token, patience_seconds=PATIENCE_SECONDS, transport=self._shared),
            AudioClient(self._audio, token, patience_seconds=PATIENCE_SECONDS, transport=self._shared),
            at_least,
        )

    def close(self) -> None:
        self._shared.close()


async def ask(operation: Callable[P, T], *names: P.args, **values: P.kwargs) -> T:
    """What an operation of a client answers, in a thread of its own; raises Problem, and Trouble if nobody answers."""
    try:
        return await asyncio.to_thread(operation, *names, **values)
    except httpx.TransportError as error:
        raise Trouble(f"an API is away ({type(error).__name__})") from error
    except Problem as problem:
        if problem.is_passing:
            raise Trouble(f"an API answers {problem.code}") from problem
        raise


async def unless_away(asked: Awaitable[T]) -> T | None:
    """What was asked for, or None while its API is away or slow: for a part of a page without which the rest stands."""
    try:
        async with asyncio.timeout(PART_SECONDS):
            return await asked
    except (Trouble, TimeoutError):
        return None
