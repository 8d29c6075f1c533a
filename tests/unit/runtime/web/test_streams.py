"""Which requests take long: by method and path, where a parameter stands for one part."""

from typing import Any

from runtime.web.gateway import Streams

STREAMS = Streams(bodies=("/v1/commands", "/v1/rmas/{rma}/attachments"), responses=("/v1/rmas/{rma}/attachments/",))


def scope(method: str, path: str) -> dict[str, Any]:
    return {"method": method, "path": path}


def test_a_post_to_such_a_path_reads_its_body_itself() -> None:
    for path in ("/v1/commands", "/v1/rmas/RMA-2026-000001/attachments"):
        assert STREAMS.reads_body(scope("POST", path))
        assert STREAMS.takes_long(scope("POST", path))


def test_any_other_request_is_read_before_its_route_sees_it() -> None:
    for method, path in (
        ("GET", "/v1/commands"),
        ("POST", "/v1/commands/x"),
        ("POST", "/v1/rmas/a/b/attachments"),
        ("POST", "/v1/rmas//attachments"),
        ("POST", "/v1/rmas/a/attachments/1"),
        ("POST", "/x/v1/commands"),
    ):
        assert not STREAMS.reads_body(scope(method, path)), path


def test_a_long_response_is_told_by_the_beginning_of_its_path() -> None:
    assert STREAMS.takes_long(scope("GET", "/v1/rmas/RMA-2026-000001/attachments/7"))
    assert not STREAMS.takes_long(scope("GET", "/v1/rmas/RMA-2026-000001/attachments"))
    assert not STREAMS.takes_long(scope("GET", "/v1/rmas/RMA-2026-000001"))
