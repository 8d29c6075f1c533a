"""What traces cost the writer's decisions: off, on, and on for one in a hundred; all in memory, on one core.

Off, a decision asks three times whether there is a span. Beside it stands what these questions take by themselves. On,
a span a decision is made, ended and exported, by a thread of this process, to a collector that decodes nothing.
"""

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from benchmarks import machine, market
from benchmarks.figures import Beside, Figure
from benchmarks.lab import Lab
from ledger.application.writing.ledger_log import LedgerReplica, ledger_log
from ledger.application.writing.received_command import ReceivedCommand
from runtime import tracing
from runtime.eventlog import SpeculativeLog

DEVICES = 1_000
COMMANDS = 40_000
AGAIN = 3
"""Best of three, as for a replay."""
QUESTIONS = 1_000_000
ONE_IN_A_HUNDRED = 0.01


async def measure(lab_: Lab) -> list[Figure]:
    count = lab_.sized(COMMANDS)
    machine.stay(machine.MEASURED)
    off = _decisions(count)
    with _collector() as endpoint:
        some = _traced(count, endpoint, ONE_IN_A_HUNDRED)
        on = _traced(count, endpoint, 1.0)
    questions = 1 / _seconds_of_questions()
    machine.roam_self()
    return [
        Figure(
            "traces off: decisions in memory",
            off,
            "/s",
            beside=(
                Beside("the three questions of a decision by themselves", questions),
                Beside("one in a hundred traced and exported", some),
                Beside("each traced and exported", on),
            ),
        )
    ]


def _decisions(count: int) -> float:
    """Allocations a second, each sealed as an entry; spans end as they do when outcomes are sent."""
    return max(_once(count) for _ in range(AGAIN))


def _once(count: int) -> float:
    log = SpeculativeLog(ledger_log(0), LedgerReplica.of(ledger_log(0)), lambda: datetime.now(UTC))
    before = [*market.founded(), *market.stocked(count), *market.devices(DEVICES)]
    log.take(map(ReceivedCommand.unproven, before), {})
    commands = list(map(ReceivedCommand.unproven, market.allocations(count, DEVICES)))
    begin = time.perf_counter()
    for at in range(0, count, 100):
        for span in log.take(commands[at : at + 100], {}).spans:
            span.end()
    return count / (time.perf_counter() - begin)


def _traced(count: int, endpoint: str, ratio: float) -> float:
    said = {"admin_port": 0, "otlp_endpoint": endpoint, "trace_ratio": ratio}
    tracing.begin("benchmark", tracing.WithTraces.model_validate(said))
    try:
        return _decisions(count)
    finally:
        tracing.end()


def _seconds_of_questions() -> float:
    begin = time.perf_counter()
    for _ in range(QUESTIONS):
        if tracing.is_on() or tracing.traceparent() or tracing.current() is not None:
            raise RuntimeError("traces are on")
    return (time.perf_counter() - begin) / QUESTIONS


@contextmanager
def _collector() -> Generator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002 - its name in the library

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
