"""The client of RMA's API sends what that takes."""

import httpx

from licensing_client import CaseClient


def a_client(seen: list[httpx.Request]) -> CaseClient:
    def answer(request: httpx.Request) -> httpx.Response:
        request.read()
        seen.append(request)
        return httpx.Response(200, json={})

    return CaseClient("http://test", "t0", transport=httpx.MockTransport(answer))


def test_a_file_is_sent_as_it_is_with_its_name_in_the_address() -> None:
    seen: list[httpx.Request] = []
    a_client(seen).attach_file("RMA-2026-000001", b"A log.", file_name="box.log", idempotency_key="k")

    (request,) = seen
    assert (request.method, request.url.path) == ("POST", "/v1/rmas/RMA-2026-000001/attachments")
    assert dict(request.url.params) == {"file_name": "box.log"}
    assert request.content == b"A log."
    assert request.headers["idempotency-key"] == "k"
    assert request.headers["content-type"] == "application/octet-stream"


def test_a_sequence_to_wait_for_is_asked_in_the_address_never_in_the_body() -> None:
    seen: list[httpx.Request] = []
    a_client(seen).erase_personal_data("RMA-2026-000001", at_least=7)

    (request,) = seen
    assert request.method == "DELETE"
    assert dict(request.url.params) == {"at_least": "7"}
    assert request.content == b"{}"
