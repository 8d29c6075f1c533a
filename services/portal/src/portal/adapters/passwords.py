"""Passwords as argon2id hashes, with the library's own parameters (RFC 9106)."""

import asyncio
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MOST_AT_ONCE = 4
"""Hashes at work at the same time: each takes 64 MiB."""


class Argon2Passwords:
    """Implements Passwords."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._nobodys = self._hasher.hash(secrets.token_urlsafe())
        self._slots = asyncio.Semaphore(MOST_AT_ONCE)

    async def hash(self, password: str) -> str:
        async with self._slots:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def fits(self, password: str, known: str | None) -> bool:
        async with self._slots:
            return await asyncio.to_thread(self._verify, password, known or self._nobodys)

    def _verify(self, password: str, known: str) -> bool:
        try:
            return self._hasher.verify(known, password)
        except (VerificationError, InvalidHashError):
            return False
