import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dev.stack import identity
from dev.stack.identity import Identity


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(("sleep", "60"), start_new_session=True) as process:
        yield process
        process.kill()


def identify(pid: int) -> Identity:
    found = identity.identify(pid)
    assert found is not None
    return found


def test_a_running_process_is_alive(child: subprocess.Popen[bytes]) -> None:
    assert identify(child.pid).is_alive()


def test_a_process_that_ended_is_not_alive_even_before_it_is_collected(child: subprocess.Popen[bytes]) -> None:
    known = identify(child.pid)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)

    assert not known.is_alive()
    assert identity.identify(child.pid) is None


def test_a_later_process_of_the_same_number_is_a_stranger(child: subprocess.Popen[bytes]) -> None:
    former = replace(identify(child.pid), started=1)

    assert not former.is_alive()
    assert former.session() == []


def test_a_process_of_another_boot_is_a_stranger(child: subprocess.Popen[bytes]) -> None:
    former = replace(identify(child.pid), boot="an earlier one")

    assert not former.is_alive()
    assert former.session() == []


def test_a_session_outlives_its_leader(tmp_path: Path) -> None:
    script = "import subprocess, sys; print(subprocess.Popen(['sleep', '60']).pid, flush=True); sys.stdin.read()"
    with subprocess.Popen(
        (sys.executable, "-c", script), stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as leader:
        assert leader.stdout is not None
        orphan = int(leader.stdout.readline())
        known = identify(leader.pid)
        leader.kill()
    try:
        assert known.session() == [orphan]
    finally:
        os.kill(orphan, 9)


def test_a_pid_file_says_what_was_written(tmp_path: Path) -> None:
    file = tmp_path / "kafka.json"
    identity.write(file, Identity(pid=7, started=8, boot="b"))

    assert identity.read(file) == Identity(pid=7, started=8, boot="b")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": 1}', '"text"'])
def test_a_torn_pid_file_names_no_process(tmp_path: Path, content: str) -> None:
    file = tmp_path / "kafka.json"
    file.write_text(content)

    assert identity.read(file) is None
