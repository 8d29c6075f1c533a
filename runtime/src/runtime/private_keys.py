"""Files with private keys: several in one file while they are rotated."""

from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from runtime.settings import SettingsWrong, read_secret

_PEM_END = b"-----END PRIVATE KEY-----"

Key = TypeVar("Key", Ed25519PrivateKey, X25519PrivateKey)


def read_private_keys(path: Path, kind: type[Key]) -> list[Key]:
    """The keys of a PEM file (PKCS #8) in its order, at least one; raises SettingsWrong or OSError."""
    name = kind.__name__.removesuffix("PrivateKey")
    try:
        keys = [load_pem_private_key(block + _PEM_END, password=None) for block in _blocks(path)]
    except ValueError as error:
        raise SettingsWrong(f"{path} has a private key that can't be read: {error}") from None
    found = [key for key in keys if isinstance(key, kind)]
    if not found or len(found) < len(keys):
        raise SettingsWrong(f"{path} has no {name} private keys, or others too")
    return found


def _blocks(path: Path) -> list[bytes]:
    return read_secret(path).split(_PEM_END)[:-1]
