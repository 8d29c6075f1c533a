"""Start and stop one process of ours, from its console script."""

import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

from dev.stack.ports import HOST
from dev.stack.process import Process, Program

START_SECONDS = 60.0
STOP_SECONDS = 30.0
ANSWER_SECONDS = 2.0

# The virtual environment's own folder: what runs is what this checkout installed.
SCRIPTS = Path(sys.prefix) / "bin"


# Asked for when it starts, not before: by then there is a database to name.
Settings = Callable[[], Mapping[str, str]]


class ServiceProcess:
    """A process that answers `/readyz` on its admin port."""

    def __init__(
        self, name: str, state: Path, *, settings: Settings, admin_port: int, address: str | None = None
    ) -> None:
        self.name = name
        self.address = address or f"http://{HOST}:{admin_port}"
        self._readiness = f"http://{HOST}:{admin_port}/readyz"
        self._settings = settings
        self.process = Process(name, state, stop_seconds=STOP_SECONDS)

    def is_ready(self) -> bool:
        return self.process.is_alive() and answers(self._readiness)

    def launch(self) -> None:
        self.process.spawn(Program((str(SCRIPTS / self.name),), self._settings()))

    def wait(self, progress: Callable[[str], None] = print) -> None:
        self.process.wait_until(self.is_ready, seconds=START_SECONDS, progress=progress)

    def start(self, progress: Callable[[str], None] = print) -> None:
        self.launch()
        self.wait(progress)

    def stop(self) -> None:
        self.process.stop()

    def kill(self) -> None:
        self.process.kill()


def answers(url: str) -> bool:
    """Whether a GET of it is answered with 200."""
    try:
        with urllib.request.urlopen(url, timeout=ANSWER_SECONDS) as answer:  # noqa: S310 - our own loopback address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
