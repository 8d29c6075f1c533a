"""HTTP/1 on a socket: what standard clients send is read, and what nobody may send is refused, in bounds."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

from runtime.settings import SettingsWrong
from runtime.web.http_protocol import MAX_HEAD_BYTES, BoundedHttp
from runtime.web.server import bound_to
from tests.unit.runtime.web.bookshelf import PROBLEMS

GET = b"GET / HTTP/1.1\r\nHost: a\r\n"
SOON = 0.3


class Impatient(BoundedHttp):
    arrival_seconds = SOON
    problems = PROBLEMS


async def _echo(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(f"{scope['path']} {len(body)}")(scope, receive, send)


async def _stream(scope: Scope, receive: Receive, send: Send) -> None:
    async def rows() -> AsyncGenerator[bytes]:
        for row in (b"project,count\r\n", b"Adria,5\r\n", b"Bora,7\r\n"):
            yield row

    await StreamingResponse(rows(), media_type="text/csv")(scope, receive, send)


async def _broken_stream(scope: Scope, receive: Receive, send: Send) -> None:
    async def rows() -> AsyncGenerator[bytes]:
        yield b"project,count\r\n"
        await asyncio.sleep(0.05)
        raise RuntimeError("the database is away")

    await StreamingResponse(rows(), media_type="text/csv")(scope, receive, send)


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("no", 401)(scope, receive, send)


@asynccontextmanager
async def _connected(
    app: Any = _echo, *, most: int | None = None
) -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    config = uvicorn.Config(
        app,
        port=0,
        http=Impatient,
        ws="none",
        lifespan="off",
        log_config=None,
        limit_concurrency=most,
    )
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    reader, writer = await asyncio.open_connection(*server.servers[0].sockets[0].getsockname())
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        await server.shutdown()


async def _drip(writer: asyncio.StreamWriter, drops: Sequence[bytes]) -> None:
    """Send them slowly, each well within the time, all of them far beyond it."""
    with suppress(ConnectionError):
        for drop in drops:
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(SOON / 5)


async def _read(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(5):
        try:
            return await reader.read(65536)
        except ConnectionError:
            return b""


@pytest.mark.parametrize(
    "said", [b"", b"\r\n", b"GET /docs HT", GET, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx"]
)
async def test_a_connection_on_which_no_request_arrives_is_closed(said: bytes) -> None:
    async with _connected() as (reader, writer):
        writer.write(said)

        assert await _read(reader) == b""


async def test_one_that_drips_is_closed_as_well() -> None:
    async with _connected() as (reader, writer):
        await _drip(writer, [GET, *(b"X-%d: x\r\n" % number for number in range(12))])

        assert await _read(reader) == b""


async def test_dripping_the_body_of_a_refused_request_keeps_nothing_open() -> None:
    async with _connected(_refuse) as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n")
        assert b" 401 " in await _read(reader)
        await _drip(writer, [b"x"] * 12)

        assert await _read(reader) == b""


async def test_an_endless_header_is_cut_off() -> None:
    async with _connected() as (reader, writer):
        writer.write(GET + b"X: ")
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.write(b"x" * (MAX_HEAD_BYTES + 1))

        assert _problem(await _read(reader)) == (431, "head_too_big")


@pytest.mark.parametrize(
    "said", [b"hello\r\n\r\n", b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/9\r\n\r\n", GET + b" : x\r\n\r\n"]
)
async def test_what_is_no_http_gets_a_problem_document_too(said: bytes) -> None:
    async with _connected() as (reader, writer):
        writer.write(said)

        assert _problem(await _read(reader)) == (400, "request_malformed")


async def test_a_connection_beyond_the_most_gets_a_problem_document_and_is_closed() -> None:
    async with _connected(most=1) as (reader, writer):
        writer.write(GET + b"\r\n")
        answer = await _read(reader)

        assert answer.startswith(b"HTTP/1.1 503 ")
        assert {b"content-type: application/problem+json", b"connection: close"} < set(answer.split(b"\r\n"))
        assert b"\r\nretry-after: " in answer
        assert b'"code": "service_unavailable"' in answer
        assert await _read(reader) == b""


def _problem(answer: bytes) -> tuple[int, str]:
    """Status and code of a problem document, whose head says the same as its body."""
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    said = json.loads(body)
    assert lines[0].split(" ", 2)[:2] == ["HTTP/1.1", str(said["status"])]
    assert "Content-Type: application/problem+json" in lines
    assert f"Content-Length: {len(body)}" in lines
    return said["status"], said["code"]


async def test_requests_that_arrive_are_answered_one_after_the_other_on_one_connection() -> None:
    async with _connected() as (reader, writer):
        for _ in range(3):
            writer.write(GET + b"X: " + b"x" * 2000 + b"\r\n\r\n")
            assert (await _read(reader)).endswith(b"/ 0")
            await asyncio.sleep(SOON * 1.5)
        writer.write(b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n" + b"x" * 60000)
        assert (await _read(reader)).endswith(b"/a 60000")


OFFER = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABk\r\n"
"""As Java's HttpClient sends it with each request, and curl with --http2."""


def _post(more: bytes, body: bytes) -> bytes:
    return b"POST /a HTTP/1.1\r\n%sHost: a\r\nContent-Length: %d\r\n\r\n%s" % (more, len(body), body)


