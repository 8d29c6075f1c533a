"""What a page asks of the APIs belongs to the trace of the page."""

import httpx
import pytest

from portal.adapters.apis import SharedTransport
from runtime import tracing
from tests.support.collector import a_collector, traced


def test_an_api_is_asked_within_the_trace_of_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[httpx.Request] = []

    def answer(_: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200)

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", answer)
    with a_collector() as collector, traced("portal", collector.settings()):
        page = tracing.serving("GET", None)
        assert page is not None
        with tracing.within(page), httpx.Client(transport=SharedTransport()) as client:
            client.get("http://ledger-api:8080/v1/projects?search=Hotel+Adria")
        page.answered("/projects", 200)

    called, paged = collector.spans
    assert asked[0].headers["traceparent"].split("-")[1:3] == [paged.trace_id, called.span_id]
    assert (called.kind, called.parent_id, called.trace_id) == ("client", paged.span_id, paged.trace_id)
    assert called.attributes == {
        "http.request.method": "GET",
        "server.address": "ledger-api",
        "server.port": 8080,
        "http.response.status_code": 200,
    }
