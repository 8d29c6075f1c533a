import json
import subprocess
import sys


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
