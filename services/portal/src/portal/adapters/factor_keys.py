"""The keys under which secrets of second factors lie in the database: AES-256-GCM, several while they are rotated."""

import hashlib
import secrets
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from runtime.settings import SettingsWrong, read_secret
from runtime.watched_file import WatchedFile

KEY_BYTES = 32
NONCE_BYTES = 12
_ID_DIGITS = 16


class FactorKeys:
    """Seals with the first key of a file, and opens with any of them. The file has one key a line, in hex.

    A sealed secret is bound to its owner, an account or a letter: in the row of another one it does not open.
    """

    def __init__(self, key_file: Path) -> None:
        self._file = WatchedFile(key_file, read_keys, name="second_factor_keys", shown=lambda keys: {"ids": [*keys]})

    @property
    def newest(self) -> str:
        """The id of the key that seals."""
        return next(iter(self._file.content()))

    def seal(self, owner: str, secret: bytes) -> tuple[str, bytes]:
        """The id of the key, and what only that key opens."""
        key_id, nonce = self.newest, secrets.token_bytes(NONCE_BYTES)
        return key_id, nonce + self._file.content()[key_id].encrypt(nonce, secret, _bound_to(owner))

    def unseal(self, owner: str, key_id: str, sealed: bytes) -> bytes:
        """The secret; raises SettingsWrong where its key is missing, or the row was tampered with."""
        key = self._file.content().get(key_id)
        if key is None:
            raise SettingsWrong(f"the secret of {owner} is sealed with the key {key_id}, which the file of keys lacks")
        try:
            return key.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _bound_to(owner))
        except InvalidTag:
            raise SettingsWrong(f"the secret of {owner} does not open with its key {key_id}") from None


def read_keys(path: Path) -> Mapping[str, AESGCM]:
    """The keys by their ids, in the order of the file; raises SettingsWrong or OSError."""
    try:
        keys = [bytes.fromhex(line) for line in read_secret(path).decode("ascii").split()]
    except ValueError as error:
        raise SettingsWrong(f"{path} has a line that is no key in hex: {type(error).__name__}") from None
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise SettingsWrong(f"{path} has a key that is not {KEY_BYTES} bytes long")
    return {hashlib.sha256(b"licensing factor key\0" + key).hexdigest()[:_ID_DIGITS]: AESGCM(key) for key in keys}


def _bound_to(owner: str) -> bytes:
    return b"licensing second factor\0" + owner.encode()
