import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dev.stack.error import StackError
from dev.stack.process import Process, Program

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
)
FERTILE = """
import os, time
print("begun", flush=True)
for _ in range(400):
    if os.fork() == 0:
        break
time.sleep(60)
"""
STARTER = """
import sys
from pathlib import Path
from dev.stack.process import Process, Program

Process("part", Path(sys.argv[1]), stop_seconds=1).spawn(Program(("sleep", "60")))
"""
SLEEP = Program(("sleep", "60"))


def silent(_line: str) -> None:
    return


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    process = Process("part", tmp_path, stop_seconds=0.3)
    yield process
    process.kill()


def pid_of(process: Process) -> int:
    assert process.pid is not None
    return process.pid


def test_a_started_process_is_found_again_by_its_state_folder(process: Process, tmp_path: Path) -> None:
    process.spawn(SLEEP)

    assert Process("part", tmp_path, stop_seconds=1).is_alive()


def test_it_outlives_whoever_started_it_without_a_warning(process: Process, tmp_path: Path) -> None:
    done = subprocess.run(
        (sys.executable, "-W", "error", "-c", STARTER, str(tmp_path)), capture_output=True, text=True, check=True
    )

    assert (done.stderr, process.is_alive()) == ("", True)


def test_what_a_part_writes_is_for_its_owner_only(process: Process, tmp_path: Path) -> None:
    made = tmp_path / "made"
    process.spawn(Program(("sh", "-c", f"touch {made}; exec sleep 60")))
    process.wait_until(made.exists, seconds=5, progress=silent)

    assert [oct(stat.S_IMODE(file.stat().st_mode)) for file in (made, process.log)] == ["0o600", "0o600"]


def test_stopping_ends_it_and_forgets_it(process: Process) -> None:
    process.spawn(SLEEP)
    process.stop()

    assert not process.is_alive()
    assert not process.was_started()


def test_stopping_what_does_not_run_changes_nothing(process: Process) -> None:
    process.stop()
    process.stop()

    assert not process.was_started()


def test_a_process_that_ignores_the_request_is_killed_after_a_bounded_time(process: Process) -> None:
    process.spawn(Program((sys.executable, "-c", STUBBORN)))
    process.wait_until(lambda: "deaf" in process.log.read_text(), seconds=10, progress=silent)
    process.stop()

    assert not process.is_alive()


def test_a_process_is_killed_with_what_it_starts_meanwhile(process: Process) -> None:
    process.spawn(Program((sys.executable, "-c", FERTILE)))
    process.wait_until(lambda: "begun" in process.log.read_text(), seconds=10, progress=silent)
    process.kill()

    assert not process.was_started()


def test_a_crashed_process_was_started_and_is_not_alive(process: Process) -> None:
    process.spawn(SLEEP)
    os.kill(pid_of(process), signal.SIGKILL)
    os.waitpid(pid_of(process), 0)

    assert process.was_started()
    assert not process.is_alive()


def test_starting_again_ends_the_former_one(process: Process, tmp_path: Path) -> None:
    process.spawn(SLEEP)
    former = pid_of(process)
    process.spawn(SLEEP)

    assert pid_of(process) != former
    assert not _is_at_work(former)


def _is_at_work(pid: int) -> bool:
    """Whether it runs; one that has ended may still wait, as a zombie, for its parent to notice."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_process_that_ends_while_starting_is_trouble_with_the_end_of_its_log(process: Process) -> None:
    process.spawn(Program(("sh", "-c", "echo no such database; exit 3")))

    with pytest.raises(StackError, match="no such database"):
        process.wait_until(lambda: False, seconds=10, progress=silent)


def test_a_process_that_is_never_ready_is_trouble(process: Process) -> None:
    process.spawn(SLEEP)

    with pytest.raises(StackError, match="not ready after"):
        process.wait_until(lambda: False, seconds=0.1, progress=silent)


def test_a_program_that_is_not_there_is_trouble(process: Process) -> None:
    with pytest.raises(StackError, match="make setup"):
        process.spawn(Program(("/nowhere/ledger-writer",)))


def test_settings_of_the_caller_do_not_reach_the_process(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LICENSING_STRAY", "1")
    process.spawn(Program(("sh", "-c", "env; sleep 60"), {"LICENSING_OWN": "2"}))
    process.wait_until(lambda: "LICENSING_OWN=2" in process.log.read_text(), seconds=10, progress=silent)

    assert "LICENSING_STRAY" not in process.log.read_text()
