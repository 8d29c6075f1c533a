"""The body of a request: how it may be written, and all of it in bounded time and size."""

import asyncio
from email.message import Message as Head

from starlette.datastructures import Headers
from starlette.types import Message, Receive

from runtime.web import strict_json
from runtime.web.problems import Refused

MAX_BODY_BYTES = 64 * 1024
"""The biggest body is a document of 32 KiB; JSON bodies are far smaller."""
BODY_SECONDS = 10.0
"""How long a body may take to arrive."""
JSON = "application/json"
_NOT_CODED = frozenset({"", "identity"})


def check_coding(head: Headers) -> None:
    """No body is compressed: a small one could become a big one. Raises Refused."""
    if {coding.strip().lower() for coding in head.get("content-encoding", "").split(",")} - _NOT_CODED:
        raise Refused("body_encoded", headers={"Accept-Encoding": "identity"})


async def read_body(
    head: Headers,
    receive: Receive,
    *,
    most: int = MAX_BODY_BYTES,
    too_big: str = "body_too_big",
    seconds: float | None = None,
) -> bytes:
    """The whole body; raises Refused for one that is too big, or slower than that or BODY_SECONDS."""
    length = head.get("content-length", "0")
    if not length.isdecimal() or int(length[:12]) > most:
        raise Refused(too_big)
    try:
        async with asyncio.timeout(BODY_SECONDS if seconds is None else seconds):
            return await _received(receive, most, too_big)
    except TimeoutError:
        raise Refused("request_too_slow") from None


def replayed(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body once, and afterwards what comes."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def check_json(head: Headers, body: bytes) -> None:
    """Refuse a body that is called JSON and is none."""
    if body and is_json(head):
        strict_json.loads(body)


def is_json(head: Headers) -> bool:
    """Whether Content-Type says that the body is JSON, in one of the ways of saying that."""
    said = Head()
    said["content-type"] = head.get("content-type", "")
    kind = said.get_content_type()
    return kind == JSON or (kind.startswith("application/") and kind.endswith("+json"))


async def _received(receive: Receive, most: int, too_big: str) -> bytes:
    found, more = bytearray(), True
    while more:
        message: Message = await receive()
        if message["type"] == "http.disconnect":  # nobody is there to read this, but it is counted
            raise Refused("request_malformed", "The connection ended within the body.")
        found += message.get("body", b"")
        more = message.get("more_body", False)
        if len(found) > most:
            raise Refused(too_big)
    return bytes(found)
