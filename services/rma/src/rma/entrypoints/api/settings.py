"""Settings of rma-api (LICENSING_* variables)."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from contracts.identifiers import LedgerNumber
from runtime.accesses import WithAccessLog
from runtime.blobs.settings import BlobSettings
from runtime.settings import Port
from runtime.tracing import WithTraces


class ApiSettings(WithTraces, WithAccessLog, BlobSettings):
    """Settings of rma-api. Tokens are checked by `token_keys_file`, a JWKS; there is no switch to turn that off.

    `writer_key_file` has the public key of rma-writer, for which commands are sealed. `ship_to` is the vendor's address
    for broken devices as the slip shows it, its lines separated by `|`.
    """

    ledger: LedgerNumber = 0
    api_host: str = "127.0.0.1"
    api_port: Port
    token_keys_file: Path
    token_issuer: Annotated[str, Field(min_length=1)]
    token_audience: Annotated[str, Field(min_length=1)] = "licensing-ledger-api"  # noqa: S105 - a name, no secret
    writer_key_file: Path
    ship_to: Annotated[str, Field(min_length=1, max_length=400)]
