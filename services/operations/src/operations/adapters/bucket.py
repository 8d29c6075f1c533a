"""A backup in a bucket of a store that speaks S3."""

from io import BytesIO
from typing import TYPE_CHECKING

from operations.application.ports import MAX_BYTES, file_too_large
from runtime.blobs.port import BlobMissing

if TYPE_CHECKING:
    from runtime.blobs.s3 import S3Blobs


class Bucket:
    """Implements Store below a prefix of a bucket that is there: S3 puts an object whole, in place of an older one.

    Nothing keeps two runs apart. They leave a backup that is whole whatever their order is, since each run names in
    its manifest what it wrote and removes only what it found named before.
    """

    def __init__(self, objects: "S3Blobs", prefix: str) -> None:
        self._objects = objects
        self._prefix = f"{prefix}/" if prefix else ""

    async def read(self, name: str) -> bytes | None:
        content = bytearray()
        try:
            async for piece in self._objects.read(self._prefix + name):
                content += piece
                if len(content) > MAX_BYTES:
                    raise file_too_large(self._prefix + name)
        except BlobMissing:
            return None
        return bytes(content)

    async def write(self, name: str, content: bytes) -> None:
        await self._objects.put(self._prefix + name, BytesIO(content), len(content))

    async def remove(self, name: str) -> None:
        await self._objects.remove(self._prefix + name)
