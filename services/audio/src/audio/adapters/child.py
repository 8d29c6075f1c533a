"""A program that works on what a stranger sent: in a folder of its own, bounded, without network or new privileges."""

import asyncio
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from shutil import which
from subprocess import DEVNULL, PIPE, run

MAX_WORDS_BYTES = 256 * 1024
"""Of what a child says on a pipe, the last; the rest is read and dropped, so that it can't stall."""
_PIECE_BYTES = 64 * 1024
_SURROUNDINGS = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "1"}
"""ffmpeg reads each of several files in a thread, and an arena maps 64 MB for each."""
_WITHOUT_NETWORK = ("unshare", "--user", "--map-current-user", "--net")


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one child. ffmpeg alone maps 400 MB of libraries, hence the address space."""

    seconds: float = 120
    cpu_seconds: int = 90
    address_space_bytes: int = 1024 * 1024 * 1024
    file_bytes: int = 160 * 1024 * 1024
    open_files: int = 64


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended. A negative code is a signal."""

    code: int
    output: bytes
    errors: str


class ChildOverran(Exception):  # noqa: N818 - states the world
    """It took longer than it may, and was killed."""


async def run_child(command: Sequence[str], folder: Path, limits: Limits) -> Ended:
    """Run a program to its end in a folder; raises ChildOverran.

    When the caller is cancelled, or this process is killed, the program is killed too.
    """
    child = await asyncio.create_subprocess_exec(
        *_confined(command, limits),
        cwd=folder,
        env=_SURROUNDINGS | {"HOME": str(folder), "TMPDIR": str(folder)},
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(limits.seconds):
            output, errors, code = await asyncio.gather(_bounded(child.stdout), _bounded(child.stderr), child.wait())
    except TimeoutError:
        raise ChildOverran(f"{Path(command[0]).name} took longer than {limits.seconds} s") from None
    finally:
        await _end(child)
    return Ended(code, output, errors.decode("utf-8", "replace"))


def _confined(command: Sequence[str], limits: Limits) -> list[str]:
    return [
        "prlimit",
        f"--cpu={limits.cpu_seconds}",
        f"--as={limits.address_space_bytes}",
        f"--fsize={limits.file_bytes}",
        f"--nofile={limits.open_files}",
        "--core=0",
        *(_WITHOUT_NETWORK if can_cut_the_network() else ()),
        *("setpriv", "--no-new-privs", "--pdeathsig", "KILL", "--"),
        *command,
    ]


@lru_cache(maxsize=1)
def can_cut_the_network() -> bool:
    """Whether this platform gives a process namespaces of its own; containers often forbid it."""
    if which("unshare") is None:
        return False
    return run((*_WITHOUT_NETWORK, "true"), stdin=DEVNULL, capture_output=True, check=False).returncode == 0  # noqa: S603 - a constant


async def _bounded(pipe: asyncio.StreamReader | None) -> bytes:
    """The end of what comes, where a program says what it has found; the rest is dropped."""
    kept = bytearray()
    while pipe is not None and (piece := await pipe.read(_PIECE_BYTES)):
        kept += piece
        del kept[:-MAX_WORDS_BYTES]
    return bytes(kept)


async def _end(child: asyncio.subprocess.Process) -> None:
    """Kill it with all that it started, where it has not ended."""
    if child.returncode is None:
        os.killpg(child.pid, signal.SIGKILL)
        await child.wait()
