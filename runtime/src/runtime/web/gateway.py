"""The gateway: every request is counted, timed, bounded, authenticated and in scope before a route sees it."""

import asyncio
import re
import time
import uuid
from collections import Counter as Counts
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from datetime import datetime
from functools import cache, partial
from http import HTTPStatus
from typing import Any, NamedTuple, Protocol

from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.fields import CorrelationId, Traceparent
from contracts.scopes import Area, needed
from runtime import tracing
from runtime.accesses import Reading, reading
from runtime.logs import about, get_logger
from runtime.tokens import AccountInactive, BadCredentials, Caller, Tokens
from runtime.web.authentication import require_scope
from runtime.web.problems import BUSY_SECONDS, Problems, Refused
from runtime.web.request_bodies import check_coding, check_json, read_body, replayed
from runtime.web.request_metrics import RequestMetrics

REQUEST_SECONDS = 25.0
"""How long a request may take in all: of what a route awaits, the longest takes 10 s."""
STREAM_SECONDS = 4 * 3600.0
"""How long a request with a stream may take: 10,000 lines at one a second. Stalls of either side end it long before."""

MAX_IN_FLIGHT = 500
"""Requests in flight at the same time; more would only wait, so they get 503 at once and are retried later."""
MAX_IN_FLIGHT_A_COMPANY = 200
"""One company's share of them: a company that lets many requests wait must not shut the others out."""

_CORRELATION: TypeAdapter[str] = TypeAdapter(CorrelationId)
_TRACEPARENT: TypeAdapter[str] = TypeAdapter(Traceparent)

_log = get_logger("runtime.web")


class Streams(NamedTuple):
    """Where requests take long: paths whose POST reads the body itself, and beginnings of paths of long responses.

    A parameter in braces stands for any one part of a path.
    """

    bodies: tuple[str, ...] = ()
    responses: tuple[str, ...] = ()

    def reads_body(self, scope: Scope) -> bool:
        """Whether the route reads the body itself."""
        return scope["method"] == "POST" and any(_pattern(one).fullmatch(scope["path"]) for one in self.bodies)

    def takes_long(self, scope: Scope) -> bool:
        return self.reads_body(scope) or any(_pattern(one).match(scope["path"]) for one in self.responses)


@cache
def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)))


NO_STREAMS = Streams()
RESPONSE_HEADERS = "response_headers"
"""Where in the state of a request its dependencies put headers of the response, whichever route makes it."""


class Recorder(Protocol):
    """Keeps who read what; see runtime.web.accesses."""

    async def before(self, status: int, *, scope: Scope, caller: Caller, read: Reading) -> None:
        """Called before a response of this status begins; raises Refused where it must not."""
        ...


class Gateway:
    """ASGI middleware around a whole API. Paths under /v1 need a token; the description of the API does not.

    A token with scopes needs the one of `area` that the method of the request asks for. No response that was read
    by the rights of staff begins before `recorder` has kept who read what.
    `services` is what routes work with: they find it in the state of their request. What is posted to a path of
    `signed` has a signature in place of a token, which its route checks.
    """

    def __init__(  # noqa: PLR0913 - what a service says of its API, each by name
        self,
        app: ASGIApp,
        *,
        area: Area,
        tokens: Tokens,
        problems: Problems,
        metrics: RequestMetrics,
        clock: Callable[[], datetime],
        services: object = None,
        streams: Streams = NO_STREAMS,
        signed: frozenset[str] = frozenset(),
        recorder: Recorder | None = None,
    ) -> None:
        self._app = app
        self._area: Area = area
        self._services = services
        self._tokens = tokens
        self._problems = problems
        self._metrics = metrics
        self._clock = clock
        self._streams = streams
        self._signed = signed
        self._recorder = recorder
        self._in_flight = 0
        self._of_company: Counts[str] = Counts()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        sender = _ResponseSender(send, self._problems, scope, receive)
        asked = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        span = tracing.serving(scope["method"], scope["state"]["traceparent"])
        if span is not None:
            scope["state"]["traceparent"] = span.traceparent
        self._in_flight += 1
        try:
            with tracing.within(span), about(**_ids(scope)):
                await self._answered(asked, receive, sender)
        finally:
            self._in_flight -= 1
        route = getattr(asked.get("route"), "path", None)
        self._metrics.observe(scope["method"], route or "none", sender.status, time.perf_counter() - began)
        if span is not None:
            span.answered(route, sender.status)

    async def _answered(self, scope: Scope, receive: Receive, sender: "_ResponseSender") -> None:
        """Respond to whatever is raised: a defect here is a problem document, as one of a route is."""
        try:
            await self._in_time(scope, receive, sender)
        except Exception as error:
            if sender.is_complete:  # the framework raises a defect again after its 500
                return
            if sender.is_started:
                raise
            _log.exception("request_defect", exc_info=error)
            await sender.refuse(Refused("internal_error"))

    async def _in_time(self, scope: Scope, receive: Receive, sender: "_ResponseSender") -> None:
        if self._in_flight > MAX_IN_FLIGHT:
            await sender.refuse(Refused("service_unavailable"))
            return
        try:
            async with asyncio.timeout(STREAM_SECONDS if self._streams.takes_long(scope) else REQUEST_SECONDS):
                await self._pass(scope, receive, sender)
        except TimeoutError:
            _log.warning("request_timed_out", path=scope["path"])
            await sender.refuse(Refused("service_unavailable"))

    async def _pass(self, scope: Scope, receive: Receive, sender: "_ResponseSender") -> None:
        try:
            if scope["path"] in self._signed and scope["method"] == "POST":
                await self._pass_signed(scope, receive, sender)
                return
            if not _needs_token(scope):
                await self._app(scope, replayed(b"", receive), sender)
                return
            head = Headers(scope=scope)
            caller = self._tokens.caller(head.get("authorization"), now=self._clock())
            require_scope(caller, needed(self._area, scope["method"]))
            scope["state"] |= {"caller": caller, "services": self._services}
            check_coding(head)
            with self._share(caller.company), reading() as read:
                if not self._streams.reads_body(scope):
                    body = await read_body(head, receive)
                    check_json(head, body)
                    receive = replayed(body, receive)
                if self._recorder is not None:
                    sender.before = partial(self._recorder.before, scope=scope, caller=caller, read=read)
                await self._app(scope, receive, sender)
        except BadCredentials as error:
            await sender.refuse(Refused("bad_credentials", f"{str(error).capitalize()}."))
        except AccountInactive:
            await sender.refuse(Refused("account_inactive"))
        except Refused as refused:
            await sender.refuse(refused)

    async def _pass_signed(self, scope: Scope, receive: Receive, sender: "_ResponseSender") -> None:
        """Pass on a bounded body, whose bytes the route needs as they came; its senders together have one share."""
        head = Headers(scope=scope)
        check_coding(head)
        with self._share(scope["path"]):
            scope["state"] |= {"services": self._services}
            await self._app(scope, replayed(await read_body(head, receive), receive), sender)

    @contextmanager
    def _share(self, company: str) -> Generator[None]:
        """One of the company's requests in flight; raises Refused beyond its share."""
        if self._of_company[company] >= MAX_IN_FLIGHT_A_COMPANY:
            too_many = "Too many requests of this company are at work; send fewer at a time."
            raise Refused("busy", too_many, retry_after_seconds=BUSY_SECONDS)
        self._of_company[company] += 1
        try:
            yield
        finally:
            self._of_company[company] -= 1
            if not self._of_company[company]:
                del self._of_company[company]


