"""Tokens for the REST APIs, which the portal issues for whoever is signed in, and for their programs.

They live for a minute.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from runtime.private_keys import read_private_keys
from runtime.watched_file import WatchedFile

LIFE_SECONDS = 60
"""A token is made for one page, and one of an account that was locked stops within this time."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """`kid` is the thumbprint of the public key (RFC 7638): it needs no name that somebody has to choose."""

    private: Ed25519PrivateKey
    kid: str

    @classmethod
    def of(cls, private: Ed25519PrivateKey) -> "SigningKey":
        required = {name: _public(private)[name] for name in ("crv", "kty", "x")}
        digest = hashlib.sha256(json.dumps(required, separators=(",", ":")).encode()).digest()
        return cls(private, base64.urlsafe_b64encode(digest).rstrip(b"=").decode())

    def jwk(self, issuer: str) -> dict[str, str]:
        """The public part (RFC 7517, RFC 8037), bound to the issuer whose tokens it signs."""
        return {**_public(self.private), "kid": self.kid, "use": "sig", "alg": "EdDSA", "iss": issuer}


class TokenIssuer:
    """Signs with the first key of a file, and publishes all of them.

    The file is read again when it changes. So a key is rotated without a gap: the new one is published behind the old
    one first, then signs in front of it, and the old one is taken out once its last token has expired.
    """

    def __init__(self, key_file: Path, *, issuer: str, audience: str, clock: Callable[[], datetime]) -> None:
        self._keys = WatchedFile(
            key_file, read_signing_keys, name="signing_keys", shown=lambda keys: {"kids": [key.kid for key in keys]}
        )
        self._issuer, self._audience, self._clock = issuer, audience, clock

    def token(self, account: str, company: str) -> str:
        """A token for an account that acts for a company, with all rights that it has there."""
        return self._signed(account, company, {})

    def token_for_program(self, account: str, company: str, *, client_id: str, scopes: frozenset[str]) -> str:
        """A token for a program of that account, bounded by scopes (RFC 9068, section 2.2), of which it has some."""
        if not scopes:
            raise ValueError("a token without scopes has all rights of the account")
        return self._signed(account, company, {"client_id": client_id, "scope": " ".join(sorted(scopes))})

    def _signed(self, account: str, company: str, more: Mapping[str, str]) -> str:
        now = int(self._clock().timestamp())
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "iat": now,
            "exp": now + LIFE_SECONDS,
            "sub": account,
            "company": company,
            "jti": secrets.token_hex(16),
            **more,
        }
        key = self._keys.content()[0]
        return jwt.encode(claims, key.private, algorithm="EdDSA", headers={"kid": key.kid})

    def jwks(self) -> Mapping[str, list[dict[str, str]]]:
        """The public keys as a JWK Set."""
        return {"keys": [key.jwk(self._issuer) for key in self._keys.content()]}


def read_signing_keys(path: Path) -> tuple[SigningKey, ...]:
    """Raises SettingsWrong or OSError."""
    kind = Ed25519PrivateKey
    keys = read_private_keys(path, kind)  # type: ignore[type-abstract]  # nobody makes one
    return tuple(map(SigningKey.of, keys))


def _public(private: Ed25519PrivateKey) -> dict[str, str]:
    return dict(OKPAlgorithm.to_jwk(private.public_key(), as_dict=True))
