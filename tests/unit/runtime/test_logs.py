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
