"""How a command proves who sends it, and its outcome who decided it (decision D19): two headers of a Kafka record.

A sender draws a key and seals it for the writer, with the access token that it acts on where it acts for an account
(HPKE, RFC 9180, base mode: X25519, HKDF-SHA256, AES-256-GCM). The command's record carries the sealed key and a MAC
under it (keyed BLAKE2b, RFC 7693), and its outcome's record carries one, too. What lies on a topic opens no door: only
the writer can open the seal, and a seal that is copied to another command does not make the MAC of that one.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

SEAL, MAC = "proof-seal", "proof-mac"
"""The headers: what HPKE makes of the key and the token, and 32 bytes. An outcome has the second one only."""
KEY_BYTES = 32
KEPT_KEYS = 10_000
MAX_TOKEN_BYTES = 4096
MAX_SEAL_BYTES = KEY_BYTES + MAX_TOKEN_BYTES + 48
"""HPKE adds the ephemeral public key of the sender and a tag. The writer keeps what it opens, so it is bounded."""
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_INFO = b"licensing/sender-proof/v1"

Headers = tuple[tuple[str, bytes], ...]


class SealBroken(ValueError):  # noqa: N818 - states the world
    """No key of this writer opens the seal, or what is in it is malformed."""


@dataclass(frozen=True, slots=True)
class SealedKey:
    """A key that a sender and the writer share, as the sender has it."""

    sealed: bytes
    key: bytes = field(repr=False)

    def prove(self, ledger: int, value: bytes) -> Headers:
        """The headers of a command's record with this value, on its way to this ledger."""
        return (SEAL, self.sealed), (MAC, command_mac(self.key, ledger, value))


@dataclass(frozen=True, slots=True)
class OpenedKey:
    """The same, as the writer has it; `token` is empty where the sender acts for no account."""

    key: bytes = field(repr=False)
    token: str = field(repr=False)


def seal(writer: X25519PublicKey, token: str = "") -> SealedKey:
    """A new key, sealed with the token that it stands for; raises ValueError for a token that is too long."""
    if len(token) > MAX_TOKEN_BYTES or not token.isascii():
        raise ValueError(f"a token has at most {MAX_TOKEN_BYTES} ASCII characters")
    key = secrets.token_bytes(KEY_BYTES)
    return SealedKey(_SUITE.encrypt(key + token.encode(), writer, _INFO), key)


def unseal(sealed: bytes, keys: Sequence[X25519PrivateKey]) -> OpenedKey:
    """What was sealed for one of these keys, the newest first while they are being changed; raises SealBroken."""
    if len(sealed) > MAX_SEAL_BYTES:
        raise SealBroken(f"it has {len(sealed)} bytes; a seal has at most {MAX_SEAL_BYTES}")
    for key in keys:
        try:
            content = _SUITE.decrypt(sealed, key, _INFO)
        except (InvalidTag, ValueError):
            continue
        if len(content) >= KEY_BYTES and content[KEY_BYTES:].isascii():
            return OpenedKey(content[:KEY_BYTES], content[KEY_BYTES:].decode("ascii"))
    raise SealBroken("the seal is not for this writer")


def command_mac(key: bytes, ledger: int, value: bytes) -> bytes:
    """Binds all that a command says, and the ledger that it says it to, to its sender."""
    return _mac(_of_command(key, ledger), value)


def outcome_mac(key: bytes, value: bytes) -> bytes:
    """Binds all that an outcome says to the writer that opened the seal."""
    return _mac(_of_outcome(key), value)


# Few keys, many records: a copy of what all MACs of a key begin with takes half the time.
@lru_cache(maxsize=KEPT_KEYS)
def _of_command(key: bytes, ledger: int) -> blake2b:
    return blake2b(b"licensing/command-mac/v1\n%d\n" % ledger, key=key, digest_size=32)


@lru_cache(maxsize=KEPT_KEYS)
def _of_outcome(key: bytes) -> blake2b:
    return blake2b(b"licensing/outcome-mac/v1\n", key=key, digest_size=32)


def _mac(begun: blake2b, value: bytes) -> bytes:
    mac = begun.copy()
    mac.update(value)
    return mac.digest()
