"""Prometheus and promtool, as `dev/setup.sh` fetched them."""

import subprocess
from pathlib import Path

from dev.stack.error import StackError
from dev.stack.places import user_cache

CHECK_SECONDS = 240.0


def program(name: str) -> Path:
    """Where `prometheus` or `promtool` lies."""
    found = user_cache() / "prometheus" / name
    if not found.is_file():
        raise StackError("Prometheus is not there yet; run `make setup`.")
    return found


def promtool(*arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """What promtool says, run in the folder."""
    argv = (str(program("promtool")), *arguments)
    return subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False, timeout=CHECK_SECONDS)
