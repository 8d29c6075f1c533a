"""The doorkeeper counts, bounds and names every request before a page sees it, and gives every response its headers."""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.adapters.apis import CORRELATION
from portal.entrypoints.web.dependencies import LIVE, Services
from portal.entrypoints.web.forms import is_multipart, visitors_cookie
from runtime import tracing
from runtime.trouble import Trouble
from runtime.web.problems import Refused
from runtime.web.request_bodies import check_coding, read_body, replayed
from runtime.web.request_metrics import RequestMetrics

REQUEST_SECONDS = 25.0
MAX_BODY_BYTES = 256 * 1024
"""A return document has 32 KiB at most, and fifty keys far less."""
MAX_UPLOAD_BYTES = 21 * 1024 * 1024
"""A recording has 20 MiB at most, and a form around it."""
UPLOAD_SECONDS = 120.0
"""So long may a file take to arrive: ten minutes of sound over the line of an office."""
MOST_UPLOADS = 8
"""Files that arrive at the same time; each is in memory."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
NUL = b"%00"
"""Comes into what is searched for by pasting; no table takes it."""
METRICS = RequestMetrics("licensing_portal")


class Doorkeeper:
    """ASGI middleware around all pages; they find `services` in the state of their request.

    What takes too long is answered with the page that `in_trouble` makes.
    """

    def __init__(
        self,
        app: ASGIApp,
        services: Services,
        *,
        in_trouble: Callable[[Request, Trouble], Awaitable[Response]],
        is_secure: bool,
    ) -> None:
        self._app = app
        self._in_trouble = in_trouble
        self._services = services
        self._uploads = asyncio.Semaphore(MOST_UPLOADS)
        self._headers = HEADERS | ({"Strict-Transport-Security": "max-age=31536000"} if is_secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        began, status, is_begun, is_complete = time.perf_counter(), 500, False, False
        is_live = scope["path"] == LIVE  # goes on for as long as somebody listens: what counts is how soon it begins
        took: float | None = None
        correlation = uuid.uuid4().hex
        scope.setdefault("state", {}).update(services=self._services, correlation_id=correlation)
        CORRELATION.set(correlation)
        is_head = scope["method"] == "HEAD"
        span = tracing.serving(scope["method"], None)

        async def sender(message: Message) -> None:
            nonlocal status, is_begun, is_complete, took
            if message["type"] == "http.response.start":
                status, is_begun = message["status"], True
                took = time.perf_counter() - began if is_live else None
                head = MutableHeaders(scope=message)
                head.update(self._headers)
                head["X-Correlation-Id"] = correlation
                head.setdefault("Cache-Control", "no-store")
            elif is_head:
                message = {**message, "body": b""}
            await send(message)
            is_complete = message["type"] == "http.response.body" and not message.get("more_body", False)

        scope = {**scope, "query_string": scope["query_string"].replace(NUL, b"")}
        scope = {**scope, "method": "GET"} if is_head and not is_live else scope
        try:
            with tracing.within(span):
                body = await self._body(scope, receive)
                try:
                    async with asyncio.timeout(None if is_live else REQUEST_SECONDS):
                        await self._app(scope, replayed(body, receive), sender)
                except TimeoutError:
                    if is_begun:
                        raise
                    late = Request(scope, replayed(body, receive))
                    page = await self._in_trouble(late, Trouble("a page takes too long"))
                    await page(scope, receive, sender)
        except Exception:
            if not is_complete:  # the framework raises a defect again after its page
                raise
        finally:
            route = getattr(scope.get("route"), "path", None)
            METRICS.observe(scope["method"], route or "none", status, took or time.perf_counter() - began)
            if span is not None:
                span.answered(route, status)

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        """The whole body; the state of the request says why there is none."""
        head = Headers(scope=scope)
        body, refused = b"", None
        if scope["method"] != "GET":
            try:
                check_coding(head)
                read = self._upload if is_multipart(head.get("content-type", "")) else _typed
                body = await read(scope, head, receive)
            except (Refused, Trouble) as no:
                refused = no
        scope["state"]["body_refused"] = refused
        return body

    async def _upload(self, scope: Scope, head: Headers, receive: Receive) -> bytes:
        """A form with a file: only whoever is signed in may send a big one."""
        session = await self._services.sessions.find(visitors_cookie(Request(scope)), self._services.clock())
        most = MAX_UPLOAD_BYTES if session else MAX_BODY_BYTES
        async with self._uploads:
            return await read_body(head, receive, most=most, seconds=UPLOAD_SECONDS)


async def _typed(_: Scope, head: Headers, receive: Receive) -> bytes:
    return await read_body(head, receive, most=MAX_BODY_BYTES)
