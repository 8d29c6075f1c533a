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
    """The body as it comes; what ends it before its end is the last piece: a client that has gone, or is too slow.

    `slow` is the reason that a slow client gets.
    """
    stream, clock, left = request.stream(), asyncio.get_running_loop().time, WAITED_SECONDS
    while True:
        began = clock()
        try:
            async with asyncio.timeout(min(PIECE_SECONDS, left)):
                piece = await anext(stream)
        except StopAsyncIteration:
            return
        except ClientDisconnect:
            yield Refused("request_malformed", "The body ended before its end.")
            return
        except TimeoutError:
            yield Refused("request_too_slow", slow)
            return
        left += len(piece) / bytes_per_second - (clock() - began)
        yield piece
