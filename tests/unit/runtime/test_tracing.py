"""Traces: off they cost nothing; on they are what OpenTelemetry's conventions say, and hold nothing of anybody."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from runtime import tracing
from runtime.logs import add_ids
from runtime.otlp import QUEUE_SPANS
from tests.support.collector import Collector, a_collector, traced
from tests.support.eventlog.driving import following, lead
from tests.support.eventlog.hall import BROKEN, Answer, wish
from tests.support.eventlog.memory import MemoryReplies
from tests.unit.runtime.eventlog.test_guarantees import a_partition, a_writer, chain_of

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SAMPLED = 1
TRACEPARENT = f"00-{TRACE}-{PARENT}-01"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with a_collector() as collector:
        yield collector


def test_processes_that_do_not_trace_import_nothing_of_the_sdk() -> None:
    code = """
import sys
import device_sync.entrypoints.main, ledger.entrypoints.api.main, ledger.entrypoints.projector.main
import ledger.entrypoints.writer, signer.entrypoints.run
from runtime import tracing
tracing.begin("example", tracing.WithTraces(admin_port=0))
print([name for name in sys.modules if name.startswith(("opentelemetry.sdk", "opentelemetry.exporter"))])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_off_nothing_is_a_span() -> None:
    assert tracing.start("example", "internal", parent=TRACEPARENT) is None
    assert tracing.serving("GET", TRACEPARENT) is None
    assert tracing.traceparent() is None
    assert not tracing.is_on()


def test_a_span_says_of_which_process_it_is_and_continues_the_trace_that_is_named(collector: Collector) -> None:
    with traced("ledger-api", collector.settings()):
        outside = tracing.start("outer", "producer", parent=TRACEPARENT, attributes={"licensing.ledger": 3})
        with tracing.within(outside):
            inside = tracing.start("inner", "client", parent=tracing.traceparent())
        with tracing.during(outside), tracing.during(inside):
            pass

    outer, inner = sorted(collector.spans, key=lambda span: span.kind == "client")
    assert (outer.service, outer.kind, outer.trace_id, outer.parent_id) == ("ledger-api", "producer", TRACE, PARENT)
    assert outer.attributes == {"licensing.ledger": 3}
    assert (inner.trace_id, inner.parent_id) == (TRACE, outer.span_id)


@pytest.mark.parametrize("traceparent", [None, f"00-{'0' * 32}-{PARENT}-01"])
def test_a_span_without_a_trace_begins_one(collector: Collector, traceparent: str | None) -> None:
    with traced("example", collector.settings()):
        tracing.processed("topic", 0, traceparent or TRACEPARENT, {}, said_at=time.time(), began_ns=time.time_ns())
        with tracing.during(tracing.start("example", "internal", parent=traceparent)):
            pass

    (own,) = [span for span in collector.spans if span.name == "example"]
    assert own.parent_id == ""
    assert own.trace_id not in (TRACE, "0" * 32)


def test_what_raises_has_failed_by_the_name_of_its_error_and_nothing_that_it_says(collector: Collector) -> None:
    with (
        traced("example", collector.settings()),
        pytest.raises(ValueError, match="secret"),
        tracing.during(tracing.start("example", "internal")),
    ):
        raise ValueError("secret")

    (span,) = collector.spans
    assert span.is_error
    assert span.attributes == {"error.type": "ValueError"}
    assert span.events == ()


def test_what_is_old_was_read_again_and_makes_no_span(collector: Collector) -> None:
    now = time.time()
    with traced("example", collector.settings()):
        tracing.processed("old", 0, TRACEPARENT, {}, said_at=now - tracing.FRESH_SECONDS, began_ns=time.time_ns())
        tracing.processed("new", 0, TRACEPARENT, {}, said_at=now, began_ns=time.time_ns())
        tracing.processed("none", 0, None, {}, said_at=now, began_ns=time.time_ns())

    assert [span.name for span in collector.spans] == ["process new"]


def test_a_share_of_the_traces_is_kept_and_the_others_say_so_to_whoever_goes_on_with_them(collector: Collector) -> None:
    with traced("example", collector.settings(trace_ratio=0.0)):
        left = tracing.start("left", "internal")
        assert left is not None
        assert not int(left.traceparent.rpartition("-")[2], 16) & SAMPLED
        left.end()
        with tracing.during(tracing.start("kept elsewhere", "internal", parent=TRACEPARENT)):
            pass

    assert [span.name for span in collector.spans] == ["kept elsewhere"]


