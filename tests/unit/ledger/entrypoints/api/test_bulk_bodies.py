"""The body of many commands, line by line: how it may come, and what ends it."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from runtime.web import bulk, pieces
from tests.support.ledger.api_in_memory import Api, problem
from tests.support.ledger.bulk import a_return, answers, codes, issue, send, told, waiting


async def test_reading_waits_for_a_client_that_has_too_much_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MAX_UNSENT_BYTES", 0)
    api = await Api().founded()

    found = await answers(api, *[issue(f"key-{number}") for number in range(50)])

    assert [one["line"] for one in found] == list(range(1, 51))


async def test_lines_may_come_in_pieces_of_any_size() -> None:
    api = await Api().founded()
    content = b"".join(json.dumps(issue(f"key-{number}")).encode() + b"\n" for number in range(20))

    response = await send(api, _pieces(content, 7))

    assert [one["status"] for one in told(response)] == [201] * 20


async def test_answers_come_while_lines_are_still_to_come() -> None:
    api = await Api().founded()
    first = asyncio.Event()
    sent = asyncio.create_task(send(api, waiting(first)))
    while len(api.ledger.asked) < 2:  # noqa: ASYNC110 - the founding and the first line
        await asyncio.sleep(0.01)

    first.set()

    assert [one["status"] for one in told(await sent)] == [201, 201]


async def test_a_line_that_is_too_long_is_the_last() -> None:
    api = await Api().founded()

    found = await answers(api, issue("a"), b'"' + b"x" * 70_000 + b'"\n', issue("b"))

    assert codes(found) == [(201, ""), (413, "body_too_big")]


async def test_more_lines_than_are_taken_are_told_so_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MAX_LINES", 3)
    api = await Api().founded()

    found = await answers(api, *(issue(f"key-{number}") for number in range(5)))

    assert codes(found) == [(201, "")] * 3 + [(413, "body_too_big")]


async def test_a_body_that_stops_coming_is_told_so_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "PIECE_SECONDS", 0.05)
    api = await Api().founded()

    response = await send(api, waiting(asyncio.Event()))

    assert codes(told(response)) == [(201, ""), (408, "request_too_slow")]


async def test_a_body_that_trickles_is_told_so_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "WAITED_SECONDS", 0.1)
    api = await Api().founded()

    async def trickling() -> AsyncIterator[bytes]:
        while True:
            yield b"\n"
            await asyncio.sleep(0.03)

    async with asyncio.timeout(2):
        found = told(await send(api, trickling()))

    assert codes(found)[-1] == (408, "request_too_slow")
    assert len(found) < 10


@pytest.mark.parametrize("content", [b"", b"\n", b" \r\n\n"])
async def test_a_body_without_lines_is_told_so(content: bytes) -> None:
    api = await Api().founded()

    response = await send(api, content)

    assert problem(response) == (422, "request_invalid")
    assert response.json()["detail"] == "The body has no lines; each line is a command."


@pytest.mark.parametrize(
    "line",
    [
        json.dumps(a_return("PD94bWwä"), ensure_ascii=False).encode(),
        b'{"idempotency_key": "r", "command": {"\\ud800": 1, "\\ud800": 2}}',
        b'{"idempotency_key": "r", "command": {"name": "add-device", "serial": "009033010203", "project": "\\ud800"}}',
        b'{"idempotency_key": "r", "command": {"name": "\\udfff"}}',
        b'{"idempotency_key": "r", "command": {"name": "add-device", "serial": "\xe4"}}',
        b'{"idempotency_key": "r", "command": {"name": "add-device", "count": 1e999}}',
        b'{"idempotency_key": "r", "command": {"name": "add-device", "count": ' + b"9" * 5000 + b"}}",
        b"[" * 50_000,
    ],
    ids=lambda line: line[-40:],
)
async def test_a_line_that_can_not_be_read_takes_no_answer_from_the_others(line: bytes) -> None:
    api = await Api().founded()

    found = await answers(api, issue("a"), line + b"\n", issue("b"))

    assert codes(found) == [(201, ""), (422, "request_invalid"), (201, "")]


async def _pieces(content: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def test_why_no_more_is_read_is_told_under_the_line_that_was_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MAX_LINES", 1)
    api = await Api().founded()

    found = await answers(api, b"\n", issue("a"), b"\n", issue("b"))

    assert [(one["line"], one["status"]) for one in found] == [(2, 201), (4, 413)]
