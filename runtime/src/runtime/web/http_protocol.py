"""HTTP/1 on a connection: uvicorn's protocol with what a service needs before anybody is authenticated.

The head of a request has to arrive in time, and is bounded: uvicorn keeps a silent connection without end, and a header
line of any length in memory. A body is bounded by whoever reads it, and a client that reads nothing loses its
connection. Offers to upgrade are ignored, and whoever is refused gets to read why.
"""

import asyncio
import socket
import ssl
import struct
from asyncio import Transport
from http import HTTPStatus
from typing import ClassVar, cast

from httptools import HttpRequestParser
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from runtime.problems import headers, render
from runtime.web.connections import Connections
from runtime.web.http_parser import OfferIgnoringParser
from runtime.web.problems import Problems, Refused
from runtime.web.request_heads import read_head

ARRIVAL_SECONDS = 15.0
"""From connecting, or from a request's first byte, until its head is here; what follows a response gets as long."""
STALLED_SECONDS = 60.0
"""How long a client may read nothing of a response that is more than the buffers hold."""
GONE = "gone"
"""Where the state of a request has the event that its client is gone; whoever takes long need not go on then."""
SENT_ALL = "sent_all"
"""Where it has the event that its client sends nothing any more: whoever listens without end is gone then, too."""
MAX_HELD_BYTES = 64 * 1024
"""Of a response that are written at once."""
CLIENT_CERTIFICATE = "client_certificate"
"""Where in the state of a request the certificate lies that its client has proven, in DER."""
MAX_HEAD_BYTES = 32 * 1024
"""Request line and headers; ours have some 5 KiB, most of it the token."""


