"""Settings of rma-api (LICENSING_* variables)."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from contracts.identifiers import LedgerNumber
from runtime.postgres.settings import DatabaseSettings
from runtime.settings import Port


class ApiSettings(DatabaseSettings):
    """Settings of rma-api. Tokens are checked by `token_keys_file`, a JWKS; there is no switch to turn that off.

    `writer_key_file` has the public key of rma-writer, for which commands are sealed. `ship_to` is the vendor's address
    for broken devices as the slip shows it, its lines separated by `|`. Files lie in the bucket `s3_bucket` of the
    store at `s3_endpoint` (host:port), or in PostgreSQL where none is named.
    """

    ledger: LedgerNumber = 0
    api_host: str = "127.0.0.1"
    api_port: Port
    token_keys_file: Path
    token_issuer: Annotated[str, Field(min_length=1)]
    token_audience: Annotated[str, Field(min_length=1)] = "licensing-ledger-api"  # noqa: S105 - a name, no secret
    writer_key_file: Path
    ship_to: Annotated[str, Field(min_length=1, max_length=400)]
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
