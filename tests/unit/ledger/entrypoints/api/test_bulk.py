"""Many commands in one request: each line is answered as the POST that it stands for."""

import base64
import json
from typing import Any

import pytest

from contracts.codes import activation_key
from contracts.identifiers import default_project_of
from ledger.entrypoints.api.app import application
from ledger.entrypoints.api.http.attempt_limiter import MAX_MISSES
from runtime.web import bulk
from runtime.web.bulk_operations import operations
from tests.support.ledger.api_in_memory import PROJECT, Api, problem
from tests.support.ledger.bulk import ORDER, a_return, answers, codes, issue, send, told
from tests.support.ledger.story import ADRIA, ANNA, STAFF, VENDOR


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


async def test_a_defect_in_one_line_is_a_500_in_that_line(monkeypatch: pytest.MonkeyPatch) -> None:
    api = await Api().founded()

    def broken(_: object) -> bytes:
        raise ZeroDivisionError

    monkeypatch.setattr(bulk, "_document", broken)
    found = await answers(api, issue("a"), a_return("x"), issue("b"))

    assert codes(found) == [(201, ""), (500, "internal_error"), (201, "")]
    assert [one["line"] for one in found] == [1, 2, 3]


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

    assert created["answer"]["project_name"] == "Hotel"
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
