"""Tokens of letters in PostgreSQL, by their digests."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from portal.adapters.factor_keys import FactorKeys
from portal.adapters.postgres.outbox import put
from portal.application.letters import Kind, Letter, Message
from runtime.postgres.trouble import transaction

KEPT = timedelta(days=1)
_ADD = "INSERT INTO letters (token_digest, kind, email, sent) VALUES ($1, $2, $3, $4)"
_EMAIL_OF = "SELECT email FROM letters WHERE token_digest = $1 AND kind = $2 AND sent > $3 AND NOT used"
_USE = "UPDATE letters SET used = true WHERE token_digest = $1 AND NOT used RETURNING true"
_SWEEP = "DELETE FROM letters WHERE sent < $1"


class PostgresTokens:
    """Implements Tokens."""

    def __init__(self, pool: Any, keys: FactorKeys) -> None:
        self._pool = pool
        self._keys = keys

    async def add(self, letter: Letter, message: Message, now: datetime) -> None:
        async with transaction(self._pool, "keep a letter") as connection:
            await connection.execute(_ADD, _digest(letter.token), letter.kind, letter.email, now)
            await put(connection, self._keys, letter, message, now)
            await connection.execute(_SWEEP, now - KEPT)

    async def email_of(self, token: str, kind: Kind, since: datetime) -> str | None:
        async with transaction(self._pool, "find a letter") as connection:
            email: str | None = await connection.fetchval(_EMAIL_OF, _digest(token), kind, since)
            return email

    async def use(self, token: str) -> bool:
        async with transaction(self._pool, "use a letter") as connection:
            return bool(await connection.fetchval(_USE, _digest(token)))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
