"""TLS in front of a service's HTTP, for which a failed handshake is something to tell: to the client, and to us.

asyncio and uvloop drop the connection without a word: the alert stays in a buffer, and nothing is logged.
"""

import asyncio
import ssl
from asyncio import sslproto
from collections.abc import Callable
from typing import Any, NamedTuple, cast

HANDSHAKE_SECONDS = 10
ALERT_SECONDS = 1.0
"""How long a refused client may still send: a connection that is closed with unread bytes takes the alert away."""
READ_BYTES = 32 * 1024
"""What a connection reads at a time."""
_CERTIFICATE = 11
"""The handshake message that has the client's certificates (RFC 8446, 4.4.2)."""
_DER_SEQUENCE = b"\x30\x82"
"""What every certificate of more than 255 bytes begins with."""


class FailedHandshake(NamedTuple):
    """Why nobody gets as far as HTTP: the reason in OpenSSL's words, and the certificate that was shown, if any."""

    peer: str
    reason: str
    certificate: bytes | None


Tell = Callable[[FailedHandshake], None]


class TlsServer(NamedTuple):
    """How a server speaks TLS, and who is told of a handshake that fails."""

    context: ssl.SSLContext
    tell: Tell

    def around(self, protocol: asyncio.Protocol) -> asyncio.BaseProtocol:
        """A protocol for one connection, which speaks TLS and has `protocol` in it."""
        return _Tls(asyncio.get_running_loop(), protocol, self)


def prepare(context: ssl.SSLContext) -> None:
    """Have a context remember the certificate of each client, which Python shows only after a handshake that ended."""
    # Private, and the only way to it: `getpeercert` needs a finished handshake.
    context._msg_callback = _remember  # type: ignore[attr-defined]  # noqa: SLF001


class _Tls(sslproto.SSLProtocol):
    max_size = READ_BYTES
    _sslobj: ssl.SSLObject
    _process_outgoing: Callable[[], None]

    def __init__(self, loop: asyncio.AbstractEventLoop, protocol: asyncio.Protocol, server: TlsServer) -> None:
        nobody_waits = cast("asyncio.Future[Any]", None)
        super().__init__(
            loop, protocol, server.context, nobody_waits, server_side=True, ssl_handshake_timeout=HANDSHAKE_SECONDS
        )
        self._tell = server.tell
        self._is_refused = False

    def _on_handshake_complete(self, handshake_exc: BaseException | None) -> None:
        if self._is_refused:
            return
        if not isinstance(handshake_exc, ssl.SSLError):
            super()._on_handshake_complete(handshake_exc)
            return
        self._is_refused = True
        self._tell(FailedHandshake(self._peer(), _reason(handshake_exc), getattr(self._sslobj, "certificate", None)))
        self._process_outgoing()
        self._loop.call_later(ALERT_SECONDS, super()._on_handshake_complete, handshake_exc)

    def _peer(self) -> str:
        address = self._transport.get_extra_info("peername") if self._transport else None
        return f"{address[0]}:{address[1]}" if address else "unknown"


def _reason(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    return (error.reason or "no TLS").replace("_", " ").lower()


def _remember(connection: Any, direction: str, _: Any, __: Any, kind: Any, message: bytes) -> None:
    """Called by OpenSSL with each message; the first certificate of the client's is its own."""
    if direction == "read" and int(kind) == _CERTIFICATE and (start := message.find(_DER_SEQUENCE)) >= 0:
        length = 4 + int.from_bytes(message[start + 2 : start + 4])
        connection.certificate = message[start : start + length]
