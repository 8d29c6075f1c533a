"""The port: bytes by name."""

from collections.abc import AsyncIterator
from typing import BinaryIO, Protocol

PIECE_BYTES = 256 * 1024
"""How much of a file is read, kept or sent at once."""


class BlobMissing(Exception):  # noqa: N818 - states the world
    """There are no such bytes, or no more."""


class Blobs(Protocol):
    """A store of bytes by name. A name stands for the same bytes always. Raises Trouble while the store is away."""

    async def put(self, name: str, file: BinaryIO, size: int) -> None:
        """Keep a file from its beginning, durable when this returns; again is harmless."""
        ...

    def read(self, name: str) -> AsyncIterator[bytes]:
        """The bytes in pieces; raises BlobMissing before the first one."""
        ...

    async def remove(self, name: str) -> None:
        """Take the bytes away, for ever; again is harmless."""
        ...