class _ResponseSender:
    """`send` that knows how far the response is, and puts on each the headers that all of them have.

    What `before` refuses of a response that is about to begin gets the problem in its place.
    """

    def __init__(self, send: Send, problems: Problems, scope: Scope, receive: Receive) -> None:
        self.before: Callable[[int], Awaitable[None]] | None = None
        self.status = HTTPStatus.INTERNAL_SERVER_ERROR.value
        self.is_started = self.is_complete = False
        self._send = send
        self._problems = problems
        self._scope, self._receive = scope, receive
        self._correlation_id = _identify(scope)
        self._state = scope["state"]
        self._is_head = self._state["is_head"] = scope["method"] == "HEAD"

    async def __call__(self, message: Message) -> None:
        if self.is_complete or (
            message["type"] == "http.response.start" and not await self._may_begin(message["status"])
        ):
            await asyncio.sleep(0)  # what was refused at its beginning goes on until it sees that nobody listens
            return
        if message["type"] == "http.response.start":
            self.is_started, self.status = True, message["status"]
            head = MutableHeaders(scope=message)
            head["X-Correlation-Id"] = self._correlation_id
            head["X-Content-Type-Options"] = "nosniff"
            head.setdefault("Cache-Control", "no-store")
            head.update(self._state.get(RESPONSE_HEADERS, {}))
        elif self._is_head:
            message = {**message, "body": b""}
        await self._send(message)
        self.is_complete = message["type"] == "http.response.body" and not message.get("more_body", False)

    async def _may_begin(self, status: int) -> bool:
        """Whether a response may begin; if not, the problem is sent."""
        before, self.before = self.before, None
        try:
            if before is not None:
                await before(status)
        except Refused as refused:
            await self.refuse(refused)
            return False
        return True

    async def refuse(self, refused: Refused) -> None:
        if not self.is_started:
            await self._problems.response(refused)(self._scope, self._receive, self)


def _needs_token(scope: Scope) -> bool:
    """Pages and OPTIONS say what the API's description says to everybody; they take no body, so none is awaited."""
    return bool(scope["path"].startswith("/v1")) and scope["method"] != "OPTIONS"


def _identify(scope: Scope) -> str:
    """Keep the caller's correlation id and trace, or a new id; a malformed one is replaced, not refused."""
    head = Headers(scope=scope)
    state = scope.setdefault("state", {})
    state["correlation_id"] = _valid(_CORRELATION, head.get("x-correlation-id")) or uuid.uuid4().hex
    state["traceparent"] = _valid(_TRACEPARENT, head.get("traceparent"))
    return str(state["correlation_id"])


def _ids(scope: Scope) -> dict[str, Any]:
    """What lines about the request name it by."""
    return {name: scope["state"][name] for name in ("correlation_id", "traceparent")}


def _valid(kind: TypeAdapter[str], text: str | None) -> str | None:
    try:
        return kind.validate_python(text)
    except ValidationError:
        return None
