import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dev.stack import identity, places
from dev.stack.cli import Stack
from dev.stack.ports import Ports, is_free
from dev.stack.process import Process, Program

LISTENER = "import socket, time; held = socket.create_server(('127.0.0.1', {port})); time.sleep(60)"


@pytest.fixture
def stack(state: Path, request: pytest.FixtureRequest) -> Iterator[Stack]:
    stack = Stack(state / request.node.name, say=lambda _line: None)
    yield stack
    stack.clean()


def state_of(stack: Stack, name: str) -> str:
    return next(part["state"] for part in stack.status() if part["name"] == name)


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def known(stack: Stack, name: str) -> identity.Identity:
    found = identity.read(stack.state / "run" / f"{name}.json")
    assert found is not None
    return found


def test_nothing_runs_before_up_and_after_down(stack: Stack) -> None:
    assert {part["state"] for part in stack.status()} == {"stopped"}

    stack.up(["postgres"])
    started = known(stack, "postgres")
    assert state_of(stack, "postgres") == "ready"

    stack.down()
    assert state_of(stack, "postgres") == "stopped"
    assert not started.is_alive()


def test_up_leaves_alone_what_is_ready(stack: Stack) -> None:
    stack.up(["postgres"])
    started = known(stack, "postgres")
    stack.up(["postgres"])

    assert known(stack, "postgres") == started


def test_a_killed_part_is_shown_as_crashed_and_up_starts_it_again(stack: Stack) -> None:
    stack.up(["postgres"])
    address = [part["address"] for part in stack.status()]
    os.kill(known(stack, "postgres").pid, signal.SIGKILL)
    eventually(lambda: state_of(stack, "postgres") == "crashed")

    stack.up(["postgres"])
    assert state_of(stack, "postgres") == "ready"
    assert [part["address"] for part in stack.status()] == address


def test_a_part_takes_another_port_when_somebody_took_its_own(stack: Stack) -> None:
    stack.status()
    port = Ports(stack.state / "ports.json").port("postgres")
    stranger = Process("stranger", stack.state, stop_seconds=1)
    stranger.spawn(Program((sys.executable, "-c", LISTENER.format(port=port))))
    eventually(lambda: not is_free(port))

    stack.up(["postgres"])

    assert state_of(stack, "postgres") == "ready"
    assert Ports(stack.state / "ports.json").port("postgres") != port
    stranger.kill()


def test_what_a_killed_test_session_started_ends_with_it(state: Path) -> None:
    folder = state / "guarded"
    script = (
        "import os, pathlib, sys; from dev.stack.guard import Guard; from dev.stack.process import Process, Program\n"
        "state = pathlib.Path(sys.argv[1]); Guard(state).__enter__()\n"
        "Process('part', state, stop_seconds=1).spawn(Program(('sleep', '60')))\n"
        "print('started', flush=True); os.kill(os.getpid(), 9)"
    )
    session = subprocess.Popen((sys.executable, "-c", script, folder), cwd=places.ROOT, stdout=subprocess.PIPE)
    with session:
        assert session.stdout is not None
        assert session.stdout.readline() == b"started\n"

    eventually(lambda: not folder.exists())
