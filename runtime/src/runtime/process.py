"""A process: one main coroutine under uvloop that ends cleanly on SIGTERM, and loudly on a defect."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping
from typing import NoReturn, TypeVar

import uvloop

from runtime import tracing
from runtime.logs import get_logger
from runtime.settings import EXIT_BAD_SETTINGS, SettingsWrong

SHUTDOWN_SECONDS = 20.0
"""Kubernetes kills after 30 s by default; what is in flight is finished or dropped well before."""
CANCEL_SECONDS = 5.0
"""After cancelling, what still has not ended is stuck and is left behind."""
EXIT_DEFECT = 1

Result = TypeVar("Result")

_log = get_logger("runtime.process")


class Failed(Exception):  # noqa: N818 - states what a command has done
    """A command could not do what it was asked to; the message is for the person who asked."""


def run(main: Callable[[asyncio.Event], Coroutine[object, object, None]]) -> NoReturn:
    """Run `main(stop)` and exit: 0 when it ended after a signal or by itself, 1 on a defect or a stuck stop.

    A SettingsWrong that comes out of it is one sentence on stderr and the exit code 2, as from `settings.load`; a
    Failed is one sentence and 1.

    SIGTERM and SIGINT set `stop`; main then has SHUTDOWN_SECONDS to return before it is cancelled.
    """
    code = uvloop.run(_guarded(main))
    tracing.end()
    sys.exit(code)


async def supervise(
    stop: asyncio.Event, tasks: Mapping[str, Coroutine[object, object, None]], *, drain_seconds: float = 10.0
) -> None:
    """Run all tasks until `stop` is set; the first one that fails, or that ends before, ends all of them.

    After `stop` each task has `drain_seconds` to return by itself, then it is cancelled. A failure comes out
    as an ExceptionGroup.
    """
    async with asyncio.TaskGroup() as group:
        running = {group.create_task(_must_last(name, task, stop), name=name) for name, task in tasks.items()}
        waiting = group.create_task(stop.wait(), name="stop")
        await asyncio.wait({waiting})
        _, late = await asyncio.wait(running, timeout=drain_seconds) if running else (None, set[asyncio.Task[None]]())
        for task in late:
            _log.warning("task_did_not_drain", task=task.get_name(), drain_seconds=drain_seconds)
            task.cancel()


async def until_stopped(stop: asyncio.Event, work: Awaitable[Result]) -> Result | None:
    """Run `work` until `stop` is set, then cancel it: what it returned, or None. Its failure comes out."""
    task = asyncio.ensure_future(work)
    waiting = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
    return None if task.cancelled() else task.result()


async def _must_last(name: str, work: Coroutine[object, object, None], stop: asyncio.Event) -> None:
    await work
    if not stop.is_set():
        raise RuntimeError(f"the task {name} ended while the process was to go on")


async def _guarded(main: Callable[[asyncio.Event], Coroutine[object, object, None]]) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    task = asyncio.create_task(main(stop), name="main")
    waiting = asyncio.create_task(stop.wait(), name="stop")
    await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if not task.done():
        _log.info("process_stopping")
        done, _ = await asyncio.wait({task}, timeout=SHUTDOWN_SECONDS)
        if not done:
            _log.error("process_stop_too_slow", shutdown_seconds=SHUTDOWN_SECONDS)
    stuck = await _cancel_all()
    code = _verdict(task) if task.done() else EXIT_DEFECT
    if stuck:
        _log.error("process_tasks_stuck", tasks=sorted(one.get_name() for one in stuck))
        sys.stderr.flush()
        os._exit(code or EXIT_DEFECT)
    return code


async def _cancel_all() -> Collection[asyncio.Task[object]]:
    """End main, where it has not ended, and what it has left behind; what does not end would keep the loop as well."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    return (await asyncio.wait(left, timeout=CANCEL_SECONDS))[1] if left else ()


def _verdict(task: asyncio.Task[None]) -> int:
    if task.cancelled():
        return EXIT_DEFECT
    error = task.exception()
    if error is None:
        return 0
    if isinstance(error, SettingsWrong | Failed):
        print(error, file=sys.stderr)  # noqa: T201 - for the person who started it
        return EXIT_BAD_SETTINGS if isinstance(error, SettingsWrong) else EXIT_DEFECT
    _log.critical("process_defect", exc_info=error)
    return EXIT_DEFECT
