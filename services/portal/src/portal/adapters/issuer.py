"""Tokens for the REST APIs, which the portal issues for whoever is signed in: they live for minutes."""

import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import jwt

from runtime.settings import read_secret

LIFE_SECONDS = 120
"""A token is made for one page."""


class TokenIssuer:
    """Signs with one Ed25519 key, whose public part the services have in their JWKS under `kid`."""

    def __init__(self, key_file: Path, *, kid: str, issuer: str, audience: str, clock: Callable[[], datetime]) -> None:
        self._key = read_secret(key_file)
        self._kid, self._issuer, self._audience, self._clock = kid, issuer, audience, clock

    def token(self, account: str, company: str) -> str:
        """A token for an account that acts for a company."""
        now = int(self._clock().timestamp())
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "iat": now,
            "exp": now + LIFE_SECONDS,
            "sub": account,
            "company": company,
            "jti": secrets.token_hex(16),
        }
        return jwt.encode(claims, self._key, algorithm="EdDSA", headers={"kid": self._kid})
