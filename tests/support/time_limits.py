"""A pytest plugin: the time limit of a test, which pytest-timeout counts, also ends one that runs an event loop.

pytest-timeout raises from a signal handler. A loop takes that for the failure of a callback, reports it and goes on,
so a test that awaits something in vain never ended, and neither did the run.
"""

import asyncio
import faulthandler
import functools
import inspect
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

HARD_LIMIT = 2
"""Where a test has not ended after this many times its limit, its process does, with a dump of all threads."""

_stderr = -1


def pytest_configure() -> None:
    global _stderr  # noqa: PLW0603 - while a test runs, the file descriptor 2 is what captures its output
    _stderr = os.dup((sys.__stderr__ or sys.stderr).fileno())


@pytest.hookimpl(tryfirst=True)
def pytest_timeout_set_timer(item: Any, settings: Any) -> bool | None:
    faulthandler.dump_traceback_later(settings.timeout * HARD_LIMIT, exit=True, file=_stderr)
    if not inspect.iscoroutinefunction(item.obj):
        return None  # the signal will do
    item.obj = _limited(item.obj, settings.timeout)
    return True


@pytest.hookimpl(tryfirst=True)
def pytest_timeout_cancel_timer() -> None:
    faulthandler.cancel_dump_traceback_later()


def _limited(test: Callable[..., Awaitable[None]], seconds: float) -> Callable[..., Awaitable[None]]:
    @functools.wraps(test)
    async def limited(*args: Any, **kwargs: Any) -> None:
        async with asyncio.timeout(seconds):
            await test(*args, **kwargs)

    return limited
