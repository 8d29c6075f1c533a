"""Responses that are made while they are sent."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.responses import StreamingResponse
from starlette.types import Send


async def streamed(pieces: AsyncGenerator[bytes], *, media_type: str, headers: dict[str, str]) -> StreamingResponse:
    """The response, once its first piece is there: until then a refusal is still a problem document."""
    first = await anext(pieces)
    return _Stream(_after(first, pieces), media_type=media_type, headers=headers)


class _Stream(StreamingResponse):
    """Closes what it streams, and so frees what that holds, also when the client disconnects in the middle."""

    def __init__(self, pieces: AsyncGenerator[bytes], media_type: str, headers: dict[str, str]) -> None:
        super().__init__(pieces, media_type=media_type, headers=headers)
        self._pieces = pieces

    async def stream_response(self, send: Send) -> None:
        async with aclosing(self._pieces):
            await super().stream_response(send)


async def _after(first: bytes, rest: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    async with aclosing(rest):
        yield first
        async for piece in rest:
            yield piece
