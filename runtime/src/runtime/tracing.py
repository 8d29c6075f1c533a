"""Traces: the way of one command through the processes, as spans of OpenTelemetry that are exported by OTLP over HTTP.

Off unless the settings name an endpoint. Then no module of OpenTelemetry's SDK is imported, nothing is allocated, and
each place that could make a span asks once whether it should. A span belongs to the trace that a `traceparent` (W3C
Trace Context) names: it comes with a request, travels in the command, and lies in the entry, from which every reader
has it. Attributes name what was done, never for whom: no address, no path with its ids, no text of a person, no key.
"""

import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Annotated, Literal, Protocol
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, FilePath

from runtime.settings import ProcessSettings

FRESH_SECONDS = 900.0
"""What is older was read again, by a rebuild or a new process, and its trace has been told: it gets no span."""
FIRST_SERVER_ERROR = 500

Kind = Literal["server", "client", "producer", "consumer", "internal"]
Attributes = Mapping[str, str | int]


def _endpoint(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or "@" in url:
        raise ValueError("it should look like http://collector:4318, without a user, a query or a fragment")
    return url.rstrip("/")


class WithTraces(ProcessSettings):
    """Settings of a process that exports traces where `otlp_endpoint`, the base address of a collector, is said.

    Spans go to `/v1/traces` there. Its certificate is checked with `otlp_ca_file`, or with the authorities that
    everybody knows. `trace_ratio` is the share of traces that begin here and are kept; one that began elsewhere is kept
    if it is kept there.
    """

    otlp_endpoint: Annotated[str, AfterValidator(_endpoint)] | None = None
    otlp_ca_file: FilePath | None = None
    trace_ratio: Annotated[float, Field(ge=0, le=1)] = 1.0


class Span(Protocol):
    """Something that is being done, as a trace shows it. Nothing of it is sent before it has ended."""

    @property
    def traceparent(self) -> str:
        """What makes others part of it."""
        ...

    @property
    def ids(self) -> Mapping[str, str]:
        """Trace and span as a log line names them."""
        ...

    def rename(self, name: str) -> None: ...
    def note(self, attributes: Attributes) -> None: ...
    def happened(self, name: str) -> None:
        """Something happens in it now."""
        ...

    def link(self, traceparent: str) -> None:
        """It has to do with this one, without being part of it."""
        ...

    def fail(self, reason: str) -> None:
        """It did not do what it was to do; `reason` is one word of few."""
        ...

    def end(self, *, at_ns: int | None = None) -> None:
        """It ends now, or `at_ns`, in nanoseconds since 1970."""
        ...


class Tracer(Protocol):
    """Makes spans and sends them; see runtime.otlp."""

    def start(
        self, name: str, kind: Kind, *, parent: str | None, attributes: Attributes, at_ns: int | None
    ) -> Span: ...
    def close(self) -> None:
        """Send what has ended, within a bounded time."""
        ...


_tracer: Tracer | None = None
_current: ContextVar["Span | None"] = ContextVar("span", default=None)


def begin(service: str, settings: WithTraces) -> None:
    """Trace from now on as `service`, if the settings say where to."""
    global _tracer  # noqa: PLW0603 - a process traces or does not, as it logs
    if settings.otlp_endpoint is None:
        return
    from runtime.otlp import OtlpTracer  # noqa: PLC0415 - half a second of imports, for who traces only

    _tracer = OtlpTracer(service, settings.otlp_endpoint, ca_file=settings.otlp_ca_file, ratio=settings.trace_ratio)


def end() -> None:
    """Send what is left; no span is made from now on."""
    global _tracer
    if _tracer is not None:
        tracer, _tracer = _tracer, None
        tracer.close()


def is_on() -> bool:
    return _tracer is not None


def current() -> Span | None:
    """The span within which this code runs."""
    return _current.get()


def traceparent() -> str | None:
    """That of the span within which this code runs."""
    span = _current.get()
    return None if span is None else span.traceparent


def start(
    name: str, kind: Kind, *, parent: str | None = None, attributes: Attributes | None = None, at_ns: int | None = None
) -> Span | None:
    """A span that begins now, or at `at_ns`, of the trace of `parent`, or of a new one; None while traces are off."""
    if _tracer is None:
        return None
    return _tracer.start(name, kind, parent=parent, attributes=attributes or {}, at_ns=at_ns)


@contextmanager
def within(span: Span | None) -> Generator[None]:
    """Run the block within the span; whoever started it ends it."""
    if span is None:
        yield
        return
    token = _current.set(span)
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def during(span: Span | None) -> Generator[None]:
    """Run the block as what the span is about: it ends with it, and fails with it."""
    if span is None:
        yield
        return
    try:
        with within(span):
            yield
    except BaseException as error:
        span.fail(type(error).__name__)
        raise
    finally:
        span.end()


def messaging(operation: Literal["send", "process"], topic: str, partition: int) -> dict[str, str | int]:
    """What OpenTelemetry's conventions want to know of a span about records of Kafka."""
    return {
        "messaging.system": "kafka",
        "messaging.operation.name": operation,
        "messaging.operation.type": operation,
        "messaging.destination.name": topic,
        "messaging.destination.partition.id": str(partition),
    }


def join(traceparent: str) -> None:
    """Make the request at hand part of this trace, if it names none itself; else name it beside it."""
    span = _current.get()
    if isinstance(span, ServerSpan):
        span.join(traceparent)


def processed(
    topic: str, partition: int, traceparent: str | None, attributes: Attributes, *, said_at: float, began_ns: int
) -> None:
    """A record of this trace, written at `said_at` (seconds since 1970), has been read, and its effects are there."""
    if traceparent is None or not is_fresh(said_at):
        return
    said = messaging("process", topic, partition) | dict(attributes)
    span = start(f"process {topic}", "consumer", parent=traceparent, attributes=said, at_ns=began_ns)
    if span is not None:
        span.end()


def is_fresh(seconds: float) -> bool:
    """Whether what happened then, in seconds since 1970, is read for the first time as far as that can be told."""
    return time.time() - seconds < FRESH_SECONDS


class ServerSpan:
    """A request as its server sees it. It begins when the request came, in a trace that may be found out later.

    Implements Span. A request that names no trace can `join` the one of what it asks for, until something else is part
    of its span.
    """

    def __init__(self, tracer: Tracer, method: str, traceparent: str | None) -> None:
        self._tracer = tracer
        self._method = method
        self._parent = traceparent
        self._at_ns = time.time_ns()
        self._begun: Span | None = None

    def join(self, traceparent: str) -> None:
        """Be part of this trace; a request that is part of one already names this one beside it."""
        if self._begun is None and self._parent is None:
            self._parent = traceparent
        else:
            self.link(traceparent)

    @property
    def traceparent(self) -> str:
        return self._span.traceparent

    @property
    def ids(self) -> Mapping[str, str]:
        return self._span.ids

    def rename(self, name: str) -> None:
        self._span.rename(name)

    def note(self, attributes: Attributes) -> None:
        self._span.note(attributes)

    def happened(self, name: str) -> None:
        self._span.happened(name)

    def link(self, traceparent: str) -> None:
        self._span.link(traceparent)

    def fail(self, reason: str) -> None:
        self._span.fail(reason)

    def end(self, *, at_ns: int | None = None) -> None:
        self._span.end(at_ns=at_ns)

    def answered(self, route: str | None, status: int) -> None:
        """It ends with this status. `route` is the path with names for its parameters, where there is one."""
        if route is not None:
            self.rename(f"{self._method} {route}")
            self.note({"http.route": route})
        self.note({"http.response.status_code": status})
        if status >= FIRST_SERVER_ERROR:
            self.fail(str(status))
        self.end()

    @property
    def _span(self) -> Span:
        if self._begun is None:
            said = {"http.request.method": self._method}
            self._begun = self._tracer.start(
                self._method, "server", parent=self._parent, attributes=said, at_ns=self._at_ns
            )
        return self._begun


def serving(method: str, traceparent: str | None) -> ServerSpan | None:
    """The span of a request that came with this traceparent; None while traces are off."""
    return None if _tracer is None else ServerSpan(_tracer, method, traceparent)
