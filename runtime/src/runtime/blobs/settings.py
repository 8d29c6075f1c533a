"""The settings that say where bytes lie."""

from typing import Any, Self

from pydantic import model_validator

from runtime.blobs.port import Blobs
from runtime.blobs.postgres import PostgresBlobs
from runtime.blobs.s3_settings import WithS3
from runtime.postgres.settings import DatabaseSettings


class BlobSettings(WithS3, DatabaseSettings):
    """Bytes lie in the bucket `s3_bucket` of the store at `s3_endpoint`, or in PostgreSQL without one."""

    s3_bucket: str | None = None

    @model_validator(mode="after")
    def _names_a_whole_store(self) -> Self:
        if (self.s3_endpoint is None) != (self.s3_bucket is None):
            raise ValueError("S3_ENDPOINT and S3_BUCKET are given both or not at all")
        return self

    def blobs(self, pool: Any, table: str) -> Blobs:
        """The store that is named, or else the table."""
        client = self.s3()
        if client is None or self.s3_bucket is None:
            return PostgresBlobs(pool, table)
        from runtime.blobs.s3 import S3Blobs  # noqa: PLC0415 - as in `s3_settings`

        return S3Blobs(client, self.s3_bucket)