def test_a_request_joins_the_trace_of_what_it_asks_for_unless_it_names_one_itself(collector: Collector) -> None:
    other = f"00-{'ab' * 16}-{PARENT}-01"
    with traced("example", collector.settings()):
        for named in (None, other):
            span = tracing.serving("GET", named)
            assert span is not None
            with tracing.within(span):
                tracing.join(TRACEPARENT)
            span.answered("/v1/example/{name}", 200)

    joined, linked = collector.spans
    assert joined.name == linked.name == "GET /v1/example/{name}"
    assert (joined.trace_id, joined.links) == (TRACE, ())
    assert (linked.trace_id, linked.links) == ("ab" * 16, (TRACE,))


def test_an_answer_of_the_400s_is_no_error_of_the_server_and_one_of_the_500s_is(collector: Collector) -> None:
    with traced("example", collector.settings()):
        for status in (404, 503):
            span = tracing.serving("GET", None)
            assert span is not None
            span.answered(None, status)

    assert [(span.name, span.is_error) for span in collector.spans] == [("GET", False), ("GET", True)]
    assert collector.spans[1].attributes["error.type"] == "503"


def test_a_log_line_names_the_trace_and_the_span_in_which_it_is_said(collector: Collector) -> None:
    with traced("example", collector.settings()):
        span = tracing.start("example", "internal", parent=TRACEPARENT)
        with tracing.during(span):
            said = add_ids(None, "info", {"event": "example"})

    assert said == {"event": "example", "trace_id": TRACE, "span_id": collector.spans[0].span_id}
    assert add_ids(None, "info", {"event": "example"}) == {"event": "example"}


async def test_a_writer_hands_the_trace_of_a_command_on_in_its_entry(collector: Collector) -> None:
    partition, replies = a_partition(1), MemoryReplies[Answer]()
    wishes = [wish("reserve", 1, "r1"), wish("release", 2, "r2"), wish("reserve", BROKEN, "r3")]
    with traced("example", collector.settings()):
        writer = a_writer(partition)
        async with following(writer):
            await lead(writer, replies, [one.model_copy(update={"traceparent": TRACEPARENT}) for one in wishes])

    accepted, refused, defect = collector.spans
    (entry,) = chain_of(partition.values)
    assert entry.traceparent == f"00-{TRACE}-{accepted.span_id}-01"
    assert (accepted.name, accepted.parent_id, accepted.events) == ("decide reserve", PARENT, ("confirmed",))
    assert (accepted.attributes["licensing.outcome"], accepted.attributes["licensing.sequence"]) == ("accepted", 1)
    assert (refused.attributes["licensing.outcome"], refused.is_error) == ("not_your_seat", False)
    assert (defect.attributes["licensing.outcome"], defect.is_error) == ("internal_error", True)


async def test_a_writer_that_does_not_trace_hands_the_trace_on_as_it_came() -> None:
    partition, replies = a_partition(2), MemoryReplies[Answer]()
    writer = a_writer(partition)
    async with following(writer):
        await lead(writer, replies, [wish("reserve", 1, "r1").model_copy(update={"traceparent": TRACEPARENT})])

    assert [entry.traceparent for entry in chain_of(partition.values)] == [TRACEPARENT]


def test_a_collector_that_is_away_costs_spans_and_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.otlp.EXPORT_SECONDS", 0.1)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        tracing.begin("example", Collector(f"http://127.0.0.1:{nobody.getsockname()[1]}").settings())
        for _ in range(2 * QUEUE_SPANS):
            with tracing.during(tracing.start("example", "internal")):
                pass
        tracing.end()

    assert not tracing.is_on()


@pytest.mark.parametrize(
    "endpoint",
    ["collector:4318", "ftp://collector", "http://", "http://user:secret@collector:4318", "http://collector/?a=b"],
)
def test_an_endpoint_that_is_no_address_of_a_collector_is_refused_with_a_sentence(endpoint: str) -> None:
    with pytest.raises(ValidationError, match="it should look like http://collector:4318"):
        Collector(endpoint).settings()


def test_an_authority_that_is_no_file_is_refused_before_anything_starts() -> None:
    with pytest.raises(ValidationError, match="otlp_ca_file"):
        Collector("https://collector:4318").settings(otlp_ca_file="/nowhere/ca.pem")
