"""A disk that a test makes full and wide again, while a broker or a database keeps its data on it."""

import os
import pwd
import shutil
import subprocess
from functools import cache
from pathlib import Path

from dev.stack.postgres import account
from dev.stack.process import Process, Program

START_SECONDS = 10.0
COMMAND_SECONDS = 10.0
WIDE_BYTES = 4 * 1024**3
"""Memory is taken only for what lies there."""
ATTEMPTS, GROWN_BYTES = 20, 64 * 1024
NAME = "small-disk"
_NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount", "--propagation", "private")
_MOUNT = 'mount -t tmpfs -o "size=$1,mode=0700" "$2" "$3" && exec sleep infinity'


@cache
def refusal() -> str | None:
    """Why this platform lets nobody mount a disk of their own, in one line, or None."""
    argv = (*_NAMESPACE, "mount", "-t", "tmpfs", NAME, "/mnt")
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=COMMAND_SECONDS)
    return None if done.returncode == 0 else f"no disk can be made full here: {done.stderr.strip()}"


class SmallDisk:
    """A filesystem in memory that is mounted in a namespace of its own, which needs no privilege of the account.

    Others reach it through /proc while the process that holds the namespace lives; it ends with that process, whatever
    becomes of the test.
    """

    def __init__(self, state: Path, *, name: str, data: Path, user: str | None = None) -> None:
        self._data = data
        self._place = data.with_name(f"{data.name}-disk")
        self._user = user
        self._group = None if user is None else pwd.getpwnam(user).pw_gid
        self._process = Process(name, state, stop_seconds=0)

    def mount(self) -> None:
        """Make it, empty and wide; the data folder, which must not be there yet, becomes a link to it."""
        self._place.mkdir(parents=True)
        if self._user is not None:
            shutil.chown(self._place, self._user)
        argv = (*_NAMESPACE, "sh", "-c", _MOUNT, "sh", str(WIDE_BYTES), NAME, str(self._place))
        self._process.spawn(Program(argv, user=self._user))
        self._process.wait_until(self._is_mounted, seconds=START_SECONDS, progress=print)
        self._data.symlink_to(self._inside())

    def unmount(self) -> None:
        """Let go of it and of what lies there."""
        self._process.kill()

    def fill(self) -> None:
        """Leave no room: it becomes as small as what lies on it, and a little wider where that grew meanwhile."""
        for attempt in range(ATTEMPTS):
            if self._resize(self._used_bytes() + attempt * GROWN_BYTES) == 0:
                return
        raise RuntimeError(f"{self._place} could not be made full")

    def narrow(self, free_share: float) -> None:
        """Leave this share of it free."""
        if self._resize(int(self._used_bytes() / (1 - free_share))) != 0:
            raise RuntimeError(f"{self._place} could not be made narrow")

    def widen(self) -> None:
        """What an operator does: give the volume more room."""
        if self._resize(WIDE_BYTES) != 0:
            raise RuntimeError(f"{self._place} could not be made wide")

    def _inside(self) -> Path:
        return Path(f"/proc/{self._process.pid}/root{self._place}")

    def _is_mounted(self) -> bool:
        return self._process.is_alive() and os.path.ismount(self._inside())

    def _used_bytes(self) -> int:
        seen = os.statvfs(self._inside())
        return (seen.f_blocks - seen.f_bfree) * seen.f_frsize

    def _resize(self, size: int) -> int:
        inside = ("nsenter", f"--target={self._process.pid}", "--user", "--mount", "--preserve-credentials")
        argv = (*inside, "mount", "-o", f"remount,size={size}", NAME, str(self._place))
        done = subprocess.run(
            argv, check=False, timeout=COMMAND_SECONDS, capture_output=True, user=self._user, group=self._group
        )
        return done.returncode


def for_the_broker(state: Path) -> SmallDisk:
    """Where the broker of a stack keeps its data."""
    return SmallDisk(state, name="kafka-disk", data=state / "kafka")


def for_the_database(state: Path) -> SmallDisk:
    """Where the database of a stack keeps its data; its account mounts it."""
    home = account.home(state / "postgres")
    return SmallDisk(state, name="postgres-disk", data=home / "data", user=account.account())


def of(state: Path) -> tuple[SmallDisk, ...]:
    """Both."""
    return for_the_broker(state), for_the_database(state)
