"""Processes of ours that are killed and started again."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path


class Killed:
    """A process that is killed and started again by the same settings."""

    def __init__(self, program: str, settings: dict[str, str], log: Path) -> None:
        self._program = Path(sys.executable).with_name(program)
        self._settings = {"PATH": os.environ["PATH"]} | settings
        self._log = log
        self.kills = 0
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        with self._log.open("ab") as stderr:
            self._process = await asyncio.create_subprocess_exec(self._program, env=self._settings, stderr=stderr)

    async def end(self, by: signal.Signals = signal.SIGKILL) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(by)
            await self._process.wait()

    async def kill(self) -> None:
        self.kills += 1
        await self.end()
        await self.start()


@asynccontextmanager
async def running(*processes: Killed) -> AsyncGenerator[None]:
    await asyncio.gather(*(process.start() for process in processes))
    try:
        yield
    finally:
        await asyncio.gather(*(process.end() for process in processes))
