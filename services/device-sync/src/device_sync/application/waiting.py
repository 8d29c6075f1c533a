"""Wait, for a bounded time, for something that comes into the store."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from device_sync.application.ports import Store

Found = TypeVar("Found")


async def wait_until(store: Store, look: Callable[[], Found], seconds: float) -> Found:
    """Returns the first true value of `look`, or its value when the time is over."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    found = look()
    while not found and (left := deadline - loop.time()) > 0:
        await store.changed(left)
        found = look()
    return found
