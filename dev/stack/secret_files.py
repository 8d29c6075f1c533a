"""Files that only their owner reads."""

import os
import secrets
from pathlib import Path

SECRET_BYTES = 32


def make(file: Path) -> None:
    """Put a new secret into the file, unless it is there."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w") as out:
        out.write(secrets.token_hex(SECRET_BYTES) + "\n")


def write(file: Path, text: str) -> None:
    """Replace what the file holds."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
