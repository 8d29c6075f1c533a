"""What every request passes before a route sees it: counted, timed, small enough, and authenticated."""

import asyncio
import time
import uuid
from collections import Counter as Counts
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus

from prometheus_client import Counter, Histogram
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.fields import CorrelationId, Traceparent
from ledger.entrypoints.api.routes import bulk, exports
from runtime.logs import get_logger
from runtime.web.authentication import AccountInactive, BadCredentials, Tokens
from runtime.web.problems import Refused, answer

MAX_BODY_BYTES = 64 * 1024
"""The biggest request is a return document of 32 KiB; JSON bodies are far smaller."""
BODY_SECONDS = 10.0
"""How long a body may take to arrive."""
REQUEST_SECONDS = 25.0
"""How long a request may take in all: an outcome is awaited for 10 s, a sequence for 5 s, a document for 5 s."""
STREAM_SECONDS = 900.0
"""How long a request with a stream may take; its pieces have bounds of their own."""
STREAMS = (bulk.PATH, exports.PREFIX)
"""Where bodies or answers are streams."""

MAX_IN_FLIGHT = 500
"""Requests at work at the same time; more would only wait, so they are told at once to come again."""
MAX_IN_FLIGHT_A_COMPANY = 200
"""What one company's requests may take of them: whoever lets many requests wait must not shut the others out."""

_REQUESTS = Counter("licensing_api_requests", "Answered requests", ["method", "route", "status"])
_SECONDS = Histogram(
    "licensing_api_seconds",
    "From a request's first byte to its answer",
    ["route"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30),
)
_CORRELATION: TypeAdapter[str] = TypeAdapter(CorrelationId)
_TRACEPARENT: TypeAdapter[str] = TypeAdapter(Traceparent)

_log = get_logger("ledger.api")


class Gateway:
    """ASGI middleware around the whole API. Paths under /v1 need a token; the description of the API does not."""

    def __init__(self, app: ASGIApp, *, tokens: Tokens, clock: Callable[[], datetime]) -> None:
        self._app = app
        self._tokens = tokens
        self._clock = clock
        self._in_flight = 0
        self._of_company: Counts[str] = Counts()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        answering = _ResponseSender(send, _identify(scope))
        self._in_flight += 1
        try:
            await self._in_time(scope, receive, answering)
        finally:
            self._in_flight -= 1
        route = getattr(scope.get("route"), "path", "none")
        _REQUESTS.labels(scope["method"], route, answering.status).inc()
        _SECONDS.labels(route).observe(time.perf_counter() - began)

    async def _in_time(self, scope: Scope, receive: Receive, answering: "_ResponseSender") -> None:
        if self._in_flight > MAX_IN_FLIGHT:
            await answering.refuse(Refused("service_unavailable"), scope, receive)
            return
        try:
            seconds = STREAM_SECONDS if scope["path"].startswith(STREAMS) else REQUEST_SECONDS
            async with asyncio.timeout(seconds):
                await self._pass(scope, receive, answering)
        except TimeoutError:
            _log.warning("request_too_long", path=scope["path"])
            await answering.refuse(Refused("service_unavailable"), scope, receive)

    async def _pass(self, scope: Scope, receive: Receive, answering: "_ResponseSender") -> None:
        try:
            if not scope["path"].startswith("/v1"):  # pages, which take no body: nobody is waited for without a token
                await self._app(scope, _replay(b"", receive), answering)
                return
            authorization = Headers(scope=scope).get("authorization")
            caller = self._tokens.caller(authorization, now=self._clock())
            scope["state"]["caller"] = caller
            with self._share(caller.company):
                if scope["path"] != bulk.PATH:
                    receive = _replay(await _body(Headers(scope=scope), receive), receive)
                await self._app(scope, receive, answering)
        except BadCredentials as error:
            await answering.refuse(Refused("bad_credentials", f"{str(error).capitalize()}."), scope, receive)
        except AccountInactive:
            await answering.refuse(Refused("account_inactive"), scope, receive)
        except Refused as refused:
            await answering.refuse(refused, scope, receive)

    @contextmanager
    def _share(self, company: str) -> Generator[None]:
        """One of the company's places; raises Refused when it has taken all of them."""
        if self._of_company[company] >= MAX_IN_FLIGHT_A_COMPANY:
            raise Refused("service_unavailable", "Too many requests of this company are at work; send fewer at a time.")
        self._of_company[company] += 1
        try:
            yield
        finally:
            self._of_company[company] -= 1
            if not self._of_company[company]:
                del self._of_company[company]


class _ResponseSender:
    """`send` that knows the status, and puts on every answer what all of them carry."""

    def __init__(self, send: Send, correlation_id: str) -> None:
        self.status = HTTPStatus.INTERNAL_SERVER_ERROR.value
        self._send = send
        self._started = False
        self._correlation_id = correlation_id

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._started, self.status = True, message["status"]
            head = MutableHeaders(scope=message)
            head["X-Correlation-Id"] = self._correlation_id
            head["X-Content-Type-Options"] = "nosniff"
            head.setdefault("Cache-Control", "no-store")
        await self._send(message)

    async def refuse(self, refused: Refused, scope: Scope, receive: Receive) -> None:
        if not self._started:
            await answer(refused)(scope, receive, self)


def _identify(scope: Scope) -> str:
    """Note the caller's correlation id and trace, or a new id; a malformed one is replaced, not refused."""
    head = Headers(scope=scope)
    state = scope.setdefault("state", {})
    state["correlation_id"] = _valid(_CORRELATION, head.get("x-correlation-id")) or uuid.uuid4().hex
    state["traceparent"] = _valid(_TRACEPARENT, head.get("traceparent"))
    return str(state["correlation_id"])


def _valid(kind: TypeAdapter[str], text: str | None) -> str | None:
    try:
        return kind.validate_python(text)
    except ValidationError:
        return None


async def _body(head: Headers, receive: Receive) -> bytes:
    """The whole body; raises Refused for one that is too big or too slow."""
    length = head.get("content-length", "0")
    if not length.isdecimal() or int(length[:12]) > MAX_BODY_BYTES:
        raise Refused("body_too_big")
    found = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            more = True
            while more:
                message = await receive()
                found += message.get("body", b"")
                more = message["type"] == "http.request" and message.get("more_body", False)
                if len(found) > MAX_BODY_BYTES:
                    raise Refused("body_too_big")
    except TimeoutError:
        raise Refused("request_too_slow") from None
    return bytes(found)


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body once, and afterwards what comes."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
