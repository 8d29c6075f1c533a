"""End what a test session started, also when the session itself is killed."""

import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from dev.stack import identity, places
from dev.stack.process import Process

# The guard's own end is a few kills and the removal of a folder.
END_SECONDS = 60.0


class Guard:
    """While it is entered, a second process waits for this one to end, in whatever way, and then cleans `state` up."""

    def __init__(self, state: Path) -> None:
        self._state = state

    def __enter__(self) -> Self:
        argv = (sys.executable, "-m", "dev.stack.guard", str(self._state))
        self._watcher = subprocess.Popen(argv, cwd=places.ROOT, stdin=subprocess.PIPE, start_new_session=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._watcher.communicate(timeout=END_SECONDS)


def end_all(state: Path) -> None:
    """Kill every process that has a pid file anywhere under `state`, then remove it."""
    for pid_file in state.rglob("run/*.json"):
        if identity.read(pid_file) is not None:
            Process(pid_file.stem, pid_file.parent.parent, stop_seconds=0).kill()
    places.remove(state)


def main() -> None:
    sys.stdin.read()  # returns when the last one who could write, the guarded process, is gone
    end_all(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