class BoundedHttp(HttpToolsProtocol):
    """uvicorn's protocol with a deadline and a bound on what it reads before the application sees a request."""

    problems: ClassVar[Problems]
    places: ClassVar[Connections]
    arrival_seconds = ARRIVAL_SECONDS
    stalled_seconds = STALLED_SECONDS

    # uvicorn declares the transport of any kind of protocol; HTTP has one that reads and writes.
    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.parser = cast("HttpRequestParser", OfferIgnoringParser(self))
        self._service = self.app
        self._most, self.limit_concurrency = self.limit_concurrency, None  # uvicorn's own 503 is no problem document
        self._in_head = False
        self._is_read = True
        self._lingers = False
        self._head_bytes = 0
        self._deadline = self.loop.call_later(self.arrival_seconds, self._too_late)
        self._stalled: asyncio.TimerHandle | None = None
        self._gone, self._sent_all = asyncio.Event(), asyncio.Event()
        self._address = self.client[0] if self.client else ""
        self._has_place = self._most is None or self.places.add(self, self._address, most=self._most)
        secured: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
        self._certificate = None if secured is None else secured.getpeercert(binary_form=True)

    def connection_lost(self, exc: Exception | None) -> None:
        self._deadline.cancel()
        self.resume_writing()
        self._gone.set()
        self._sent_all.set()
        self.places.remove(self, self._address)
        super().connection_lost(exc)

    @property
    def is_idle(self) -> bool:
        """Whether no request of it is being worked on."""
        return not self._is_answering()

    def drop(self) -> None:
        """Close it without a word."""
        self.transport.abort()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None
        super().resume_writing()

    def _watch(self, unsent: int) -> None:
        """Look again whether the client has read anything."""
        self._stalled = self.loop.call_later(self.stalled_seconds, self._require_progress, unsent)

    def _require_progress(self, unsent: int) -> None:
        left = self.transport.get_write_buffer_size()
        if left < unsent:
            self._watch(left)
        else:
            reset(self.transport)

    # uvicorn declares None, as it never keeps such a connection; asyncio takes True for «keep it» (asyncio.Protocol).
    def eof_received(self) -> bool | None:  # type: ignore[override]
        """A client that has sent its whole request may have closed its side only: it still gets the response.

        TLS has no half-closed connections here: asyncio closes them.
        """
        self._sent_all.set()
        if self.scheme == "https" or not self._is_answering() or not self._is_read:
            return None
        self.cycle.keep_alive = False
        return True

    def data_received(self, data: bytes) -> None:
        if self._in_head and self._head_bytes + len(data) > MAX_HEAD_BYTES:
            self._refuse("head_too_big")
            return
        idle = not self._is_answering()
        super().data_received(data)
        if idle and self._deadline.cancelled() and not self._is_answering():
            self._expect()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._is_read, self._head_bytes = True, False, 0
        if self._deadline.cancelled():
            self._expect()

    def on_url(self, url: bytes) -> None:
        self._head_bytes += len(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._head_bytes += len(name) + len(value)
        super().on_header(name, value.strip(b" \t"))

    def on_headers_complete(self) -> None:
        if self.parser.should_upgrade() or self.transport.is_closing():
            return
        self._in_head = False
        self._deadline.cancel()
        self.scope.setdefault("state", {}).update(
            {GONE: self._gone, SENT_ALL: self._sent_all, CLIENT_CERTIFICATE: self._certificate}
        )
        self.app = self._answering_app()
        super().on_headers_complete()
        response = _ResponseTransport(self)
        self.cycle.transport, self.cycle.on_response = cast("Transport", response), response.complete

    def on_body(self, body: bytes) -> None:
        if self._is_answering():
            super().on_body(body)

    def on_message_complete(self) -> None:
        if self.parser.should_upgrade() or self.transport.is_closing():
            return
        self._is_read = True
        super().on_message_complete()
        self._deadline.cancel()
        if self._lingers:
            self.transport.close()

    def on_response_complete(self) -> None:
        """What a refused client still sends of its request is read for a while, so that it gets to read why."""
        super().on_response_complete()
        if not self._is_read and self._deadline.cancelled():
            self._expect()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's sentence; our problem has its own
        """Uvicorn's response to what is no HTTP."""
        self._refuse("request_malformed")

    def close_when_read(self) -> None:
        """Close behind a response, but not before its request is read: a reset would take the response away."""
        if self._is_read:
            self.transport.close()
        else:
            self._lingers = True

    def _answering_app(self) -> ASGIApp:
        """What answers this request: the service, or the reason why it does not get it."""
        version = self.parser.get_http_version()
        try:
            self._check_bounds()
            self.headers[:] = read_head(self.headers, http_version=version)
        except Refused as refused:
            response = self.problems.response(refused)
            response.headers["Connection"] = "close"
            return response
        return self._until_close if version == "1.0" else self._service

    def _check_bounds(self) -> None:
        if not self._has_place:
            raise Refused("service_unavailable", "Too many clients are connected; try again later.")
        if self._head_bytes > MAX_HEAD_BYTES:
            raise Refused("head_too_big")

    async def _until_close(self, scope: Scope, receive: Receive, send: Send) -> None:
        """HTTP/1.0 has no chunks: a response without a length ends with its connection, and resets it if broken off."""
        cycle = self.cycle
        try:
            await self._service(scope, receive, unchunked(cycle, send))
        except BaseException:
            if cycle.response_started:
                reset(self.transport)
            raise

    def _refuse(self, code: str) -> None:
        """Respond without the application, which has not seen the request yet, and close."""
        problem = self.problems.of(Refused(code))
        body = render(problem)
        head = headers() | {"Content-Length": str(len(body)), "Connection": "close"}
        lines = [f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}"]
        lines += [f"{name}: {value}" for name, value in head.items()]
        self.transport.write("\r\n".join([*lines, "", ""]).encode() + body)
        self.transport.close()

    def _is_answering(self) -> bool:
        return cast("object", self.cycle) is not None and not self.cycle.response_complete

    def _expect(self) -> None:
        self._deadline = self.loop.call_later(self.arrival_seconds, self._too_late)

    def _too_late(self) -> None:
        self._deadline.cancel()
        self.transport.close()


class _ResponseTransport:
    """What a response is written to: its head leaves with its content, and it closes when the request is read.

    Head and content apart would be two writes, over TLS two records.
    """

    def __init__(self, protocol: BoundedHttp) -> None:
        self._protocol = protocol
        self._transport = protocol.transport
        self._held = bytearray()
        self.is_closing = protocol.transport.is_closing

    def write(self, data: bytes) -> None:
        if not self._held:
            self._protocol.loop.call_soon(self.flush)
        self._held += data
        if len(self._held) > MAX_HELD_BYTES:
            self.flush()

    def flush(self) -> None:
        if self._held:
            held, self._held = bytes(self._held), bytearray()
            self._transport.write(held)

    def complete(self) -> None:
        """All of it is written, whatever happens to the connection next."""
        self.flush()
        self._protocol.on_response_complete()

    def close(self) -> None:
        self.flush()
        self._protocol.close_when_read()


def reset(transport: Transport) -> None:
    """End a connection so that its client sees that something is missing."""
    connected = transport.get_extra_info("socket")
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def unchunked(cycle: RequestResponseCycle, send: Send) -> Send:
    """`send` for a response without Content-Length that is not chunked: uvicorn is told the length of each piece."""
    is_measured = False

    async def sending(message: Message) -> None:
        nonlocal is_measured
        if message["type"] == "http.response.start":
            is_measured = any(name.lower() == b"content-length" for name, _ in message["headers"])
            cycle.chunked_encoding = None if is_measured else False
        elif not is_measured:
            cycle.expected_content_length = len(message.get("body", b""))
        await send(message)

    return sending


def bounded_http(problems: Problems) -> type[BoundedHttp]:
    """The protocol of a service with these problems: uvicorn takes a class and makes one for each connection."""
    return type("ServiceHttp", (BoundedHttp,), {"problems": problems, "places": Connections()})
