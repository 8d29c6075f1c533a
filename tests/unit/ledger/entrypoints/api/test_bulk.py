"""Many commands in one request: each line is answered as the POST that it stands for."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Sequence
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest

from contracts.codes import activation_key
from contracts.identifiers import default_project_of, derived_id
from ledger.application.queries.ledger_queries import Queries
from ledger.application.queries.visibility import Viewer
from ledger.entrypoints.api.app import application
from ledger.entrypoints.api.http.attempt_limiter import MAX_MISSES
from ledger.entrypoints.api.http.problems import PROBLEMS
from runtime.web import bulk, concurrency_slots, pieces
from runtime.web.bulk_operations import operations
from runtime.web.server import WebServer, bound_to
from tests.support.ledger.api_in_memory import PROJECT, Api, NoRows, problem
from tests.support.ledger.story import ADRIA, ANNA, BEN, STAFF, VENDOR
from tests.support.ledger.story_members import NOBODY as CLEO

ORDER = {"licenses": [{"license_type": "Port11", "count": 5}], "order_number": "PO-1"}


def issue(key: str, **more: Any) -> dict[str, Any]:
    return {"idempotency_key": key, "command": {"name": "issue-activation-key", **ORDER, **more}}


def a_return(document: object, **more: object) -> dict[str, Any]:
    return {
        "idempotency_key": "r-1",
        "command": {"name": "return-licenses", "serial": "009033010203", "document": document} | more,
    }


async def send(api: Api, content: bytes | AsyncIterator[bytes], token: str | None = None) -> httpx.Response:
    return await api.client.post("/v1/commands", content=content, headers=api.bearer(token or api.staff()))


async def answers(api: Api, *lines: Any, token: str | None = None) -> list[dict[str, Any]]:
    content = b"".join(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n" for line in lines)
    return told(await send(api, content, token))


def told(response: httpx.Response) -> list[dict[str, Any]]:
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/jsonl"
    return [json.loads(line) for line in response.text.splitlines()]


def codes(found: Sequence[dict[str, Any]]) -> list[tuple[int, str]]:
    return [(one["status"], one.get("problem", {}).get("code", "")) for one in found]


async def test_a_line_is_answered_as_its_post_would_be() -> None:
    api = await Api().founded()

    (line,) = await answers(api, issue("key-1"))
    alone = await api.post("/v1/activation-keys", ORDER, token=api.staff(), key="key-1")

    assert (line["line"], line["idempotency_key"], line["status"]) == (1, "key-1", 201)
    assert line["answer"] == alone.json()


async def test_the_same_lines_again_give_the_same_answers_and_change_nothing() -> None:
    api = await Api().founded()
    lines = [issue(f"key-{number}") for number in range(100)]

    first, again = await answers(api, *lines), await answers(api, *lines)

    assert first == again
    assert [one["line"] for one in first] == list(range(1, 101))
    assert len({one["answer"]["activation_key"] for one in first}) == 100
    assert (await api.post("/v1/activation-keys", ORDER, token=api.staff(), key="last")).json()["sequence"] == 102


async def test_reading_waits_for_a_client_that_has_too_much_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MAX_UNSENT_BYTES", 0)
    api = await Api().founded()

    found = await answers(api, *[issue(f"key-{number}") for number in range(50)])

    assert [one["line"] for one in found] == list(range(1, 51))


async def test_each_line_has_its_own_outcome() -> None:
    api = await Api().founded()

    found = await answers(
        api,
        issue("a"),
        b"{nonsense\n",
        b"\n",
        issue("b", licenses=[]),
        {"idempotency_key": "c", "command": {"name": "found-ledger"}},
        {"idempotency_key": "d", "command": {"name": "add-device", "serial": "009033010203"}},
        {"idempotency_key": "e", "command": {"name": "add-device", "serial": "009033010203", "project": "../x"}},
        {"idempotency_key": "f", "command": {"name": "add-device", "serial": "009033010203", "project": PROJECT}},
        issue("a", order_number="PO-2"),
        issue("g", licenses=[{"license_type": "Nothing1", "count": 1}]),
    )

    assert codes(found) == [
        (201, ""),
        (422, "request_invalid"),
        (422, "request_invalid"),
        (422, "request_invalid"),
        (422, "request_invalid"),
        (422, "request_invalid"),
        (404, "project_unknown"),
        (409, "idempotency_key_reused"),
        (422, "license_type_unknown"),
    ]


async def test_whoever_may_not_do_it_alone_may_not_do_it_in_bulk() -> None:
    api = await Api().founded()

    response = await send(api, json.dumps(issue("a")).encode(), api.issuer.token())

    assert codes(told(response)) == [(403, "no_right")]


async def test_no_line_is_sent_in_another_name_or_to_itself() -> None:
    api = await Api().founded()

    found = await answers(api, {"idempotency_key": "a", "command": {"name": "send-commands"}})

    assert codes(found) == [(422, "request_invalid")]
    assert problem(await api.client.post("/v1/commands", content=b"{}")) == (401, "bad_credentials")


async def test_after_a_first_503_the_rest_is_not_tried() -> None:
    api = await Api().founded()
    api.ledger.away = True
    asked = len(api.ledger.asked)

    found = await answers(api, *(issue(f"key-{number}") for number in range(500)))

    assert set(codes(found)) == {(503, "service_unavailable")}
    assert len(api.ledger.asked) - asked <= bulk.IN_FLIGHT
    assert len(found) == 500


async def test_lines_may_come_in_pieces_of_any_size() -> None:
    api = await Api().founded()
    content = b"".join(json.dumps(issue(f"key-{number}")).encode() + b"\n" for number in range(20))

    response = await send(api, _pieces(content, 7))

    assert [one["status"] for one in told(response)] == [201] * 20


async def test_answers_come_while_lines_are_still_to_come() -> None:
    api = await Api().founded()
    first = asyncio.Event()
    sent = asyncio.create_task(send(api, _waiting(first)))
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

    response = await send(api, _waiting(asyncio.Event()))

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


class Members(NoRows):
    """A read side in which everybody belongs to the company that they act for."""

    async def company(self, _: Viewer, company: str) -> SimpleNamespace:
        return SimpleNamespace(kind="vendor" if company == VENDOR else "reseller")


async def at_work(api: Api, tokens: Sequence[str], hold: asyncio.Event) -> list[asyncio.Task[httpx.Response]]:
    """Bulks that have one line at work, and wait for the next one."""
    before = len(api.ledger.asked)
    held = [asyncio.create_task(send(api, _waiting(hold), token)) for token in tokens]
    while len(api.ledger.asked) < before + len(tokens):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    return held


async def test_more_such_requests_than_can_be_at_work_are_told_that_it_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(concurrency_slots, "WAIT_SECONDS", 0.05)
    api = await Api(cast("Queries", Members())).founded()
    hold = asyncio.Event()
    companies = [derived_id(str(number), "company") for number in range(bulk.MAX_REQUESTS)]
    held = await at_work(api, [api.issuer.token(ANNA, company) for company in companies], hold)

    refused, staff = await send(api, b"{}", api.issuer.token()), await send(api, b"{}")
    hold.set()

    assert problem(refused) == (429, "busy")
    assert staff.status_code == 200
    assert [len(told(await one)) for one in held] == [2] * bulk.MAX_REQUESTS


async def test_an_account_has_one_at_work_at_a_time_and_its_company_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(concurrency_slots, "WAIT_SECONDS", 0.05)
    api = await Api(cast("Queries", Members())).founded()
    hold = asyncio.Event()
    anna, ben, cleo = (api.issuer.token(account, ADRIA) for account in (ANNA, BEN, CLEO))
    held = await at_work(api, [anna], hold)

    assert problem(await send(api, b"{}", anna)) == (429, "busy")
    held += await at_work(api, [ben], hold)
    assert problem(await send(api, b"{}", cleo)) == (429, "busy")
    hold.set()
    for one in held:
        await one
    assert (await send(api, b"{}", cleo)).status_code == 200


async def test_an_account_that_a_company_has_removed_keeps_no_place_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(concurrency_slots, "WAIT_SECONDS", 0.05)
    removed, rows = NoRows(), Members()
    api = await Api(cast("Queries", removed)).founded()
    hold = asyncio.Event()
    held = await at_work(api, [api.issuer.token(BEN, ADRIA)], hold)

    assert problem(await send(api, b"{}", api.issuer.token(CLEO, ADRIA))) == (429, "busy")
    monkeypatch.setattr(removed, "company", rows.company, raising=False)
    assert (await send(api, b"{}", api.issuer.token(ANNA, ADRIA))).status_code == 200
    hold.set()
    await held[0]


async def test_a_client_that_was_cut_off_finds_its_place_free() -> None:
    """On a socket: nobody else learns that a client is gone."""
    api = await Api().founded()
    with bound_to("127.0.0.1", 0, setting="LICENSING_PORT") as listener:
        listener.listen()
        server, stop = WebServer(api.app, PROBLEMS), asyncio.Event()
        serving = asyncio.create_task(server.serve_until(stop, listener))
        host, port = listener.getsockname()
        async with httpx.AsyncClient(base_url=f"http://{host}:{port}") as api.client:
            for _ in range(5):
                await _begin_a_bulk_and_go(api, host, port)
                assert [one["status"] for one in await answers(api, issue("a"), issue("b"))] == [201, 201]
        stop.set()
        await serving


async def _begin_a_bulk_and_go(api: Api, host: str, port: int) -> None:
    _, writer = await asyncio.open_connection(host, port)
    head = (
        f"POST /v1/commands HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {api.staff()}\r\nContent-Length: 9999\r\n\r\n"
    )
    before = len(api.ledger.asked)
    writer.write(head.encode() + json.dumps(issue(f"begun-{before}")).encode() + b"\n")
    while len(api.ledger.asked) == before:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    writer.close()
    await writer.wait_closed()


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


async def test_a_defect_in_one_line_is_a_500_in_that_line(monkeypatch: pytest.MonkeyPatch) -> None:
    api = await Api().founded()

    def broken(_: object) -> bytes:
        raise ZeroDivisionError

    monkeypatch.setattr(bulk, "_document", broken)
    found = await answers(api, issue("a"), a_return("x"), issue("b"))

    assert codes(found) == [(201, ""), (500, "internal_error"), (201, "")]
    assert [one["line"] for one in found] == [1, 2, 3]


async def _pieces(content: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def _waiting(hold: asyncio.Event) -> AsyncIterator[bytes]:
    yield json.dumps(issue("first")).encode() + b"\n"
    await hold.wait()
    yield json.dumps(issue("second")).encode()


async def test_a_return_document_is_a_line_and_is_checked_as_by_its_put() -> None:
    api = await Api().founded()
    broken = base64.b64encode(b"<license-return/>").decode()

    (line,) = await answers(api, a_return(broken))
    alone = await api.client.put("/v1/devices/009033010203/return", content=b"<license-return/>", headers=api.bearer())

    assert line["status"] == alone.status_code == 422
    assert line["problem"] == alone.json()
    assert line["problem"]["code"] == "document_malformed"
    assert line["problem"]["rule"] == "C3"


@pytest.mark.parametrize("document", [None, 7, "no base64!", "PHg"])
async def test_a_line_whose_document_is_not_base64_is_invalid(document: object) -> None:
    api = await Api().founded()
    assert codes(await answers(api, a_return(document))) == [(422, "request_invalid")]
    assert codes(await answers(api, a_return("PHg+", more=1))) == [(422, "request_invalid")]


async def test_a_post_that_is_answered_with_a_file_is_no_line() -> None:
    command = {"name": "download-license-file", "serial": "009033010203", "reason": "Support", "reference": "CASE-1"}

    found = await answers(await Api().founded(), {"idempotency_key": "a", "command": command})

    assert codes(found) == [(422, "request_invalid")]


async def test_projects_are_opened_and_renamed_in_bulk() -> None:
    api = await Api().founded()
    company = {"name": "register-company", "kind": "end_customer", "administrator": ANNA, "company": ADRIA}
    create = {"name": "create-project", "project_name": "Hotel"}
    token = api.issuer.token()

    (_, created) = await answers(api, of("c", company), of("p", create), token=token)
    project = created["answer"]["project"]
    rename = {"name": "rename-project", "project": project, "project_name": "Spa"}
    found = await answers(api, of("r", rename), of("x", {"name": "create-project"}), token=token)

    assert created["answer"]["name"] == "Hotel"
    assert codes(found) == [(201, ""), (422, "request_invalid")]
    assert "project_name" in found[1]["problem"]["detail"]


async def test_a_member_that_the_operation_does_not_have_is_refused() -> None:
    api = await Api().founded()
    release = {"name": "release-device", "serial": "009033010203"}

    found = await answers(api, of("a", release | {"foo": 1}), of("b", release), issue("c", foo=1))

    assert codes(found) == [(422, "request_invalid"), (404, "device_unknown"), (422, "request_invalid")]


async def test_a_member_that_stands_twice_is_refused() -> None:
    line = (
        json.dumps(issue("a")).encode().replace(b'"order_number": "PO-1"', b'"order_number": "1", "order_number": "2"')
    )

    (found,) = await answers(await Api().founded(), line)

    assert (found["status"], found["idempotency_key"]) == (422, "a")
    assert "order_number" in found["problem"]["detail"]


def of(key: str, command: dict[str, Any]) -> dict[str, Any]:
    return {"idempotency_key": key, "command": command}


OPERATIONS = operations(application())


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_operation_can_be_said_in_a_line(name: str) -> None:
    members = ("name", *OPERATIONS[name].members)
    assert len(members) == len(set(members))


def test_the_members_of_a_line_are_what_path_and_body_have() -> None:
    assert OPERATIONS["rename-project"].members == ("project", "project_name")
    assert OPERATIONS["allocate-licenses"].members == ("project", "confirm_final", "licenses", "serial")
    assert OPERATIONS["return-licenses"].members == ("serial", "document")
    assert OPERATIONS["archive-project"].members == ("project",)


async def test_an_answer_names_the_line_as_an_editor_counts_it_and_its_key_where_it_can_be_read() -> None:
    api = await Api().founded()

    found = await answers(
        api,
        b"\n",
        issue("a"),
        b"\r\n  \n",
        {"idempotency_key": "b", "command": 7},
        {"idempotency_key": "c", "order": {}},
        {"idempotency_key": "x" * 81, "command": {}},
        {"idempotency_key": 7, "command": {}},
        b"[]\n",
        b"[" * 40_000 + b"\n",
        b'{"idempotency_key": "d"',
    )

    assert [(one["line"], one.get("idempotency_key")) for one in found] == [
        (2, "a"),
        (5, "b"),
        (6, "c"),
        (7, None),
        (8, None),
        (9, None),
        (10, None),
        (11, None),
    ]
    assert [one["status"] for one in found] == [201] + [422] * 7


async def test_why_no_more_is_read_is_told_under_the_line_that_was_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MAX_LINES", 1)
    api = await Api().founded()

    found = await answers(api, b"\n", issue("a"), b"\n", issue("b"))

    assert [(one["line"], one["status"]) for one in found] == [(2, 201), (4, 413)]


async def test_lines_with_mistyped_keys_are_one_attempt_and_good_ones_among_them_are_decided() -> None:
    api = await Api().founded()
    (issued,) = await answers(api, issue("k"))
    good = issued["answer"]["activation_key"]
    mistyped = [activation_key.make(b"w" * 32, f"{number:064}") for number in range(26)]

    found = await answers(api, *(redeem(key) for key in (*mistyped, good)), token=api.issuer.token(STAFF, VENDOR))

    assert codes(found) == [(404, "key_unknown")] * 26 + [(201, "")]


async def test_twenty_such_requests_are_twenty_attempts() -> None:
    api = await Api().founded()
    for number in range(MAX_MISSES):
        assert codes(await answers(api, redeem(activation_key.make(b"w" * 32, f"{number:064}")))) == [
            (404, "key_unknown")
        ]

    (line,) = await answers(api, redeem(activation_key.make(b"w" * 32, "f" * 64)))

    assert (line["status"], line["problem"]["code"]) == (429, "too_many_attempts")


def redeem(key: str) -> dict[str, Any]:
    return of(
        f"r-{key}", {"name": "redeem-activation-key", "activation_key": key, "project": default_project_of(VENDOR)}
    )
