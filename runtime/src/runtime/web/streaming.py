"""Responses that are made while they are sent."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from starlette.responses import StreamingResponse
from starlette.types import Send


async def streamed(pieces: AsyncGenerator[bytes], *, media_type: str, headers: dict[str, str]) -> StreamingResponse:
    """The response, once its first piece is there: until then a refusal is still a problem document."""
    first = await anext(pieces)
    return _Stream(first, pieces, media_type=media_type, headers=headers)


async def until(pieces: AsyncGenerator[bytes], *ends: asyncio.Event) -> AsyncGenerator[bytes]:
    """The pieces until they end, or at once when one of the events is set, however long the next one takes."""
    over = asyncio.create_task(_any(ends))
    try:
        async with aclosing(pieces):
            while (piece := await _next(pieces, over)) is not None:
                yield piece
    finally:
        over.cancel()


async def _next(pieces: AsyncGenerator[bytes], over: asyncio.Task[None]) -> bytes | None:
    """The next piece; None at the end, or once it is over."""
    step = asyncio.ensure_future(anext(pieces, None))
    try:
        await asyncio.wait((step, over), return_when=asyncio.FIRST_COMPLETED)
        return step.result() if step.done() else None
    finally:
        if not step.done():
            step.cancel()
            await asyncio.gather(step, return_exceptions=True)


async def _any(events: Sequence[asyncio.Event]) -> None:
    """Until one of them is set."""
    waits = [asyncio.create_task(one.wait()) for one in events]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waits:
            one.cancel()


class _Stream(StreamingResponse):
    """Closes what it streams, and so frees what that holds, also when the client disconnects, even before it begins."""

    def __init__(self, first: bytes, rest: AsyncGenerator[bytes], media_type: str, headers: dict[str, str]) -> None:
        self._rest, self._pieces = rest, _after(first, rest)
        super().__init__(self._pieces, media_type=media_type, headers=headers)

    async def stream_response(self, send: Send) -> None:
        async with aclosing(self._rest), aclosing(self._pieces):
            await super().stream_response(send)


async def _after(first: bytes, rest: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    yield first
    async for piece in rest:
        yield piece
