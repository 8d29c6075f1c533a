"""A test that hangs in an event loop fails at its time limit, or ends its process."""

import subprocess
import sys
from pathlib import Path

import pytest

from dev.stack import places

AWAITS_IN_VAIN = """
async def test_that_awaits_in_vain():
    await asyncio.Event().wait()
"""
RUNS_A_LOOP_IN_VAIN = """
def test_that_runs_a_loop_in_vain():
    uvloop.run(asyncio.Event().wait())
"""
CANNOT_BE_CANCELLED = """
async def test_that_cannot_be_cancelled():
    while True:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
"""
IS_SLOW_TO_SET_UP = """
@pytest.fixture
async def never():
    await asyncio.Event().wait()

async def test_that_is_never_set_up(never):
    pass
"""


def run_of(test: str, folder: Path) -> subprocess.CompletedProcess[str]:
    head = "import asyncio, pytest, uvloop\nfrom contextlib import suppress\n"
    (folder / "test_hanging.py").write_text(f"{head}\n{test}\n\ndef test_that_is_next():\n    pass\n", encoding="utf-8")
    options = ("-q", "-p", "no:xdist", "-p", "no:cacheprovider", "-p", "tests.support.time_limits")
    settings = ("-c", str(places.ROOT / "pyproject.toml"), "-o", "timeout=1")
    argv = (sys.executable, "-m", "pytest", *options, *settings, str(folder))
    return subprocess.run(argv, cwd=places.ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_a_test_that_awaits_in_vain_fails_where_it_waits_and_the_next_one_runs(tmp_path: Path) -> None:
    run = run_of(AWAITS_IN_VAIN, tmp_path)
    assert "1 failed, 1 passed" in run.stdout, run.stdout + run.stderr
    assert "await asyncio.Event().wait()" in run.stdout
    assert "TimeoutError" in run.stdout


@pytest.mark.parametrize("test", [RUNS_A_LOOP_IN_VAIN, CANNOT_BE_CANCELLED, IS_SLOW_TO_SET_UP])
def test_a_test_that_no_exception_reaches_ends_its_process_and_says_where_it_hangs(tmp_path: Path, test: str) -> None:
    run = run_of(test, tmp_path)
    assert run.returncode == 1
    assert "Timeout (0:00:02)!" in run.stderr, run.stdout + run.stderr
    assert "passed" not in run.stdout
