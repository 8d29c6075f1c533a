"""Bounds of a child: each is reached here by a program that wants to break it."""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from audio.adapters.child import MAX_WORDS_BYTES, ChildOverran, Ended, Limits, can_cut_the_network, run_child

USUAL = Limits(seconds=20)


async def _python(code: str, folder: Path, limits: Limits = USUAL) -> Ended:
    return await run_child((sys.executable, "-I", "-S", "-c", code), folder, limits)


async def test_a_child_that_sleeps_is_killed_with_its_children(tmp_path: Path) -> None:
    code = "import os,time; open('pid','w').write(str(os.fork() or os.getpid())); time.sleep(60)"
    with pytest.raises(ChildOverran):
        await _python(code, tmp_path, replace(USUAL, seconds=1.5))
    assert await _is_gone(int((tmp_path / "pid").read_text()))


async def test_a_child_of_a_cancelled_conversion_is_killed(tmp_path: Path) -> None:
    code = "import os,time; open('pid','w').write(str(os.getpid())); time.sleep(60)"
    running = asyncio.create_task(_python(code, tmp_path))
    await _has_begun(tmp_path)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await _is_gone(int((tmp_path / "pid").read_text()))


async def test_a_child_of_a_worker_that_is_killed_is_killed_too(tmp_path: Path) -> None:
    sleeping = "import os,time; open('pid','w').write(str(os.getpid())); time.sleep(60)"
    command = (sys.executable, "-I", "-S", "-c", sleeping)
    code = (
        "import asyncio, pathlib\n"
        "from audio.adapters.child import Limits, run_child\n"
        f"asyncio.run(run_child({command!r}, pathlib.Path.cwd(), Limits(seconds=60)))\n"
    )
    worker = await asyncio.create_subprocess_exec(sys.executable, "-c", code, cwd=tmp_path)
    await _has_begun(tmp_path)
    worker.kill()
    await worker.wait()
    assert await _is_gone(int((tmp_path / "pid").read_text()))


async def _has_begun(folder: Path) -> None:
    """Wait until the child has written its number."""
    async with asyncio.timeout(20):
        while not (folder / "pid").exists() or not (folder / "pid").read_text():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def _is_gone(pid: int) -> bool:
    """Whether a process ends within two seconds; one that has ended and that nobody waited for is a zombie."""
    for _ in range(100):
        try:
            if "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text():  # noqa: ASYNC240
                return True
        except FileNotFoundError:
            return True
        await asyncio.sleep(0.02)
    return False


async def test_memory_is_bounded(tmp_path: Path) -> None:
    ended = await _python("bytearray(2**31)", tmp_path)
    assert "MemoryError" in ended.errors


async def test_computing_is_bounded(tmp_path: Path) -> None:
    ended = await _python("while True: pass", tmp_path, replace(USUAL, cpu_seconds=1))
    assert ended.code < 0


async def test_files_are_bounded(tmp_path: Path) -> None:
    await _python("open('big','wb').write(bytes(10**6))", tmp_path, replace(USUAL, file_bytes=1000))
    assert (tmp_path / "big").stat().st_size <= 1000


async def test_what_it_says_is_bounded_and_does_not_stall_it(tmp_path: Path) -> None:
    ended = await _python("import sys; sys.stdout.write('x' * 10**7)", tmp_path)
    assert (ended.code, len(ended.output)) == (0, MAX_WORDS_BYTES)


async def test_it_knows_nothing_of_our_environment(tmp_path: Path) -> None:
    ended = await _python("import os; print(sorted(os.environ))", tmp_path)
    assert ended.output.decode().strip() == "['HOME', 'LC_ALL', 'MALLOC_ARENA_MAX', 'PATH', 'TMPDIR']"


async def test_it_gets_no_new_privileges(tmp_path: Path) -> None:
    ended = await _python("print(open('/proc/self/status').read())", tmp_path)
    assert "NoNewPrivs:\t1" in ended.output.decode()


async def test_it_has_no_network_where_the_platform_gives_namespaces(tmp_path: Path) -> None:
    ended = await _python("print(open('/proc/net/dev').read())", tmp_path)
    interfaces = [line.split(":")[0].strip() for line in ended.output.decode().splitlines() if ":" in line]
    assert interfaces == ["lo"] or not can_cut_the_network()
