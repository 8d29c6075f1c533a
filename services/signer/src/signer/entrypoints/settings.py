"""What the signer is told."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from runtime.settings import Settings


class SignerSettings(Settings):
    """Settings of `signer run`, each as LICENSING_<NAME>."""

    ledgers: Annotated[str, Field(pattern=r"^[0-9]{1,3}(,[0-9]{1,3})*$")] = "0"
    signer_keys_dir: Path
    signer_passphrase_file: Path
    device_ca_file: Path

    @property
    def ledger_numbers(self) -> tuple[int, ...]:
        """The ledgers to sign, each once."""
        return tuple(sorted({int(number) for number in self.ledgers.split(",")}))
