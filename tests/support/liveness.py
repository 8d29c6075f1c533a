"""Whether a process stays alive, as the kubelet asks: one that does not answer is restarted."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from tests.support.plain_http import plain_client

PAUSE_SECONDS = 0.05


@asynccontextmanager
async def asked_whether_it_lives(port: int) -> AsyncGenerator[None]:
    """All the time that the block takes; each answer was 200, and there was one."""
    answers, asking = Counter[int](), True

    async def ask() -> None:
        async with plain_client() as client:
            while asking:
                answers[(await client.get(f"http://127.0.0.1:{port}/livez")).status_code] += 1
                await asyncio.sleep(PAUSE_SECONDS)

    task = asyncio.create_task(ask())
    try:
        yield
    finally:
        asking = False
        await task
    assert answers.keys() == {200}
