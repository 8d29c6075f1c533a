"""Whatever bytes come: a body is read or refused with a reason, and a head is answered or refused, in bounds."""

import asyncio
import gzip
import json
from contextlib import suppress
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from runtime.problems import render
from runtime.web import strict_json
from runtime.web.problems import Refused
from runtime.web.server import WebServer, bound_to
from tests.support.laws import examples
from tests.unit.runtime.web.bookshelf import PROBLEMS

BODIES = (
    *(b"", b"{", b'{"a": NaN}', b"1e999", b"9" * 5000, b"[" * 50_000, b'{"a":1,"a":2}', b'"\x00"'),
    *(b'{"\\ud800":1,"\\ud800":2}', b'"\\udfff"', b'"\xed\xa0\x80"', b'"\\ud83d\\ude00"', '{"a":"ä"}'.encode("cp1252")),
    *('{"a":1}'.encode(coding) for coding in ("utf-8-sig", "utf-16", "utf-16-be", "utf-32-le")),
    gzip.compress(b"{}", mtime=0),
)
HEADERS = (
    *(b"Host: a", b"Host: a b", b"Host: ", b"Content-Length: 5", b"Content-Length: 5 ", b"Content-Length: +5"),
    *(b"Transfer-Encoding: chunked", b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"Upgrade: websocket"),
    *(b"Connection: close", b"Expect: 100-continue", b"Content-Encoding: gzip", b"Authorization: Bearer x"),
    *(b"If-None-Match: *", b"X: " + b"x" * 70_000, b"X:\xff", b": x", b"X", b"TE: trailers"),
)
LINES = (b"GET / HTTP/1.1", b"POST /a HTTP/1.1", b"HEAD / HTTP/1.0", b"OPTIONS * HTTP/1.1", b"CONNECT a:1 HTTP/1.1")
CONTENTS = (b"", b"hello", b"5\r\nhello\r\n0\r\n\r\n", b"0\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")

requests = st.builds(
    lambda line, headers, content: b"\r\n".join([line, *headers, b"", content]),
    st.sampled_from(LINES) | st.binary(max_size=40),
    st.lists(st.sampled_from(HEADERS) | st.binary(max_size=20), max_size=5),
    st.sampled_from(CONTENTS) | st.binary(max_size=40),
)


@given(st.sampled_from(BODIES) | st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
@settings(max_examples=examples(200))
def test_a_body_is_the_value_that_it_says_or_is_refused_in_a_document_that_can_be_read(body: bytes) -> None:
    value = _value_or_refusal(body)
    if isinstance(value, Refused):
        assert json.loads(render(PROBLEMS.of(value)))["detail"] == value.detail
    else:
        assert value == json.loads(body)
        assert json.dumps(value, ensure_ascii=False).encode()


def _value_or_refusal(body: bytes) -> Any:
    try:
        return strict_json.loads(body)
    except Refused as refused:
        return refused


@given(st.lists(requests, min_size=1, max_size=20))
@example([b"POST /a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 5\r\n\r\nhello"])
@example([b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"])
@settings(max_examples=examples(15))
def test_a_request_is_answered_or_refused_and_is_no_defect(said: list[bytes]) -> None:
    for answer in asyncio.run(_answers(said)):
        assert answer == b"" or (answer.startswith(b"HTTP/1.1 ") and not answer.startswith(b"HTTP/1.1 5")), answer


async def _answers(said: list[bytes]) -> list[bytes]:
    """What each request gets on a connection of its own, whose client has nothing more to say."""
    with bound_to("127.0.0.1", 0, setting="LICENSING_BOOKS_PORT") as listener:
        listener.listen()
        server, stop = WebServer(_echo, PROBLEMS), asyncio.Event()
        serving = asyncio.create_task(server.serve_until(stop, listener))
        answers = await asyncio.gather(*(_said(listener.getsockname(), request) for request in said))
        stop.set()
        await serving
    return answers


async def _said(address: tuple[str, int], request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(*address)
    answer = b""
    with suppress(ConnectionError):
        writer.write(request)
        writer.write_eof()
        async with asyncio.timeout(5):
            while piece := await reader.read(65536):
                answer += piece
    writer.close()
    return answer


async def _echo(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(f"{scope['path']} {len(body)}")(scope, receive, send)
