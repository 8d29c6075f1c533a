"""Bodies of requests: what is taken, and what somebody is told whose body is not."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from typing import Any

import pytest

from runtime.web import request_bodies
from tests.support.ledger.api_in_memory import PROJECT, Api, problem
from tests.support.ledger.story import ANNA

KEYS = "/v1/activation-keys"
PORTS = {"licenses": [{"license_type": "Port11", "count": 50}], "order_number": "PO-1"}
ALLOCATIONS = f"/v1/projects/{PROJECT}/allocations"
ALLOCATION = {"serial": "009033010203", "licenses": [{"license_type": "Port11", "count": 1}]}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/companies", {"kind": "vendor-like", "administrator": ANNA}),
        ("/v1/companies", {"kind": "reseller", "administrator": "anna"}),
        ("/v1/companies", {"kind": "reseller"}),
        ("/v1/projects", {"project_name": ""}),
        ("/v1/projects", {"project_name": "x" * 81}),
        ("/v1/projects", {"project_name": "a\nb"}),
        ("/v1/projects", {"project_name": 7}),
        ("/v1/projects", {"project_name": "Hotel", "colour": "red"}),
        ("/v1/projects", ["Hotel"]),
        ("/v1/projects", None),
        (KEYS, PORTS | {"licenses": []}),
        (KEYS, PORTS | {"licenses": [{"license_type": "Port11", "count": 0}]}),
        (KEYS, PORTS | {"licenses": [{"license_type": "Port11", "count": -1}]}),
        (KEYS, PORTS | {"licenses": [{"license_type": "Port11", "count": 10_000}]}),
        (KEYS, PORTS | {"licenses": [{"license_type": "Port11", "count": 10**30}]}),
        (KEYS, PORTS | {"licenses": [{"license_type": "Port11", "count": "5"}]}),
        (KEYS, PORTS | {"licenses": [{"license_type": "Port11", "count": 5.0}]}),
        (KEYS, PORTS | {"licenses": [{"license_type": "Port11", "count": True}]}),
        (KEYS, PORTS | {"licenses": [{"license_type": "port eleven", "count": 5}]}),
        (KEYS, PORTS | {"licenses": [{"license_type": "Port11", "count": 5, "free": 1}]}),
        (KEYS, PORTS | {"licenses": [{"license_type": "Port11", "count": 1}] * 101}),
        (f"{KEYS}/redemptions", {"activation_key": "x" * 65, "project": PROJECT}),
        (f"{KEYS}/redemptions", {"activation_key": "x", "project": "hotel"}),
        (ALLOCATIONS, ALLOCATION | {"confirm_final": "yes"}),
        (ALLOCATIONS, ALLOCATION | {"confirm_final": 1}),
    ],
    ids=str,
)
async def test_a_body_that_is_not_as_described_is_refused_with_its_place(path: str, body: Any) -> None:
    api = await Api().founded()
    asked = len(api.ledger.asked)

    response = await api.post(path, body, token=api.staff())

    assert problem(response) == (422, "request_invalid")
    assert response.json()["errors"][0]["place"].startswith("body")
    assert len(api.ledger.asked) == asked


@pytest.mark.parametrize("name", ["", " ", "Hotel ", "x" * 81, "a\nb"])
async def test_a_name_that_can_not_be_one_is_told_what_a_name_must_be(name: str) -> None:
    response = await Api().post("/v1/projects", {"project_name": name})

    assert response.json()["detail"] == (
        "body.project_name: This must be 1 to 80 characters without line breaks, and no blank at either end."
    )


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 50_000, b'{"name": NaN}', b"1" * 5_000])
async def test_a_body_that_is_no_json_is_refused(content: bytes) -> None:
    api = Api()
    head = api.bearer() | {"Idempotency-Key": "k", "Content-Type": "application/json"}

    response = await api.client.post("/v1/projects", content=content, headers=head)

    assert problem(response) == (422, "request_invalid")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"name": "Müller"}'.encode("cp1252"), "JSON is written in UTF-8; byte 12 of the body, 0xfc, is none."),
        (gzip.compress(b'{"name": "Hotel"}', mtime=0), "The body is compressed; send it as it is."),
        (b'{"name": ' + b"7" * 5000 + b"}", "A number has at most 1000 digits; 7777777777... has 5000."),
        (b'{"name": 1e999}', "The number 1e999 is too big."),
        (b'{"name": NaN}', "This is no JSON: NaN is no number."),
        (b'{"name": "Hotel"', "This is no JSON: Expecting ',' delimiter at line 1, column 17."),
        (b"[" * 50_000, "This is no JSON that can be read: it is nested too deeply."),
        ('{"name": "Hotel"}'.encode("utf-16"), "JSON is written in UTF-8; the body is in UTF-16 or UTF-32."),
        ('{"name": "Hotel"}'.encode("utf-16-be"), "JSON is written in UTF-8; the body is in UTF-16 or UTF-32."),
        ('{"name": "Hotel"}'.encode("utf-32-le"), "JSON is written in UTF-8; the body is in UTF-16 or UTF-32."),
        ('{"name": "Hotel"}'.encode("utf-8-sig"), "JSON begins without a byte order mark; the body has one."),
        (b'{"\\ud800":1,"\\ud800":2}', 'The member "\ufffd" stands twice in one object.'),
        (b'{"\\ud800":1}', "The escape \\ud800 is half a character; its other half is missing."),
        (b'{"name":"\xed\xa0\x80"}', "JSON is written in UTF-8; byte 10 of the body, 0xed, is none."),
    ],
    ids=lambda value: value[:20] if isinstance(value, bytes) else "",
)
async def test_a_body_that_can_not_be_read_is_told_why_and_where(content: bytes, reason: str) -> None:
    api = Api()
    head = api.bearer() | {"Idempotency-Key": "k", "Content-Type": "application/json"}

    response = await api.client.post("/v1/projects", content=content, headers=head)

    assert problem(response) == (422, "request_invalid")
    assert response.json()["detail"] == reason


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "identity, gzip", "GZIP", "nonsense"])
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/v1/projects"), ("POST", "/v1/commands"), ("PUT", "/v1/devices/009033010203/return")],
)
async def test_a_body_with_a_coding_is_refused_with_the_codings_that_are_taken(
    method: str, path: str, coding: str
) -> None:
    api = Api()
    head = api.bearer() | {"Idempotency-Key": "k", "Content-Encoding": coding, "Content-Type": "application/json"}

    response = await api.client.request(method, path, content=b"{}", headers=head)

    assert problem(response) == (415, "body_encoded")
    assert response.headers["accept-encoding"] == "identity"


async def test_a_body_may_be_said_to_have_no_coding() -> None:
    api = Api()
    head = api.bearer() | {"Idempotency-Key": "k", "Content-Encoding": "identity", "Content-Type": "application/json"}

    response = await api.client.post("/v1/projects", content=b'{"project_name": "Hotel"}', headers=head)

    assert problem(response) == (409, "ledger_not_founded")


@pytest.mark.parametrize("path", ["/v1/devices/009033010203/release", f"/v1/projects/{PROJECT}/claim-codes"])
async def test_an_operation_without_a_body_takes_none(path: str) -> None:
    api = await Api().founded()
    asked = len(api.ledger.asked)

    for content in (b'{"foo": 1}', b"[]", b"release it", b"{"):
        response = await api.client.post(path, content=content, headers=api.bearer() | {"Idempotency-Key": "k"})
        assert problem(response) == (422, "request_invalid")
        assert "takes no body" in response.json()["detail"]
    assert len(api.ledger.asked) == asked
    assert (await api.post(path, {})).status_code == (await api.post(path, None)).status_code == 404


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "nonsense", ""])
async def test_a_body_that_is_not_called_json_is_told_what_it_must_be(kind: str) -> None:
    api = Api()
    head = api.bearer() | {"Idempotency-Key": "k", "Content-Type": kind}

    response = await api.client.post("/v1/projects", content=b'{"project_name": "Hotel"}', headers=head)

    assert problem(response) == (415, "body_not_json")
    assert "application/json" in response.json()["detail"]


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=utf-8", "application/merge+json"])
async def test_a_body_may_be_called_json_in_any_way(kind: str) -> None:
    api = Api()
    head = api.bearer() | {"Idempotency-Key": "k", "Content-Type": kind}

    response = await api.client.post("/v1/projects", content=b'{"project_name": "Hotel"}', headers=head)

    assert problem(response) == (409, "ledger_not_founded")


@pytest.mark.parametrize(
    "content",
    [
        b'{"licenses": [{"license_type": "Port11", "count": 1}], "order_number": "PO-1", "order_number": "PO-2"}',
        b'{"licenses": [{"license_type": "Port11", "count": 1, "count": 9}], "order_number": "PO-1"}',
    ],
)
async def test_a_member_that_stands_twice_is_refused_and_named(content: bytes) -> None:
    api = await Api().founded()
    head = api.bearer(api.staff()) | {"Idempotency-Key": "k", "Content-Type": "application/json"}

    response = await api.client.post(KEYS, content=content, headers=head)

    assert problem(response) == (422, "request_invalid")
    assert "twice" in response.json()["detail"]


async def test_a_body_that_is_too_big_is_refused_unread() -> None:
    api = Api()
    head = api.bearer() | {"Idempotency-Key": "k"}

    declared = await api.client.post("/v1/projects", content=b"x" * 70_000, headers=head)
    chunked = await api.client.post("/v1/projects", content=_chunks(10_000), headers=head)

    assert problem(declared) == problem(chunked) == (413, "body_too_big")


async def _chunks(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * 100


async def test_a_body_that_takes_too_long_to_arrive_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_bodies, "BODY_SECONDS", 0.01)
    api = Api()

    response = await api.client.post("/v1/projects", content=_slowly(), headers=api.bearer())

    assert problem(response) == (408, "request_too_slow")


async def _slowly() -> AsyncIterator[bytes]:
    yield b"{"
    await asyncio.sleep(1)
    yield b"}"


async def test_nobody_waits_for_the_body_of_a_request_without_a_token() -> None:
    async def never() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.Event().wait()

    for path, status in (("/docs", 405), ("/v1/projects", 401), ("/nothing", 404)):
        async with asyncio.timeout(2):
            assert (await _call(Api(), path, never())).status == status


class _Answer:
    status = 0


async def _call(api: Api, path: str, body: AsyncIterator[bytes]) -> _Answer:
    """POST straight to the application: httpx would read the whole body first."""
    found = _Answer()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": await anext(body), "more_body": True}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            found.status = message["status"]

    scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b""}
    headers = [(b"content-length", b"9")]
    await api.app(
        {**scope, "headers": headers, "root_path": "", "scheme": "http", "http_version": "1.1"}, receive, send
    )
    return found


async def test_a_name_with_a_character_that_nobody_sees_is_refused_and_the_character_named() -> None:
    response = await Api().post("/v1/projects", {"project_name": "Hotel\u202eAdria"})

    assert problem(response) == (422, "request_invalid")
    assert response.json()["detail"] == "body.project_name: the character U+202E can't be seen and is not allowed."
