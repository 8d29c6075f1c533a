"""Work that a response does not wait for, and the next request of its connection does not either."""

import asyncio
from collections.abc import Coroutine


class Later:
    """Work that goes on beside the requests. It handles its own errors; what raises nevertheless is a defect."""

    def __init__(self) -> None:
        self._at_work = set[asyncio.Task[None]]()

    def start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)

    async def end(self) -> None:
        """Wait for what was started."""
        await asyncio.gather(*self._at_work)
