"""Passkeys in PostgreSQL, and the challenge of each browser by the digest of its cookie."""

from datetime import datetime
from typing import Any

from portal.adapters.postgres.sessions import digest_of
from portal.application.passkeys import CHALLENGE_LIFE, Passkey
from runtime.postgres.trouble import transaction

_COLUMNS = "credential, account, public_key, sign_count, name, added, used"
_CHALLENGE = """
INSERT INTO passkey_challenges (cookie_digest, challenge, made) VALUES ($1, $2, $3)
    ON CONFLICT (cookie_digest) DO UPDATE SET challenge = excluded.challenge, made = excluded.made"""
_TAKE = "DELETE FROM passkey_challenges WHERE cookie_digest = $1 AND made > $2 RETURNING challenge"
_SWEEP = "DELETE FROM passkey_challenges WHERE made < $1"
_ADD = f"""
INSERT INTO passkeys ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT DO NOTHING RETURNING true"""  # noqa: S608 - constants
_FIND = f"""
SELECT {_COLUMNS} FROM passkeys
 WHERE credential = $1 AND account IN (SELECT account FROM accounts WHERE active)"""  # noqa: S608 - constants
_OF_ACCOUNT = f"SELECT {_COLUMNS} FROM passkeys WHERE account = $1 ORDER BY added LIMIT 100"  # noqa: S608 - constants
_USE = """
UPDATE passkeys SET sign_count = $3, used = $4 WHERE credential = $1 AND sign_count = $2 RETURNING true"""
_REMOVE = "DELETE FROM passkeys WHERE account = $1 AND credential = $2"


class PostgresPasskeys:
    """Implements KeptPasskeys."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def challenge(self, cookie: str, challenge: bytes, now: datetime) -> None:
        async with transaction(self._pool, "keep a challenge") as connection:
            await connection.execute(_SWEEP, now - CHALLENGE_LIFE)
            await connection.execute(_CHALLENGE, digest_of(cookie), challenge, now)

    async def take_challenge(self, cookie: str, since: datetime) -> bytes | None:
        async with transaction(self._pool, "take a challenge") as connection:
            challenge: bytes | None = await connection.fetchval(_TAKE, digest_of(cookie), since)
            return challenge

    async def add(self, passkey: Passkey) -> bool:
        async with transaction(self._pool, "add a passkey") as connection:
            values = passkey.credential, passkey.account, passkey.public_key, passkey.sign_count, passkey.name
            return bool(await connection.fetchval(_ADD, *values, passkey.added, passkey.used))

    async def find(self, credential: bytes) -> Passkey | None:
        async with transaction(self._pool, "find a passkey") as connection:
            row = await connection.fetchrow(_FIND, credential)
            return None if row is None else Passkey(*row)

    async def of_account(self, account: str) -> list[Passkey]:
        async with transaction(self._pool, "list passkeys") as connection:
            return [Passkey(*row) for row in await connection.fetch(_OF_ACCOUNT, account)]

    async def use(self, passkey: Passkey, sign_count: int, now: datetime) -> bool:
        async with transaction(self._pool, "use a passkey") as connection:
            values = passkey.credential, passkey.sign_count, sign_count, now
            return bool(await connection.fetchval(_USE, *values))

    async def remove(self, account: str, credential: bytes) -> None:
        async with transaction(self._pool, "remove a passkey") as connection:
            await connection.execute(_REMOVE, account, credential)
