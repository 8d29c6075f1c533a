"""runtime.web is general: a service about books has all of it, and neither knows a license."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm
from prometheus_client import REGISTRY

from contracts.refusals import REFUSALS
from runtime.tokens import Caller, Tokens, read_jwks
from runtime.trouble import Trouble
from runtime.web.http_protocol import BoundedHttp
from runtime.web.problems import Problems
from runtime.web.server import WebServer, bound_to
from tests.unit.runtime.web import bookshelf

ANNA, OURS, THEIRS = (f"{digit * 8}-0000-4000-8000-000000000000" for digit in "123")
PRIVATE = Ed25519PrivateKey.generate()
JWKS = json.dumps({"keys": [{**OKPAlgorithm.to_jwk(PRIVATE.public_key(), as_dict=True), "kid": "k1"}]})
MOBY = {"title": "Moby Dick", "pages": 635}


def bearer(company: str = OURS) -> dict[str, str]:
    now = int(time.time())
    claims = {
        "iss": "library",
        "aud": "books",
        "iat": now,
        "exp": now + 600,
        "sub": ANNA,
        "company": company,
        "jti": "t-1",
    }
    return {"Authorization": f"Bearer {jwt.encode(claims, PRIVATE, algorithm='EdDSA', headers={'kid': 'k1'})}"}


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(bookshelf, "SHELVES", {})
    tokens = Tokens(read_jwks(JWKS).get, issuer="library", audience="books")
    return bookshelf.build(tokens, lambda: datetime.now(UTC))


@pytest.fixture
async def books(app: Any) -> AsyncGenerator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=bearer()) as client:
        yield client


async def add(books: httpx.AsyncClient, **book: Any) -> httpx.Response:
    return await books.post("/v1/books", json=book, headers={"Idempotency-Key": "k-1"})


def problem(response: httpx.Response) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/problem+json"
    return response.status_code, response.json()["code"]


async def test_a_book_is_added_and_read_by_its_company_and_by_no_other(books: httpx.AsyncClient) -> None:
    assert (await add(books, **MOBY)).status_code == 201
    assert (await books.get("/v1/books/Moby Dick")).json() == MOBY
    response = await books.get("/v1/books/Moby Dick", headers=bearer(THEIRS))
    assert problem(response) == (404, "book_unknown")
    assert response.json()["rule"] == "B1"


async def test_without_a_token_nothing_is_said(books: httpx.AsyncClient) -> None:
    response = await books.get("/v1/books", headers={"Authorization": ""})
    assert problem(response) == (401, "bad_credentials")
    assert response.headers["www-authenticate"].startswith("Bearer")


async def test_a_command_needs_its_idempotency_key(books: httpx.AsyncClient) -> None:
    assert problem(await books.post("/v1/books", json=MOBY)) == (400, "idempotency_key_missing")


@pytest.mark.parametrize(
    ("content", "media_type", "code"),
    [
        (b'{"title": "A", "title": "B", "pages": 1}', "application/json", "request_invalid"),
        (b'{"title": "A", "pages": 1, "color": "red"}', "application/json", "request_invalid"),
        (b'{"title": "A", "pages": "1"}', "application/json", "request_invalid"),
        (b"title=A", "text/plain", "body_not_json"),
    ],
    ids=["a member twice", "a member that is not known", "a coerced number", "no JSON"],
)
async def test_a_body_is_strict_json(books: httpx.AsyncClient, content: bytes, media_type: str, code: str) -> None:
    head = {"Idempotency-Key": "k-1", "Content-Type": media_type}
    assert problem(await books.post("/v1/books", content=content, headers=head))[1] == code


async def test_a_request_has_only_what_is_described(books: httpx.AsyncClient) -> None:
    response = await books.get("/v1/books", params={"color": "red"})
    assert problem(response) == (REFUSALS["request_invalid"].status, "request_invalid")
    assert response.json()["detail"].endswith("there are: cursor, limit.")


async def test_a_wrong_value_gets_the_words_of_the_service_and_no_pattern(books: httpx.AsyncClient) -> None:
    detail = (await add(books, title="moby", pages=1)).json()["detail"]
    assert detail == "body.title: This must be a title that begins with a capital."


async def test_rows_come_in_pages(books: httpx.AsyncClient) -> None:
    for title in ("Emma", "Kim", "Ulysses"):
        await add(books, title=title, pages=100)
    first = (await books.get("/v1/books", params={"limit": 2})).json()
    last = (await books.get("/v1/books", params={"limit": 2, "cursor": first["next"]})).json()
    assert [book["title"] for book in first["items"] + last["items"]] == ["Emma", "Kim", "Ulysses"]
    assert last["next"] is None
    assert problem(await books.get("/v1/books", params={"cursor": "§"}))[1] == "request_invalid"


async def test_what_the_client_has_already_is_not_sent_again(books: httpx.AsyncClient) -> None:
    await add(books, **MOBY)
    tag = (await books.get("/v1/books/Moby Dick")).headers["etag"]
    assert (await books.get("/v1/books/Moby Dick", headers={"If-None-Match": tag})).status_code == 304


async def test_accept_chooses_the_form(books: httpx.AsyncClient) -> None:
    await add(books, **MOBY)
    text = await books.get("/v1/books/Moby Dick", headers={"Accept": "text/plain, application/json;q=0.5"})
    assert (text.text, text.headers["content-type"]) == ("Moby Dick", "text/plain; charset=utf-8")
    refused = await books.get("/v1/books/Moby Dick", headers={"Accept": "image/png"})
    assert problem(refused) == (406, "not_acceptable")


async def test_when_the_slots_are_taken_a_company_waits(books: httpx.AsyncClient) -> None:
    async with bookshelf.SLOTS.slot(Caller(ANNA, THEIRS), standing=bookshelf.member):
        response = await books.get("/v1/books")
    assert problem(response) == (429, "busy")
    assert response.headers["retry-after"] == "2"
    assert "Too many shelves" in response.json()["detail"]


async def test_a_method_that_an_address_has_not_names_those_that_it_has(books: httpx.AsyncClient) -> None:
    response = await books.delete("/v1/books")
    assert problem(response) == (405, "method_not_allowed")
    assert response.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert problem(await books.get("/v1/films")) == (404, "not_found")


@pytest.mark.parametrize(
    ("error", "answered"), [(Trouble("no shelf"), (503, "service_unavailable")), (KeyError(), (500, "internal_error"))]
)
async def test_trouble_is_retried_and_a_defect_says_nothing(
    books: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, error: Exception, answered: tuple[int, str]
) -> None:
    def raising(*_: object) -> None:
        raise error

    monkeypatch.setattr(bookshelf, "require_found", raising)
    response = await books.get("/v1/books/Emma")
    assert problem(response) == answered
    assert ("retry-after" in response.headers) == (answered[0] == 503)


async def test_every_response_has_its_correlation_id_and_is_counted(books: httpx.AsyncClient) -> None:
    labels = {"method": "GET", "route": "/v1/books", "status": "200"}
    before = REGISTRY.get_sample_value("bookshelf_requests_total", labels) or 0
    response = await books.get("/v1/books", headers={"X-Correlation-Id": "c-1"})
    assert response.headers["x-correlation-id"] == "c-1"
    assert REGISTRY.get_sample_value("bookshelf_requests_total", labels) == before + 1


async def test_the_page_and_the_description_need_no_token(books: httpx.AsyncClient) -> None:
    nobody = {"Authorization": ""}
    assert "<title>Bookshelf API</title>" in (await books.get("/docs", headers=nobody)).text
    assert (await books.get("/docs/swagger-ui.css", headers=nobody)).status_code == 200
    assert (await books.get("/openapi.json", headers=nobody)).json()["info"]["title"] == "Bookshelf"


async def test_the_description_has_the_refusals_of_each_operation(books: httpx.AsyncClient) -> None:
    api = (await books.get("/openapi.json")).json()
    responses = api["paths"]["/v1/books/{title}"]["get"]["responses"]
    not_found = responses["404"]["content"]["application/problem+json"]
    assert set(not_found["examples"]) == {"book_unknown", "not_found"}
    assert not_found["schema"] == {"$ref": "#/components/schemas/ProblemBody"}
    assert api["components"]["examples"]["book_unknown"]["value"]["detail"] == "There is no such book."
    assert {"304", "406", "409"} & set(responses) == {"304", "406"}
    (key,) = api["paths"]["/v1/books"]["post"]["parameters"]
    assert (key["name"], key["required"]) == ("idempotency-key", True)


async def test_a_slow_client_is_let_go_and_what_is_no_http_is_refused(
    app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BoundedHttp, "arrival_seconds", 0.2)
    with bound_to("127.0.0.1", 0, setting="LICENSING_BOOKS_PORT") as listener:
        listener.listen()
        server, stop = WebServer(app, bookshelf.PROBLEMS), asyncio.Event()
        serving = asyncio.create_task(server.serve_until(stop, listener))
        address = listener.getsockname()
        assert await _said(address, b"GET /docs HT") == b""
        assert b'"code": "request_malformed"' in await _said(address, b"\x16\x03 hello\r\n\r\n")
        assert b"Bookshelf API" in await _said(address, b"GET /docs HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        stop.set()
        await serving
    assert not server.is_listening


async def _said(address: tuple[str, int], request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(*address)
    writer.write(request)
    async with asyncio.timeout(5):
        response = await reader.read()
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
    return response


def test_a_table_of_refusals_has_a_row_for_all_that_is_refused_here() -> None:
    with pytest.raises(ValueError, match=r"has no row for .*not_found"):
        Problems({})


def test_neither_imports_anything_of_a_service_or_of_licenses() -> None:
    code = "import sys, tests.unit.runtime.web.bookshelf; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not [name for name in loaded if name.split(".")[0] in {"ledger", "signer", "device_sync"}]
    ours = {name for name in loaded if name.startswith("contracts.")}
    assert ours == {"contracts.fields", "contracts.identifiers", "contracts.refusals", "contracts.scopes"}
