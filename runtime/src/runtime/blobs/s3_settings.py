"""The settings that say which store speaks S3."""

from pathlib import Path
from typing import TYPE_CHECKING, Self

from pydantic import model_validator

from runtime.settings import ProcessSettings, read_secret

if TYPE_CHECKING:
    from minio import Minio


class WithS3(ProcessSettings):
    """Settings of a process that may use the store at `s3_endpoint` (host:port).

    `s3_ca_file` has the authority of its certificate where that is none of the system's.
    """

    s3_endpoint: str | None = None
    s3_access_key: str = ""
    s3_secret_key_file: Path | None = None
    s3_secure: bool = True
    s3_ca_file: Path | None = None

    @model_validator(mode="after")
    def _endpoint_and_secret_go_together(self) -> Self:
        if (self.s3_endpoint is None) != (self.s3_secret_key_file is None):
            raise ValueError("S3_ENDPOINT and S3_SECRET_KEY_FILE are given both or not at all")
        return self

    def s3(self) -> "Minio | None":
        """A client of the store, or None where none is named. Raises SettingsWrong or OSError for its secret."""
        if self.s3_endpoint is None or self.s3_secret_key_file is None:
            return None
        from runtime.blobs.s3 import s3_client  # noqa: PLC0415 - a tenth of a second of imports, for who has a store

        secret = read_secret(self.s3_secret_key_file).decode()
        return s3_client(
            self.s3_endpoint, self.s3_access_key, secret, secure=self.s3_secure, authorities=self.s3_ca_file
        )
