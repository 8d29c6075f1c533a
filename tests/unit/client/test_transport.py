"""The client against a server that answers as told."""

from collections.abc import Callable

import httpx
import pytest

from dev.generate import client as generator
from licensing_client import Client, Problem


def a_client(answer: Callable[[httpx.Request], httpx.Response], patience_seconds: float = 5.0) -> Client:
    return Client("http://test", lambda: "t0", patience_seconds=patience_seconds, transport=httpx.MockTransport(answer))


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)


@pytest.mark.parametrize("module", generator.MODULES, ids=lambda module: module.operations)
def test_the_methods_are_those_of_the_api(module: generator.Module) -> None:
    assert module.file.read_text() == generator.source(module, module.description()), "run `make generate`"


def test_a_503_is_asked_again_under_the_same_key() -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["Idempotency-Key"])
        if len(seen) < 3:
            return httpx.Response(503, json={"code": "service_unavailable"}, headers={"Retry-After": "1"})
        return httpx.Response(201, json={"project": "p", "name": "Hotel", "sequence": 7})

    assert a_client(answer).create_project(project_name="Hotel")["sequence"] == 7
    assert len(seen) == 3
    assert len(set(seen)) == 1


def test_a_lost_connection_is_asked_again_under_the_same_key() -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["Idempotency-Key"])
        if len(seen) == 1:
            raise httpx.ReadError("cut")
        return httpx.Response(201, json={"project": "p", "name": "Hotel", "sequence": 7})

    a_client(answer).create_project(project_name="Hotel", idempotency_key="mine")
    assert seen == ["mine", "mine"]


def test_a_no_is_a_problem_with_its_code_and_members() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(409, json={"code": "insufficient_balance", "detail": "Not enough.", "free": 3})

    with pytest.raises(Problem, match="409 insufficient_balance: Not enough") as caught:
        a_client(answer).allocate_licenses("p", serial="009033010203", licenses=[])
    assert (caught.value.code, caught.value.members["free"]) == ("insufficient_balance", 3)


def test_patience_ends_with_the_503_itself() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(503, json={"code": "service_unavailable"}, headers={"Retry-After": "x"})

    with pytest.raises(Problem, match="503"):
        a_client(answer, patience_seconds=-1.0).get_project("p")


def test_what_is_no_problem_document_is_a_problem_all_the_same() -> None:
    with pytest.raises(Problem, match="502"):
        a_client(lambda _: httpx.Response(502, text="<html>")).get_project("p")


def test_all_pages_are_gone_through() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        cursor = request.url.params.get("cursor", "0")
        following = str(int(cursor) + 1) if cursor != "2" else None
        return httpx.Response(200, json={"items": [cursor], "next": following})

    client = a_client(answer)
    assert list(client.everything(client.list_projects, limit=1)) == ["0", "1", "2"]


def test_what_is_not_given_is_not_sent() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert str(request.url) == "http://test/v1/projects/p/balance?as_of=7"
        assert request.headers["Authorization"] == "Bearer t0"
        return httpx.Response(200, json={"project": "p", "licenses": []})

    a_client(answer).get_balance("p", as_of=7)


def test_the_headers_of_an_answer_and_of_a_no_are_kept() -> None:
    answers = iter(
        [
            httpx.Response(200, json={"company": "c"}, headers={"ETag": '"7"'}),
            httpx.Response(429, json={"code": "too_many_guesses"}, headers={"Retry-After": "600"}),
            httpx.Response(200, content=b"", headers={"X-As-Of": "1174"}),
        ]
    )
    client = a_client(lambda _: next(answers))

    client.get_company("c")
    assert client.headers["ETag"] == '"7"'
    with pytest.raises(Problem) as caught:
        client.get_company("c")
    assert (caught.value.retry_after_seconds, caught.value.headers["Retry-After"]) == (600, "600")
    with client.streamed("GET", "/v1/exports/balances"):
        assert client.headers["X-As-Of"] == "1174"


@pytest.mark.parametrize("name", ["..", ".", "a/../b", "a?company=b", "a#b", "a%2Fb"])
def test_a_name_in_an_address_leads_to_no_other_place(name: str) -> None:
    asked: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.raw_path)
        return httpx.Response(200, json={})

    a_client(answer).get_balance(name)
    before, segment, after = asked[0].rpartition(b"/projects/")[2].partition(b"/balance")
    assert (segment, after) == (b"/balance", b"")
    assert not set(before) & set(b"/?#")
    assert before.strip(b".")
