"""One background process: started in its own session, known by a pid file, ended for certain."""

import atexit
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from dev.stack import identity
from dev.stack.error import StackError

POLL_SECONDS = 0.02

# After SIGKILL only the kernel is left to act.
KILL_SECONDS = 10.0

LOG_TAIL_LINES = 15

# What a part writes (data, caches, logs) is for the account that it runs as.
OWNER_ONLY = 0o077


@dataclass(frozen=True, slots=True)
class Program:
    """What to run. `user` is another account to run it as, which only root may ask for."""

    argv: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    user: str | None = None


# The children of this very process by number: whoever finds one through its pid file can also collect it.
_children: dict[int, subprocess.Popen[bytes]] = {}


@atexit.register
def _leave_children() -> None:
    """What runs in the background outlives whoever started it, which is no mistake that Python need warn of."""
    for child in _children.values():
        child.returncode = 0


class Process:
    """A program in the background; its pid and log files lie in `state`, where any later process finds it again."""

    def __init__(
        self, name: str, state: Path, *, stop_seconds: float, stop_signal: signal.Signals = signal.SIGTERM
    ) -> None:
        self.name = name
        self.log = state / "log" / f"{name}.log"
        self._pid_file = state / "run" / f"{name}.json"
        self.stop_seconds = stop_seconds
        self._stop_signal = stop_signal

    @property
    def pid(self) -> int | None:
        known = identity.read(self._pid_file)
        return known.pid if known else None

    def is_alive(self) -> bool:
        known = identity.read(self._pid_file)
        return known is not None and _runs(known)

    def was_started(self) -> bool:
        """Whether it was started and not stopped since; it may have crashed in between."""
        return self._pid_file.exists()

    def spawn(self, program: Program) -> None:
        """Start it; what an earlier start left behind is ended first."""
        self.kill()
        for file in (self.log, self._pid_file):
            file.parent.mkdir(parents=True, exist_ok=True)
        log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            child = self._popen(program, log)
        finally:
            os.close(log)
        started = identity.identify(child.pid)
        if started is None:
            child.wait()  # it has ended already, and whoever waits for readiness will say so
            return
        _children[child.pid] = child
        identity.write(self._pid_file, started)

    def _popen(self, program: Program, log: int) -> subprocess.Popen[bytes]:
        groups = None if program.user is None else os.getgrouplist(program.user, _primary_group(program.user))
        try:
            return subprocess.Popen(
                program.argv,
                env=_outer_environment() | dict(program.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                umask=OWNER_ONLY,
                user=program.user,
                group=None if program.user is None else _primary_group(program.user),
                extra_groups=groups,
            )
        except FileNotFoundError as missing:
            raise StackError(f"{self.name}: {missing.filename} is missing; run `make setup`.") from missing

    def wait_until(self, is_ready: Callable[[], bool], *, seconds: float, progress: Callable[[str], None]) -> None:
        """Wait for readiness, telling `progress` now and then; StackError when it ends or takes too long."""
        begin = time.monotonic()
        told = 5.0
        while not is_ready():
            waited = time.monotonic() - begin
            if not self.is_alive():
                raise StackError(f"{self.name} ended while it was starting.\n{self.log_tail()}")
            if waited > seconds:
                raise StackError(f"{self.name} was not ready after {seconds:.0f} s.\n{self.log_tail()}")
            if waited > told:
                progress(f"{self.name}: still starting, {waited:.0f} s")
                told += 5.0
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """Ask it to end, wait a bounded time, then kill what is left of its session. Idempotent."""
        known = identity.read(self._pid_file)
        if known is not None and _runs(known):
            os.kill(known.pid, self._stop_signal)
            _wait_while(lambda: _runs(known), self.stop_seconds)
        self.kill()

    def kill(self) -> None:
        """End it and its session at once, as a crash would. Idempotent."""
        known = identity.read(self._pid_file)
        if known is not None and not _wait_while(lambda: _kill_session(known) or _runs(known), KILL_SECONDS):
            raise StackError(f"{self.name} (pid {known.pid}) does not end, even killed.")
        self._pid_file.unlink(missing_ok=True)

    def log_tail(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join([f"The last lines of {self.log}:", *(f"  {line}" for line in lines[-LOG_TAIL_LINES:])])


def _runs(known: identity.Identity) -> bool:
    """Whether it runs; a child of ours that has ended is collected, so that nobody mistakes what is left of it."""
    child = _children.get(known.pid)
    if child is not None and child.poll() is not None:
        del _children[known.pid]
    return known.is_alive()


def _wait_while(remains: Callable[[], bool], seconds: float) -> bool:
    """Whether it went away in time."""
    deadline = time.monotonic() + seconds
    while remains():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def _outer_environment() -> dict[str, str]:
    """The caller's environment without settings of ours: a part gets exactly those that the stack gives it."""
    return {name: value for name, value in os.environ.items() if not name.startswith("LICENSING_")}


def _primary_group(user: str) -> int:
    return pwd.getpwnam(user).pw_gid


def _kill_session(known: identity.Identity) -> bool:
    """Kill what its session holds now; whether there was any. Who was just forked is found by the next look."""
    members = known.session()
    for pid in members:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return bool(members)
