"""Slow clients: a request has to arrive in time, and its head is bounded, before anybody is authenticated.

uvicorn bounds neither: it keeps a silent connection without end, and a header line of any length in memory.
"""

from asyncio import Transport
from http import HTTPStatus
from typing import ClassVar, cast

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from runtime.problems import headers, render
from runtime.web.problems import Problems, Refused

ARRIVAL_SECONDS = 15.0
"""From connecting, or from a request's first byte, until all of it is here; its body alone gets 10 s (see gateway)."""
MAX_HEAD_BYTES = 32 * 1024
"""Request line and headers beyond what came with the first read; ours have some 5 KiB, most of it the token."""


class BoundedHttp(HttpToolsProtocol):
    """uvicorn's protocol with a deadline and a bound on what it reads before the application sees a request."""

    problems: ClassVar[Problems]
    arrival_seconds = ARRIVAL_SECONDS

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._most, self.limit_concurrency = self.limit_concurrency, None  # uvicorn's own 503 is no problem document
        self._in_head = False
        self._head_bytes = 0
        self._deadline = self.loop.call_later(self.arrival_seconds, self._too_late)

    def connection_lost(self, exc: Exception | None) -> None:
        self._deadline.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._refuse("head_too_big")
                return
        idle = cast("object", self.cycle) is None or self.cycle.response_complete
        super().data_received(data)
        if idle and self._deadline.cancelled() and not self._has_whole_request():
            self._expect()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._head_bytes = True, 0
        if self._deadline.cancelled():
            self._expect()

    def on_headers_complete(self) -> None:
        self._in_head = False
        if self._most is not None and len(self.connections) >= self._most:
            self.app = self._overloaded
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._deadline.cancel()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's sentence; our problem has its own
        """Uvicorn's response to what is no HTTP."""
        self._refuse("request_malformed")

    def _refuse(self, code: str) -> None:
        """Respond without the application, which has not seen the request yet, and close."""
        problem = self.problems.of(Refused(code))
        body = render(problem)
        head = headers() | {"Content-Length": str(len(body)), "Connection": "close"}
        lines = [f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}"]
        lines += [f"{name}: {value}" for name, value in head.items()]
        self.transport.write("\r\n".join([*lines, "", ""]).encode() + body)
        self.transport.close()

    async def _overloaded(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The application of a connection beyond the limit; it closes the connection."""
        refused = Refused("service_unavailable", "Too many clients are connected; try again later.")
        response = self.problems.response(refused)
        response.headers["Connection"] = "close"
        await response(scope, receive, send)

    def _has_whole_request(self) -> bool:
        return cast("object", self.cycle) is not None and not self.cycle.response_complete

    def _expect(self) -> None:
        self._deadline = self.loop.call_later(self.arrival_seconds, self._too_late)

    def _too_late(self) -> None:
        self._deadline.cancel()
        self.transport.close()


def bounded_http(problems: Problems) -> type[BoundedHttp]:
    """The protocol of a service with these problems: uvicorn takes a class and makes one for each connection."""
    return type("ServiceHttp", (BoundedHttp,), {"problems": problems})
