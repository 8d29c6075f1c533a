"""Settings of device-sync (LICENSING_* variables)."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator, model_validator
from pydantic_settings import NoDecode

from contracts.identifiers import LedgerNumber
from runtime.settings import Port, Settings
from runtime.tracing import WithTraces


class DeviceSyncSettings(WithTraces, Settings):
    """Settings of `device-sync`, each as LICENSING_<NAME>.

    The two authorities are the vendor's factory CA and the signer's generation CA; the store is a cache that may
    be deleted while the process is down. `license_keys_file` (PEM) has the public license keys by which documents are
    believed, more than one while a new key takes over. `served_ledgers` are numbers with commas between them, in the
    order in which a box is looked for in them; `claim_ledger` is the one of them whose claim codes boxes bring.
    `writer_key_file` has the writer's public key, for which commands are sealed.
    """

    admin_port: Port = 8082
    device_sync_host: str = "127.0.0.1"
    device_sync_port: Port = 8443
    tls_certificate_file: Path
    tls_key_file: Path
    device_ca_file: Path
    generation_ca_file: Path
    license_keys_file: Path
    store_file: Path
    served_ledgers: Annotated[tuple[LedgerNumber, ...], NoDecode, Field(min_length=1)] = (0,)
    writer_key_file: Path
    claim_ledger: LedgerNumber = 0
    outcome_seconds: Annotated[float, Field(ge=0.5, le=30)] = 8.0

    @field_validator("served_ledgers", mode="before")
    @classmethod
    def _numbers(cls, said: object) -> object:
        return said.split(",") if isinstance(said, str) else said

    @model_validator(mode="after")
    def _codes_are_of_a_served_ledger(self) -> "DeviceSyncSettings":
        if self.claim_ledger not in self.served_ledgers or len(set(self.served_ledgers)) < len(self.served_ledgers):
            raise ValueError("SERVED_LEDGERS names each ledger once, and CLAIM_LEDGER among them")
        return self
