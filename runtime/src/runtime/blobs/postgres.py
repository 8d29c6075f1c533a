"""Bytes in PostgreSQL: enough for one machine.

The table has the columns `name text, part integer, bytes bytea`, with name and part as its key.
"""

from collections.abc import AsyncIterator
from typing import Any, BinaryIO

from runtime.blobs.port import PIECE_BYTES, BlobMissing
from runtime.postgres.trouble import transaction

_PUT = "INSERT INTO {table} (name, part, bytes) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
_READ = "SELECT bytes FROM {table} WHERE name = $1 AND part = $2"
_REMOVE = "DELETE FROM {table} WHERE name = $1"


class PostgresBlobs:
    """Implements Blobs in `table`: a row for each piece."""

    def __init__(self, pool: Any, table: str) -> None:
        self._pool = pool
        self._put = _PUT.format(table=table)
        self._read = _READ.format(table=table)
        self._remove = _REMOVE.format(table=table)

    async def put(self, name: str, file: BinaryIO, size: int) -> None:  # noqa: ARG002
        file.seek(0)
        async with transaction(self._pool, "keep a file") as connection:
            for part, piece in enumerate(iter(lambda: file.read(PIECE_BYTES), b"")):
                await connection.execute(self._put, name, part, piece)

    async def read(self, name: str) -> AsyncIterator[bytes]:
        part = 0
        while (piece := await self._piece(name, part)) is not None:
            yield piece
            part += 1
        if part == 0:
            raise BlobMissing(name)

    async def _piece(self, name: str, part: int) -> bytes | None:
        async with transaction(self._pool, "read a file") as connection:
            found: bytes | None = await connection.fetchval(self._read, name, part)
            return found

    async def remove(self, name: str) -> None:
        async with transaction(self._pool, "remove a file") as connection:
            await connection.execute(self._remove, name)
