"""Wait for changes of the read side, woken by NOTIFY."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from runtime.logs import get_logger
from runtime.postgres.pool import Address, connect
from runtime.postgres.trouble import database_trouble
from runtime.trouble import Trouble

LISTEN_AGAIN_SECONDS = 1.0
LOOK_AGAIN_SECONDS = 0.5
"""A waiter looks again that often, should a notification be lost with its connection."""

_log = get_logger("runtime.postgres")


class ChangeWaiter:
    """One LISTEN connection for all waiters of this process, on the channel on which a projector notifies."""

    def __init__(self, address: Address, channel: str) -> None:
        self._address = address
        self._channel = channel
        self._changed = asyncio.Event()
        self.trouble: str | None = "the database has not answered yet"

    async def until(self, holds: Callable[[], Awaitable[bool]], *, seconds: float) -> bool:
        """Whether `holds` came true in time; it is asked now and after every change of the read side."""
        deadline = asyncio.get_running_loop().time() + seconds
        while True:
            changed = self._changed
            if await holds():
                return True
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                return False
            with suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), min(left, LOOK_AGAIN_SECONDS))

    async def run(self) -> None:
        """Listen until cancelled; connect again when the connection is lost."""
        while True:
            try:
                await self._listen()
            except Trouble as trouble:
                if self.trouble is None:
                    _log.warning("listener_waits", reason=str(trouble))
                self.trouble = str(trouble)
            await asyncio.sleep(LISTEN_AGAIN_SECONDS)

    async def _listen(self) -> None:
        async with database_trouble("listen"):
            connection = await connect(self._address)
            lost = asyncio.Event()
            connection.add_termination_listener(lambda _: lost.set())
            try:
                await connection.add_listener(self._channel, self._notice)
                self.trouble = None
                await lost.wait()
            finally:
                connection.terminate()
        raise Trouble("the database closed the connection")

    def _notice(self, *_: Any) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
