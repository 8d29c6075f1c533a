"""Waiting for what other processes do."""

import time
from collections.abc import Callable

from tests.support.campaign import PATIENCE_SECONDS


def until(holds: Callable[[], bool]) -> None:
    """Return once it holds."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)
