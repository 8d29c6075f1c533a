"""Bytes in a store that speaks S3."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import BinaryIO, TypeVar

from minio import Minio
from minio.error import MinioException, S3Error
from urllib3 import PoolManager, Timeout
from urllib3.exceptions import HTTPError
from urllib3.util import Retry

from runtime.blobs.port import PIECE_BYTES, BlobMissing
from runtime.trouble import Trouble

ATTEMPTS = 2
"""Further ones only keep the caller waiting; he asks again himself."""
SECONDS = 5.0
"""How long the store may take to accept a connection, and to answer."""
CONNECTIONS = 10
_MISSING = frozenset({"NoSuchKey", "NoSuchObject"})

T = TypeVar("T")


def s3_client(
    endpoint: str, access_key: str, secret_key: str, *, secure: bool, authorities: Path | None = None
) -> Minio:
    """A client of the store at `host:port`, whose certificate `authorities` (PEM) vouch for, or the system's."""
    http = PoolManager(
        maxsize=CONNECTIONS,
        timeout=Timeout(SECONDS),
        retries=Retry(ATTEMPTS - 1),
        ca_certs=str(authorities) if authorities else None,
    )
    return Minio(endpoint, access_key=access_key, secret_key=secret_key, secure=secure, http_client=http)


class S3Blobs:
    """Implements Blobs in a bucket that is there. The client waits in threads."""

    def __init__(self, client: Minio, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    async def put(self, name: str, file: BinaryIO, size: int) -> None:
        file.seek(0)
        await _in_thread(lambda: self._client.put_object(self._bucket, name, file, size))

    async def read(self, name: str) -> AsyncIterator[bytes]:
        response = await _in_thread(lambda: self._client.get_object(self._bucket, name))
        try:
            while piece := await _in_thread(lambda: response.read(PIECE_BYTES)):
                yield piece
        finally:
            response.close()
            response.release_conn()

    async def remove(self, name: str) -> None:
        await _in_thread(lambda: self._client.remove_object(self._bucket, name))


async def _in_thread(work: Callable[[], T]) -> T:
    try:
        return await asyncio.to_thread(work)
    except S3Error as error:
        if error.code in _MISSING:
            raise BlobMissing(str(error.code)) from None
        raise Trouble(f"the store of files says {error.code}") from error
    except (HTTPError, MinioException, OSError) as error:
        raise Trouble(f"the store of files is away ({type(error).__name__})") from error
