import json
import subprocess
import sys
from pathlib import Path

from contracts.log.envelope import GENESIS
from runtime.logs import ids_in
from tests.support.eventlog.hall import HALL_ENTRIES, SeatReserved
from tests.support.eventlog.memory import NOON


def test_every_line_is_a_json_object_also_those_of_libraries() -> None:
    code = (
        "import logging; from runtime import logs; logs.configure('example', 'info');"
        "logs.get_logger('mine').info('started', port=1); logs.get_logger('mine').debug('hidden');"
        "logging.getLogger('aiokafka').warning('gone %s', 'away')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    ours, theirs = (json.loads(line) for line in done.stderr.splitlines())

    assert (ours["event"], ours["port"], ours["origin"], ours["service"]) == ("started", 1, "mine", "example")
    assert (theirs["event"], theirs["level"], theirs["origin"]) == ("gone away", "warning", "aiokafka")


def test_lines_about_an_entry_name_its_ids_also_while_traces_are_off() -> None:
    code = """
from runtime import logs
logs.configure('example', 'info')
log, trace = logs.get_logger('mine'), '4bf92f3577b34da6a3ce929d0e0e4736'
with logs.about(correlation_id='inc-7', traceparent=f'00-{trace}-00f067aa0ba902b7-01'):
    log.info('within')
with logs.about(correlation_id='inc-8', traceparent=None):
    log.info('without a trace')
log.info('after')
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    said = [json.loads(line) for line in done.stderr.splitlines()]

    assert [(line["event"], line.get("correlation_id"), line.get("trace_id")) for line in said] == [
        ("within", "inc-7", "4bf92f3577b34da6a3ce929d0e0e4736"),
        ("without a trace", "inc-8", None),
        ("after", None, None),
    ]


def test_the_ids_of_a_record_are_those_of_its_envelope() -> None:
    known, folder = {"correlation_id": "evening", "trace_id": "a" * 32}, Path(__file__).parents[3] / "schemas/golden"
    entry = HALL_ENTRIES.encode(
        SeatReserved(seat=3),
        source="/halls/0",
        sequence=1,
        prev=GENESIS,
        at=NOON,
        command_id="a" * 64,
        command_hash="a" * 64,
        actor="operator:ann",
        correlation_id="evening",
        traceparent=f"00-{'a' * 32}-{'b' * 16}-01",
    )

    assert ids_in(entry) == known
    assert all("correlation_id" in ids_in(one.read_bytes()) for one in folder.glob("*.v1.json"))
    for nothing in (None, b"", b"{}", b'{"traceparent":"00-00"}', b"\xff" * 100):
        assert ids_in(nothing) == {}


def test_a_traceback_never_shows_the_values_of_variables() -> None:
    code = """
from runtime import logs
logs.configure('example', 'info')
def fail(secret):
    raise ValueError('no')
try:
    fail(b'hunter' + b'2')
except ValueError as error:
    logs.get_logger('mine').error('defect', exc_info=error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "ValueError" in done.stderr
    assert "hunter2" not in done.stderr


def test_what_a_kafka_client_repeats_is_said_once_in_a_while_with_how_often_it_was_not() -> None:
    code = """
import logging, time
from runtime import logs
logs.REPEAT_SECONDS = 0.3
logs.configure('example')
kafka = logging.getLogger('aiokafka.conn')
for number in range(50):
    kafka.warning('node %s is away', number)
    kafka.warning(f'request {number} failed')
kafka.error('node %s is away', 1)
logging.getLogger('aiokafka.cluster').warning('node %s is away', 1)
for _ in range(2):
    logging.getLogger('asyncio').warning('repeated')
time.sleep(0.3)
kafka.warning('node %s is away', 99)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    said = [json.loads(line) for line in done.stderr.splitlines()]

    assert [(line["origin"], line["level"], line["event"], line.get("suppressed")) for line in said] == [
        ("aiokafka.conn", "warning", "node 0 is away", None),
        ("aiokafka.conn", "warning", "request 0 failed", None),
        ("aiokafka.conn", "error", "node 1 is away", None),
        ("aiokafka.cluster", "warning", "node 1 is away", None),
        ("asyncio", "warning", "repeated", None),
        ("asyncio", "warning", "repeated", None),
        ("aiokafka.conn", "warning", "node 99 is away", 49),
    ]
