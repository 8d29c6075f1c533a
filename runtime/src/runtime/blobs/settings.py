"""The settings that say where bytes lie."""

from pathlib import Path
from typing import Any, Self

from pydantic import model_validator

from runtime.blobs.port import Blobs
from runtime.blobs.postgres import PostgresBlobs
from runtime.blobs.s3 import S3Blobs, s3_client
from runtime.postgres.settings import DatabaseSettings
from runtime.settings import read_secret


class BlobSettings(DatabaseSettings):
    """Bytes lie in the bucket `s3_bucket` of the store at `s3_endpoint` (host:port), or in PostgreSQL without one."""

    s3_endpoint: str | None = None
    s3_bucket: str | None = None
    s3_access_key: str = ""
    s3_secret_key_file: Path | None = None
    s3_secure: bool = True

    @model_validator(mode="after")
    def _names_a_whole_store(self) -> Self:
        named = (self.s3_endpoint, self.s3_bucket, self.s3_secret_key_file)
        if any(named) and not all(named):
            raise ValueError("s3_endpoint, s3_bucket and s3_secret_key_file name one store: all of them or none")
        return self

    def blobs(self, pool: Any, table: str) -> Blobs:
        """The store that is named, or else the table."""
        if self.s3_endpoint is None or self.s3_bucket is None or self.s3_secret_key_file is None:
            return PostgresBlobs(pool, table)
        secret = read_secret(self.s3_secret_key_file).decode()
        client = s3_client(self.s3_endpoint, self.s3_access_key, secret, secure=self.s3_secure)
        return S3Blobs(client, self.s3_bucket)