@pytest.mark.parametrize(
    "offer",
    [
        OFFER,
        b"Connection: upgrade\r\nUpgrade: websocket\r\n",
        b"Connection: keep-alive, Upgrade\r\nUpgrade: TLS/1.2, h2c\r\n",
        b"TE: trailers\r\nConnection: TE\r\n",
        b"Upgrade: h2c\r\n",
    ],
)
async def test_an_offer_to_upgrade_is_ignored_and_the_body_read(offer: bytes) -> None:
    async with _connected() as (reader, writer):
        for _ in range(2):
            writer.write(_post(offer, b"x" * 15))
            assert (await _read(reader)).endswith(b"/a 15")


async def test_a_body_behind_an_offer_may_come_in_pieces_and_in_chunks() -> None:
    said = b"POST /a HTTP/1.1\r\n" + OFFER + b"Host: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    async with _connected() as (reader, writer):
        for byte in said:
            writer.write(bytes([byte]))
            await writer.drain()
        assert (await _read(reader)).endswith(b"/a 3")


async def test_requests_behind_one_another_may_all_offer_an_upgrade() -> None:
    async with _connected() as (reader, writer):
        writer.write(_post(OFFER, b"x" * 7) * 3)
        writer.write_eof()
        assert (await reader.read()).count(b"/a 7") == 3


async def test_who_takes_this_for_a_proxy_is_told_that_it_is_none() -> None:
    async with _connected() as (reader, writer):
        writer.write(b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n")
        assert _problem(await _read(reader)) == (400, "request_malformed")


@pytest.mark.parametrize("said", [GET + b"\r\n", _post(b"", b"x" * 9), _post(OFFER, b"x" * 9)])
async def test_a_client_that_closes_its_side_behind_a_whole_request_is_answered(said: bytes) -> None:
    async with _connected() as (reader, writer):
        writer.write(said)
        writer.write_eof()
        assert b"200 OK" in await reader.read()


async def test_a_client_that_closes_its_side_within_a_request_is_not_waited_for() -> None:
    async with _connected() as (reader, writer):
        writer.write(_post(b"", b"x" * 9)[:-1])
        writer.write_eof()
        async with asyncio.timeout(SOON / 2):
            assert await reader.read() == b""


async def test_http_1_0_gets_a_stream_without_chunks_until_the_connection_ends() -> None:
    async with _connected(_stream) as (reader, writer):
        writer.write(b"GET / HTTP/1.0\r\n\r\n")
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    assert body == b"project,count\r\nAdria,5\r\nBora,7\r\n"
    assert b"transfer-encoding" not in head.lower()
    assert b"connection: close" in head


async def test_http_1_0_gets_a_length_where_there_is_one() -> None:
    async with _connected() as (reader, writer):
        writer.write(b"GET / HTTP/1.0\r\n\r\n")
        assert b"content-length: 3\r\n" in await reader.read()


async def test_a_stream_to_http_1_0_that_breaks_off_does_not_look_whole() -> None:
    async with _connected(_broken_stream) as (reader, writer):
        writer.write(b"GET / HTTP/1.0\r\n\r\n")
        await reader.readuntil(b"count\r\n")
        with pytest.raises(ConnectionResetError):
            await reader.read()


async def test_a_head_that_comes_in_one_read_is_bounded_too() -> None:
    async with _connected() as (reader, writer):
        writer.write(GET + b"X: " + b"x" * 70_000 + b"\r\n\r\n")
        answer = await _read(reader)
        assert answer.startswith(b"HTTP/1.1 431 ")
        assert b'"code": "head_too_big"' in answer
        assert await _read(reader) == b""


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n",
        b"GET / HTTP/1.1\r\nHost: a b\r\n",
        GET + b"Authorization: Bearer a\r\nAuthorization: Bearer b\r\n",
        GET + b"Idempotency-Key: a\r\nIdempotency-Key: a\r\n",
        GET + b"Content-Length: 1\r\nContent-Length: 2\r\n",
        GET + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
        GET + b"Content-Length: 1, 1\r\n",
        GET + b"Content-Length: +1\r\n",
    ],
)
async def test_a_head_that_can_be_read_in_two_ways_is_refused(head: bytes) -> None:
    async with _connected() as (reader, writer):
        writer.write(head + b"\r\n")
        answer = await _read(reader)
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert b'"code": "request_malformed"' in answer
        assert await _read(reader) == b""


async def test_a_blank_behind_a_value_is_no_part_of_it() -> None:
    async with _connected() as (reader, writer):
        writer.write(b"POST /a HTTP/1.1\r\nHost: a \r\nContent-Length: 15 \r\n\r\n" + b"x" * 15)
        assert (await _read(reader)).endswith(b"/a 15")


async def test_who_still_sends_when_the_refusal_comes_gets_to_read_it() -> None:
    async with _connected(_refuse) as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 900000\r\n\r\n" + b"x" * 100)
        assert b" 401 " in await reader.read(65536)
        writer.write(b"x" * 899_900)
        await writer.drain()
        assert await reader.read() == b""


async def test_a_taken_port_is_one_sentence_that_names_it_and_its_setting() -> None:
    with bound_to("127.0.0.1", 0, setting="LICENSING_API_PORT") as first:
        first.listen()
        port = first.getsockname()[1]
        with pytest.raises(SettingsWrong) as wrong:
            bound_to("127.0.0.1", port, setting="LICENSING_API_PORT")
    assert str(wrong.value) == f"can't listen on 127.0.0.1:{port} (LICENSING_API_PORT): Address already in use"
