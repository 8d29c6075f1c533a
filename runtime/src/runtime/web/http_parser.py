"""httptools' parser, for which an upgrade is an offer that nobody has to take up (RFC 9110, section 7.8)."""

from typing import Any, Protocol

import httptools


class Target(Protocol):
    """What the parser calls back, and where the head of the latest request lies."""

    url: bytes
    headers: list[tuple[bytes, bytes]]


class OfferIgnoringParser:
    """Reads a request that offers an upgrade, as Java's HttpClient and `curl --http2` do, like any other.

    llhttp stops behind the head of such a request, whose body it does not read. So that head is parsed once more
    without the offer, and what follows after it. While `should_upgrade` is true, the callbacks are of the first time.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._parser = _parser(target)

    def feed_data(self, data: bytes) -> None:
        """Parse what has come; raises HttpParserError."""
        while True:
            try:
                self._parser.feed_data(data)
            except httptools.HttpParserUpgrade as stopped:
                data = self._head_without_offer() + data[stopped.args[0] :]
                self._parser = _parser(self._target)
            else:
                return

    def _head_without_offer(self) -> bytes:
        method, version = self._parser.get_method(), self._parser.get_http_version().encode()
        if method == b"CONNECT":
            raise httptools.HttpParserError("this is no proxy")
        lines = [b"%s %s HTTP/%s" % (method, self._target.url, version)]
        lines += [b"%s: %s" % header for header in self._target.headers if header[0] != b"upgrade"]
        return b"\r\n".join([*lines, b"", b""])

    def should_upgrade(self) -> bool:
        return bool(self._parser.should_upgrade())

    def should_keep_alive(self) -> bool:
        return bool(self._parser.should_keep_alive())

    def get_http_version(self) -> str:
        return str(self._parser.get_http_version())

    def get_method(self) -> bytes:
        return bytes(self._parser.get_method())


def _parser(target: Target) -> Any:
    """As uvicorn makes it: what comes behind the last request of a connection is no error."""
    parser = httptools.HttpRequestParser(target)
    parser.set_dangerous_leniencies(lenient_data_after_close=True)
    return parser
