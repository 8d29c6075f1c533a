"""Bytes of attachments in PostgreSQL: enough for one machine."""

from collections.abc import AsyncIterator
from typing import Any, BinaryIO

from rma.application.blobs import PIECE_BYTES, BlobMissing
from runtime.postgres.trouble import transaction

_PUT = "INSERT INTO rma_private.blobs (name, part, bytes) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
_READ = "SELECT bytes FROM rma_private.blobs WHERE name = $1 AND part = $2"
_REMOVE = "DELETE FROM rma_private.blobs WHERE name = $1"


class PostgresBlobs:
    """Implements Blobs: a row for each piece."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def put(self, name: str, file: BinaryIO, size: int) -> None:  # noqa: ARG002
        file.seek(0)
        async with transaction(self._pool, "keep a file") as connection:
            for part, piece in enumerate(iter(lambda: file.read(PIECE_BYTES), b"")):
                await connection.execute(_PUT, name, part, piece)

    async def read(self, name: str) -> AsyncIterator[bytes]:
        part = 0
        while (piece := await self._piece(name, part)) is not None:
            yield piece
            part += 1
        if part == 0:
            raise BlobMissing(name)

    async def _piece(self, name: str, part: int) -> bytes | None:
        async with transaction(self._pool, "read a file") as connection:
            found: bytes | None = await connection.fetchval(_READ, name, part)
            return found

    async def remove(self, name: str) -> None:
        async with transaction(self._pool, "remove a file") as connection:
            await connection.execute(_REMOVE, name)
