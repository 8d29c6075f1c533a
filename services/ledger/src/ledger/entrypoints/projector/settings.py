"""Settings of ledger-projector (LICENSING_* variables)."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from runtime.projection import settings


class ProjectorSettings(settings.ProjectorSettings):
    """`ledgers` is how many there are: their numbers are 0 to `ledgers` - 1.

    `license_keys_file` (PEM) has the public license keys by which the signer's documents are believed. Balances are
    held against movements and totals every `compare_seconds`, which takes the database a second or two
    for a million movements.
    """

    ledgers: Annotated[int, Field(ge=1, le=100)] = 1
    license_keys_file: Path
    compare_seconds: Annotated[float, Field(ge=1, le=86_400)] = 900.0
