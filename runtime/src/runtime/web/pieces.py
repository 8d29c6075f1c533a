"""The body of a long request, piece by piece, for as long as its client does not stall."""

import asyncio
from collections.abc import AsyncGenerator

from fastapi import Request
from starlette.requests import ClientDisconnect

from runtime.web.problems import Refused

PIECE_SECONDS = 10.0
"""How long the next piece of the body may take."""
WAITED_SECONDS = 30.0
"""How long all waits of one body may take; each second's worth of bytes adds a second."""
BYTES_PER_SECOND = 16 * 1024
"""Below this rate the client of a file counts as stalled."""


async def pieces(
    request: Request, *, slow: str, bytes_per_second: int = BYTES_PER_SECOND
) -> AsyncGenerator[bytes | Refused]:
    """The body as it comes; a client that has gone ends it, and one that is too slow gets `slow` as the reason."""
    stream, clock, left = request.stream(), asyncio.get_running_loop().time, WAITED_SECONDS
    while True:
        began = clock()
        try:
            async with asyncio.timeout(min(PIECE_SECONDS, left)):
                piece = await anext(stream)
        except (StopAsyncIteration, ClientDisconnect):
            return
        except TimeoutError:
            yield Refused("request_too_slow", slow)
            return
        left += len(piece) / bytes_per_second - (clock() - began)
        yield piece
