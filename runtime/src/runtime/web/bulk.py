"""Many commands in one request, JSON Lines in, JSON Lines out.

A line names a POST or a PUT of an API by its operation, and gets the response of exactly that request, so there is no
second set of rules. The answers come in the order of the lines, each as soon as it and those before it are known. A
client may send all its lines before it reads an answer, so the number of lines is bounded, and so are the bytes of
unread answers.
"""

import asyncio
import base64
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass, field
from typing import Annotated, Any, Protocol
from urllib.parse import quote

from fastapi import FastAPI, Request
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from runtime.logs import get_logger
from runtime.problems import render
from runtime.web import strict_json
from runtime.web.bodies import Body
from runtime.web.bulk_operations import XML, Operation, operations
from runtime.web.http_protocol import GONE
from runtime.web.pieces import pieces
from runtime.web.problems import Problems, Refused
from runtime.web.validation_messages import Forms, message_for

JSON_LINES = "application/jsonl"
MAX_LINES = 10_000
"""Lines of one request; most answers have some hundred bytes, so a client may read them only at the end."""
MAX_UNSENT_BYTES = 8 * 1024 * 1024
"""Answers that a client has not read; beyond that (receipts are long) reading waits for the client."""
MAX_LINE_BYTES = 64 * 1024
IN_FLIGHT = 64
"""Commands of one request that wait for their outcome: the writer decides in batches, so many cost little more."""
_AWAY = frozenset({"service_unavailable", "log_stopped"})
"""Codes after which the rest of a request is not tried."""
MAX_REQUESTS = 8
"""Such requests of members at the same time in this process; who comes after them is told that it is busy."""
LINE_BYTES_PER_SECOND = 64
"""Below this rate the client counts as stalled: a line a second is not."""

_log = get_logger("runtime.web.bulk")


def request_of(**command: str) -> dict[str, Any]:
    """How the description of an API shows such a body, with this command in it."""
    schema = {"type": "string", "description": "JSON Lines; a line that is none has its own answer."}
    line = json.dumps({"idempotency_key": "a-1", "command": command})
    return {"requestBody": {"content": {JSON_LINES: {"schema": schema, "example": f"{line}\n"}}}}


ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "One answer for each line, in their order: `status` with `answer` or `problem`.",
        "content": {JSON_LINES: {"schema": {"type": "string"}}},
    }
}
"""How the description of an API shows the response."""

KEY_PATTERN = r"^[\x20-\x7e]+$"
"""Of an idempotency key in a line."""
Key = Annotated[str, Field(min_length=1, max_length=80, pattern=KEY_PATTERN)]


class BulkLine(Body):
    """One command: `name` is that of the operation, such as issue-activation-key; the rest is its path and body."""

    idempotency_key: Key
    command: dict[str, Any]


KEY: TypeAdapter[str] = TypeAdapter(Key, config=ConfigDict(strict=True))


class House(Protocol):
    """What of an API its lines need, which the application keeps as `state.house`."""

    @property
    def problems(self) -> Problems: ...
    @property
    def forms(self) -> Forms: ...


@dataclass(frozen=True, slots=True)
class _Call:
    """The request that a line stands for."""

    operation: Operation
    path: str
    key: str
    body: bytes


@dataclass(slots=True)
class Batch:
    """What the lines of one request have in common, which each finds as `batch` in the state of its own request.

    `at_end` is called once no line is at work any more, or nobody waits for the answers.
    """

    shared: dict[str, Any] = field(default_factory=dict[str, Any])
    at_end: list[Callable[[], None]] = field(default_factory=list[Callable[[], None]])


class _ClientGoneError(Exception):
    """Nobody waits for the answers any more."""


