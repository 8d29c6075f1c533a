"""Runs an empty handler in a process of its own."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from benchmarks import machine
from benchmarks.lab import STOP_SECONDS, Lab
from dev.stack import places
from dev.stack.ports import HOST

POLLS, POLL_SECONDS = 200, 0.05


@asynccontextmanager
async def empty_handler(lab: Lab, framework: str, *, core: int | None = None) -> AsyncGenerator[int]:
    """Yields the port on which it listens."""
    port = lab.kit.ports.port(f"empty-{framework}")
    argv = (
        *machine.pinned(core),
        sys.executable,
        "-m",
        "benchmarks.empty_handlers",
        framework,
        str(port),
        str(lab.kit.state),
    )
    process = subprocess.Popen(argv, cwd=places.ROOT)  # noqa: ASYNC220 - it returns at once
    try:
        await _until_it_listens(port)
        yield port
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, STOP_SECONDS)


async def _until_it_listens(port: int) -> None:
    for _ in range(POLLS):
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        await asyncio.sleep(POLL_SECONDS)
    raise TimeoutError(f"nobody listens on port {port}")
