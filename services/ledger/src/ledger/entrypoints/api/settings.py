"""Settings of ledger-api (LICENSING_* variables)."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from contracts.identifiers import LedgerNumber
from runtime.accesses import WithAccessLog
from runtime.postgres.settings import DatabaseSettings, WithReplica
from runtime.settings import Port
from runtime.tracing import WithTraces


class ApiSettings(WithTraces, WithAccessLog, WithReplica, DatabaseSettings):
    """Settings of ledger-api. Tokens are checked by `token_keys_file`, a JWKS; there is no switch to turn that off.

    `device_ca_file` (PEM) has the vendor's authorities of factory certificates, `generation_ca_file` the signer's of
    later generations: a return document's certificate is checked by them. `license_keys_file` (PEM) has the public
    license keys by which a document is believed before it is handed out. `activation_key_secret_file` has at least 32
    bytes that no other service knows. `support_webhook_keys_file` has the keys of the help desk's webhook, one a line
    as `whsec_` and base64, two while they are rotated. Exports read from the replica at `database_replica_url`, where
    it is set and as far as the primary. `writer_key_file` has the writer's public key, for which commands are sealed.
    """

    ledger: LedgerNumber = 0
    api_host: str = "127.0.0.1"
    api_port: Port
    token_keys_file: Path
    token_issuer: Annotated[str, Field(min_length=1)]
    token_audience: Annotated[str, Field(min_length=1)] = "licensing-ledger-api"  # noqa: S105 - a name, no secret
    activation_key_secret_file: Path
    support_webhook_keys_file: Path
    device_ca_file: Path
    generation_ca_file: Path
    license_keys_file: Path
    writer_key_file: Path