class BulkAnswers(Response):
    """Reads lines, runs them, and writes the answers, all at the same time.

    A client that is gone ends it at once, so that its place is free when it comes again. What of its lines has become
    an entry by then is answered from the index when they are sent again.
    """

    media_type = JSON_LINES

    def __init__(self, request: Request, place: AbstractAsyncContextManager[None]) -> None:
        super().__init__()
        del self.headers["content-length"]
        self._request = request
        self._place = place
        self._house: House = request.app.state.house
        self._batch = request.scope["state"]["batch"] = Batch()
        self._lines = _Lines(request.app, request.scope, operations(request.app), self._house)
        self._unsent = 0
        self._sent = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._place:
            try:
                await self._run(scope, receive, send)
            except* _ClientGoneError:
                _log.info("bulk_client_gone")
            finally:
                for end in self._batch.at_end:
                    end()

    async def _run(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(_until_gone(scope))
            await self._exchange(group, scope, receive, send)
            watching.cancel()

    async def _exchange(self, group: asyncio.TaskGroup, scope: Scope, receive: Receive, send: Send) -> None:
        answers: asyncio.Queue[Awaitable[bytes] | None] = asyncio.Queue()
        group.create_task(self._read(group, answers))
        answer = await answers.get()
        if answer is None:
            nothing = Refused("request_invalid", "The body has no lines; each line is a command.")
            await self._house.problems.response(nothing)(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        while answer is not None:
            body = await answer
            await send({"type": "http.response.body", "body": body, "more_body": True})
            self._unsent -= len(body)
            self._sent.set()
            answer = await answers.get()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _read(self, group: asyncio.TaskGroup, answers: asyncio.Queue[Awaitable[bytes] | None]) -> None:
        """Start each line as it comes; the last one may be the reason why no more are read."""
        slots = asyncio.Semaphore(IN_FLIGHT)
        async with aclosing(_lines_of(self._request)) as lines:
            async for number, line in lines:
                await slots.acquire()
                while self._unsent > MAX_UNSENT_BYTES:
                    self._sent.clear()
                    await self._sent.wait()
                answering = group.create_task(self._answered(number, line))
                answering.add_done_callback(lambda _: slots.release())
                answers.put_nowait(answering)
        answers.put_nowait(None)

    async def _answered(self, number: int, line: bytes | Refused) -> bytes:
        body = await self._lines.answer(number, line)
        self._unsent += len(body)
        return body


async def _until_gone(scope: Scope) -> None:
    if gone := scope["state"].get(GONE):
        await gone.wait()
        raise _ClientGoneError


@dataclass(slots=True)
class _Lines:
    """Runs lines through the routes of the API."""

    app: FastAPI
    scope: Scope
    operations: Mapping[str, Operation]
    house: House
    away: Any = field(default=None)

    async def answer(self, number: int, line: bytes | Refused) -> bytes:
        """The answer to a line. After a first 503 the rest of the request is not tried any more."""
        said: dict[str, Any] = {"line": number}
        try:
            if isinstance(line, bytes) and (key := _key_of(line)) is not None:
                said["idempotency_key"] = key
            status, body = await self._outcome(_parsed(line, self.house.forms))
        except Refused as refused:
            status, body = self._problem(refused)
        except Exception as error:  # noqa: BLE001 - one line's defect must not take the answers of all others
            _log.error("line_defect", line=number, exc_info=error)
            status, body = self._problem(Refused("internal_error"))
        return json.dumps(said | {"status": status, "answer" if status < 400 else "problem": body}).encode() + b"\n"

    def _problem(self, refused: Refused) -> tuple[int, Any]:
        problem = self.house.problems.of(refused)
        return problem.status, json.loads(render(problem))

    async def _outcome(self, wanted: BulkLine) -> tuple[int, Any]:
        if self.away is not None:
            return 503, self.away
        status, body = await _answer(self.app, self.scope, self._call(wanted))
        if status == 503 and body["code"] in _AWAY:  # a receipt that is being made holds nobody up
            self.away = body
        return status, body

    def _call(self, wanted: BulkLine) -> _Call:
        """The request that a line stands for."""
        body = dict(wanted.command)
        name = body.pop("name", None)
        operation = self.operations.get(name) if isinstance(name, str) else None
        if operation is None:
            raise Refused("request_invalid", f"command.name is none of: {', '.join(sorted(self.operations))}.")
        said = {parameter: body.pop(parameter, None) for parameter in operation.parameters}
        values = {parameter: str(one) if type(one) is int else one for parameter, one in said.items()}
        for parameter, value in values.items():
            if not isinstance(value, str) or not value or "/" in value:
                raise Refused("request_invalid", f"command.{parameter} is missing or malformed.")
        sent = _document(body) if operation.body_type == XML else json.dumps(body).encode()
        return _Call(operation, operation.path.format_map(values), wanted.idempotency_key, sent)


def _document(body: dict[str, Any]) -> bytes:
    """The one other member of a line with a document: its bytes in base64, for XML does not stand in JSON unchanged."""
    said = body.get("document")
    try:
        if body.keys() == {"document"} and isinstance(said, str):
            return base64.b64decode(said, validate=True)
    except ValueError:  # base64 that is none, or characters that can't be base64
        pass
    raise Refused("request_invalid", "command.document is the document in base64, and there is nothing else.")


def _parsed(line: bytes | Refused, forms: Forms) -> BulkLine:
    if isinstance(line, Refused):
        raise line
    try:
        return BulkLine.model_validate(strict_json.loads(line))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "line"
        raise Refused("request_invalid", f"{place}: {message_for(first, forms)}.") from None


def _key_of(line: bytes) -> str | None:
    """The idempotency key of a line that may be wrong otherwise; none that a right line could not have."""
    try:
        said: Any = json.loads(line)
        return KEY.validate_python(said.get("idempotency_key"))
    except (ValueError, AttributeError, RecursionError):
        return None


async def _answer(app: FastAPI, outer: Scope, call: _Call) -> tuple[int, Any]:
    """The API's response to this caller: status and JSON, in which a document is base64."""
    given, answered = [{"type": "http.request", "body": call.body, "more_body": False}], list[Message]()

    async def receive() -> Message:
        return given.pop() if given else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        answered.append(message)

    try:
        await app(_scope(outer, call), receive, send)
    except Exception:
        # The framework raises a defect again after its 500, for the server's log; the line has its answer.
        if not answered:
            raise
    content = b"".join(message.get("body", b"") for message in answered[1:])
    is_document = Headers(raw=answered[0]["headers"]).get("content-type", "").startswith(XML)
    told = {"document": base64.b64encode(content).decode()} if is_document else json.loads(content)
    return int(answered[0]["status"]), told


def _scope(outer: Scope, call: _Call) -> Scope:
    kept = ("type", "asgi", "http_version", "scheme", "client", "server")
    return {name: outer[name] for name in kept if name in outer} | {
        "method": call.operation.method.upper(),
        "path": call.path,
        "raw_path": quote(call.path).encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [
            (b"content-type", call.operation.body_type.encode()),
            (b"idempotency-key", call.key.encode()),
        ],
        "state": dict(outer["state"]),
    }


async def _lines_of(request: Request) -> AsyncGenerator[tuple[int, bytes | Refused]]:
    """The lines of the body with their numbers, without blank ones; the last may be a Refused: why no more is read."""
    rest, number, count = bytearray(), 0, 0
    slow = "The lines took too long to arrive; send the rest in another request."
    async for piece in pieces(request, slow=slow, bytes_per_second=LINE_BYTES_PER_SECOND):
        if isinstance(piece, Refused):
            yield number + 1, piece
            return
        rest += piece
        *lines, last = bytes(rest).split(b"\n")
        rest = bytearray(last)
        for line in (*lines, last) if len(last) > MAX_LINE_BYTES else lines:
            number += 1
            if not line.strip():
                continue
            count += 1
            refused = _too_much(line, count)
            yield number, refused or line
            if refused:
                return
    if rest.strip():
        yield number + 1, _too_much(rest, count + 1) or bytes(rest)


def _too_much(line: bytes | bytearray, count: int) -> Refused | None:
    if count > MAX_LINES:
        return Refused("body_too_big", f"A request has at most {MAX_LINES} lines; send the rest in another one.")
    if len(line) > MAX_LINE_BYTES:
        return Refused("body_too_big", f"A line has at most {MAX_LINE_BYTES} bytes; nothing after it was read.")
    return None
