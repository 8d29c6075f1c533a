"""Spans made by OpenTelemetry's SDK and sent to a collector, OTLP over HTTP. Imported by who traces, and nobody else.

A collector that is away or slow costs spans, never time: they wait in a bounded queue for a thread of their own, and
what does not fit is dropped. OpenTelemetry's own variables, such as OTEL_EXPORTER_OTLP_HEADERS for a collector that
wants a token, add to the settings.
"""

import socket
import threading
from collections.abc import Mapping
from pathlib import Path

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import SpanContext, SpanKind, StatusCode, TraceFlags
from opentelemetry.trace.propagation import set_span_in_context

from runtime.tracing import Attributes, Kind

EXPORT_SECONDS = 10.0
"""How long a batch is tried before it is dropped: what OTLP proposes."""
CLOSE_SECONDS = 5.0
"""How long the end of a process waits for what is left to be sent."""
QUEUE_SPANS, BATCH_SPANS = 8192, 512
"""A second of a busy ledger; a span has about a kilobyte."""
SEND_MILLISECONDS = 1000
_KINDS: Mapping[Kind, SpanKind] = {
    "server": SpanKind.SERVER,
    "client": SpanKind.CLIENT,
    "producer": SpanKind.PRODUCER,
    "consumer": SpanKind.CONSUMER,
    "internal": SpanKind.INTERNAL,
}


class OtlpTracer:
    """Implements Tracer."""

    def __init__(self, service: str, endpoint: str, *, ca_file: Path | None, ratio: float) -> None:
        said = {
            "service.namespace": "licensing",
            "service.name": service,
            "service.instance.id": socket.gethostname(),
        }
        self._provider = TracerProvider(
            ParentBased(TraceIdRatioBased(ratio)), Resource.create(said), shutdown_on_exit=False
        )
        authority = None if ca_file is None else str(ca_file)
        exporter = OTLPSpanExporter(f"{endpoint}/v1/traces", authority, timeout=EXPORT_SECONDS)
        self._provider.add_span_processor(
            BatchSpanProcessor(
                exporter,
                max_queue_size=QUEUE_SPANS,
                max_export_batch_size=BATCH_SPANS,
                schedule_delay_millis=SEND_MILLISECONDS,
            )
        )
        self._tracer = self._provider.get_tracer("licensing")

    def start(
        self, name: str, kind: Kind, *, parent: str | None, attributes: Attributes, at_ns: int | None
    ) -> "OtlpSpan":
        context = trace.set_span_in_context(trace.INVALID_SPAN)
        if parent is not None:
            context = set_span_in_context(trace.NonRecordingSpan(_context_of(parent)))
        return OtlpSpan(
            self._tracer.start_span(
                name,
                context,
                _KINDS[kind],
                attributes,
                start_time=at_ns,
                record_exception=False,
                set_status_on_exception=False,
            )
        )

    def close(self) -> None:
        ending = threading.Thread(target=self._provider.shutdown, name="traces", daemon=True)
        ending.start()
        ending.join(CLOSE_SECONDS)


class OtlpSpan:
    """Implements Span."""

    def __init__(self, span: trace.Span) -> None:
        self._span = span
        self._context = span.get_span_context()

    @property
    def traceparent(self) -> str:
        ids = f"{trace.format_trace_id(self._context.trace_id)}-{trace.format_span_id(self._context.span_id)}"
        return f"00-{ids}-{self._context.trace_flags:02x}"

    @property
    def ids(self) -> Mapping[str, str]:
        context = self._context
        return {
            "trace_id": trace.format_trace_id(context.trace_id),
            "span_id": trace.format_span_id(context.span_id),
        }

    def rename(self, name: str) -> None:
        self._span.update_name(name)

    def note(self, attributes: Attributes) -> None:
        self._span.set_attributes(attributes)

    def happened(self, name: str) -> None:
        self._span.add_event(name)

    def link(self, traceparent: str) -> None:
        self._span.add_link(_context_of(traceparent))

    def fail(self, reason: str) -> None:
        self._span.set_attribute("error.type", reason)
        self._span.set_status(StatusCode.ERROR)

    def end(self, *, at_ns: int | None = None) -> None:
        self._span.end(at_ns)


def _context_of(traceparent: str) -> SpanContext:
    """A well-formed traceparent; one whose ids are zero names no span, and a new trace begins."""
    _, trace_id, span_id, flags = traceparent.split("-")
    return SpanContext(int(trace_id, 16), int(span_id, 16), is_remote=True, trace_flags=TraceFlags(int(flags, 16)))
