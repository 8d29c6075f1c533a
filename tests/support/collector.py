"""A collector of traces: OTLP over HTTP, as the specification has it, and the spans that came."""

import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from unittest.mock import patch

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1 import trace_pb2

from runtime import tracing

WAIT_SECONDS = 120.0


class CollectedSpan(NamedTuple):
    service: str
    name: str
    kind: str
    trace_id: str
    span_id: str
    parent_id: str
    attributes: dict[str, str | int]
    links: tuple[str, ...]
    events: tuple[str, ...]
    is_error: bool
    milliseconds: float


class Collector:
    """What has come so far, at `address`."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.spans: list[CollectedSpan] = []

    def settings(self, **more: object) -> tracing.WithTraces:
        """Of a process that sends its traces here."""
        return tracing.WithTraces.model_validate({"admin_port": 0, "otlp_endpoint": self.address} | more)

    def trace(self, trace_id: str) -> list[CollectedSpan]:
        return [span for span in self.spans if span.trace_id == trace_id]

    def wait_for(self, holds: Callable[["Collector"], bool]) -> None:
        """Until enough has come."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not holds(self):
            assert time.monotonic() < deadline, sorted(span.name for span in self.spans)
            time.sleep(0.05)


def ancestries(spans: Sequence[CollectedSpan]) -> list[str]:
    """The name of each span after the names of those above it, in order."""
    known = {span.span_id: span for span in spans}

    def told(span: CollectedSpan) -> str:
        above = known.get(span.parent_id)
        return f"{told(above)} > {span.name}" if above else span.name

    return sorted(told(span) for span in spans)


@contextmanager
def a_collector() -> Generator[Collector]:
    """One that listens on loopback while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            assert self.headers["Content-Type"] == "application/x-protobuf"
            body = self.rfile.read(int(self.headers["Content-Length"]))
            collector.spans.extend(_spans(ExportTraceServiceRequest.FromString(body)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002 - its name in the library

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collector = Collector(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield collector
        server.shutdown()
        thread.join()


@contextmanager
def traced(service: str, settings: tracing.WithTraces) -> Generator[None]:
    """This process traces while the block runs; what ended in it has been sent then, also by a machine that stalls."""
    with patch("runtime.otlp.EXPORT_SECONDS", WAIT_SECONDS):
        tracing.begin(service, settings)
    try:
        yield
    finally:
        tracing.end()


def _spans(request: ExportTraceServiceRequest) -> Generator[CollectedSpan]:
    for of_resource in request.resource_spans:
        said = {one.key: one.value.string_value for one in of_resource.resource.attributes}
        for of_scope in of_resource.scope_spans:
            for span in of_scope.spans:
                yield CollectedSpan(
                    service=said["service.name"],
                    name=span.name,
                    kind=trace_pb2.Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower(),
                    trace_id=span.trace_id.hex(),
                    span_id=span.span_id.hex(),
                    parent_id=span.parent_span_id.hex(),
                    attributes={one.key: _plain(one.value) for one in span.attributes},
                    links=tuple(link.trace_id.hex() for link in span.links),
                    events=tuple(event.name for event in span.events),
                    is_error=span.status.code == trace_pb2.Status.STATUS_CODE_ERROR,
                    milliseconds=(span.end_time_unix_nano - span.start_time_unix_nano) / 1e6,
                )


def _plain(value: AnyValue) -> str | int:
    return value.int_value if value.HasField("int_value") else value.string_value
