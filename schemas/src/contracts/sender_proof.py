"""How a command proves who sends it, and its outcome who decided it (decision D19).

A sender draws a key and seals it for the writer, with the access token that it acts on where it acts for an account
(HPKE, RFC 9180, base mode: X25519, HKDF-SHA256, AES-256-GCM). The command carries the sealed key and a MAC under it
(keyed BLAKE2b, RFC 7693), and its outcome carries one too. What lies on a topic opens no door: only the writer can
open the seal, and a seal that is copied to another command does not make the MAC of that one.
"""

import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Annotated

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from pydantic import Field

from contracts.identifiers import Sha256
from contracts.models import WireModel

KEY_BYTES = 32
MAX_TOKEN_BYTES = 4096
SEAL_BYTES = 48
"""What HPKE adds: the sender's ephemeral public key and the tag."""
MAX_SEALED_CHARACTERS = -(-(SEAL_BYTES + KEY_BYTES + MAX_TOKEN_BYTES) // 3) * 4
MAX_PROOF_BYTES = MAX_SEALED_CHARACTERS + 200
"""What a proof adds to a command on its way, at most."""
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_INFO = b"licensing/sender-proof/v1"

Sealed = Annotated[str, Field(max_length=MAX_SEALED_CHARACTERS, pattern=r"^[A-Za-z0-9+/]+={0,2}$")]


class SealBroken(ValueError):  # noqa: N818 - states the world
    """No key of this writer opens the seal, or what is in it is malformed."""


class SenderProof(WireModel):
    """The sealed key of a sender, and the MAC under it of the command that carries this."""

    sealed: Sealed
    mac: Sha256


@dataclass(frozen=True, slots=True)
class SealedKey:
    """A key that a sender and the writer share, as the sender has it."""

    sealed: str
    key: bytes = field(repr=False)


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
    return SealedKey(b64encode(_SUITE.encrypt(key + token.encode(), writer, _INFO)).decode(), key)


def unseal(sealed: str, keys: Sequence[X25519PrivateKey]) -> OpenedKey:
    """What was sealed for one of these keys, the newest first while they are being changed; raises SealBroken."""
    try:
        raw = b64decode(sealed, validate=True)
    except ValueError:
        raise SealBroken("the seal is no base64") from None
    for key in keys:
        try:
            content = _SUITE.decrypt(raw, key, _INFO)
        except (InvalidTag, ValueError):
            continue
        if len(content) >= KEY_BYTES and content[KEY_BYTES:].isascii():
            return OpenedKey(content[:KEY_BYTES], content[KEY_BYTES:].decode("ascii"))
    raise SealBroken("the seal is not for this writer")


def command_mac(key: bytes, *, ledger: int, command_id: str, fingerprint: str, reply_to: str) -> str:
    """Binds a command to its sender: what is asked, of which ledger, under which id, and where the outcome goes."""
    said = f"licensing/command-mac/v1\n{ledger}\n{command_id}\n{fingerprint}\n{reply_to}"
    return _mac(key, said)


def outcome_mac(key: bytes, said: str) -> str:
    """Binds an outcome to the writer that opened the seal; `said` is all that the outcome says."""
    return _mac(key, f"licensing/outcome-mac/v1\n{said}")


def _mac(key: bytes, said: str) -> str:
    return blake2b(said.encode(), key=key, digest_size=32).hexdigest()


def same_mac(one: str, other: str) -> bool:
    """Whether both are the same, in constant time."""
    return hmac.compare_digest(one, other)
