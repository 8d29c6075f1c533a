"""What a client that nobody knows may keep: a connection for a while, and a head of some size."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from ledger.entrypoints.api.http.problems import PROBLEMS
from runtime.settings import SettingsWrong
from runtime.web.server import bound_to
from runtime.web.slow_clients import MAX_HEAD_BYTES, BoundedHttp

GET = b"GET / HTTP/1.1\r\nHost: a\r\n"
SOON = 0.3


class Impatient(BoundedHttp):
    arrival_seconds = SOON
    problems = PROBLEMS


async def _echo(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(f"{scope['path']} {len(body)}")(scope, receive, send)


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


@pytest.mark.parametrize("said", [b"", b"\r\n", b"GET /docs HT", GET, b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nx"])
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


async def test_a_taken_port_is_one_sentence_that_names_it_and_its_setting() -> None:
    with bound_to("127.0.0.1", 0, setting="LICENSING_API_PORT") as first:
        first.listen()
        port = first.getsockname()[1]
        with pytest.raises(SettingsWrong) as wrong:
            bound_to("127.0.0.1", port, setting="LICENSING_API_PORT")
    assert str(wrong.value) == f"can't listen on 127.0.0.1:{port} (LICENSING_API_PORT): Address already in use"
