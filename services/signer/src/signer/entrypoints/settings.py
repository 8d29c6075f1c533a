"""Settings of `signer run` (LICENSING_* variables)."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from runtime.settings import Settings


class SignerSettings(Settings):
    """`ledgers` counts the ledgers: their numbers are 0 to `ledgers` - 1."""

    ledgers: Annotated[int, Field(ge=1, le=1000)] = 1
    signer_keys_dir: Path
    signer_passphrase_file: Path
    device_ca_file: Path
