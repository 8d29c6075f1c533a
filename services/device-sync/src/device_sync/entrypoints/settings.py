"""Settings of device-sync (LICENSING_* variables)."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from contracts.identifiers import LedgerNumber
from runtime.settings import Port, Settings


class DeviceSyncSettings(Settings):
    """Settings of `device-sync`, each as LICENSING_<NAME>.

    The two authorities are the vendor's factory CA and the signer's generation CA; the store is a cache that may
    be deleted while the process is down. `claim_ledger` is the ledger whose claim codes boxes bring.
    `writer_key_file` has the writer's public key, for which commands are sealed.
    """

    admin_port: Port = 8082
    device_sync_host: str = "127.0.0.1"
    device_sync_port: Port = 8443
    tls_certificate_file: Path
    tls_key_file: Path
    device_ca_file: Path
    generation_ca_file: Path
    store_file: Path
    writer_key_file: Path
    claim_ledger: LedgerNumber = 0
    outcome_seconds: Annotated[float, Field(ge=0.5, le=30)] = 8.0
