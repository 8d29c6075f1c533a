"""Second factors in PostgreSQL: secrets sealed, recovery codes by their digests."""

import hashlib
from typing import Any

from portal.adapters.factor_keys import FactorKeys
from portal.application.second_factors import Factor
from runtime.postgres.trouble import transaction

_FIND = "SELECT account, secret, key_id, last_step, is_on FROM second_factors WHERE account = $1"
_BEGIN = """
INSERT INTO second_factors (account, key_id, secret) VALUES ($1, $2, $3)
    ON CONFLICT (account) DO UPDATE SET key_id = excluded.key_id, secret = excluded.secret, last_step = 0
    WHERE NOT second_factors.is_on"""
_OTHERWISE_SEALED = """
SELECT account, key_id, secret FROM second_factors WHERE key_id IS DISTINCT FROM $1 LIMIT 1000 FOR UPDATE"""
_SEAL = "UPDATE second_factors SET key_id = $2, secret = $3 WHERE account = $1"
_TURN_ON = "UPDATE second_factors SET is_on = true, last_step = $2 WHERE account = $1"
_USE_STEP = """
UPDATE second_factors SET last_step = $2 WHERE account = $1 AND is_on AND last_step < $2 RETURNING true"""
_ADD_CODE = "INSERT INTO recovery_codes (account, code_digest) VALUES ($1, $2)"
_USE_CODE = "DELETE FROM recovery_codes WHERE account = $1 AND code_digest = $2 RETURNING true"
_FORGET_CODES = "DELETE FROM recovery_codes WHERE account = $1"
_HAS_CODES = "SELECT EXISTS (SELECT FROM recovery_codes WHERE account = $1)"
_TURN_OFF = "DELETE FROM second_factors WHERE account = $1"


class PostgresFactors:
    """Implements Factors."""

    def __init__(self, pool: Any, keys: FactorKeys) -> None:
        self._pool = pool
        self._keys = keys

    async def seal_all(self) -> int:
        """Seal with the newest key what lies readable, or is sealed with another one; how many there were."""
        sealed = 0
        while count := await self._seal_some():
            sealed += count
        return sealed

    async def _seal_some(self) -> int:
        async with transaction(self._pool, "seal second factors") as connection:
            rows = await connection.fetch(_OTHERWISE_SEALED, self._keys.newest)
            await connection.executemany(
                _SEAL, [(row["account"], *self._keys.seal(row["account"], self._secret(row))) for row in rows]
            )
            return len(rows)

    def _secret(self, row: Any) -> bytes:
        said: bytes = row["secret"]
        return said if row["key_id"] is None else self._keys.unseal(row["account"], row["key_id"], said)

    async def find(self, account: str) -> Factor | None:
        async with transaction(self._pool, "find a second factor") as connection:
            row = await connection.fetchrow(_FIND, account)
            return None if row is None else Factor(self._secret(row), row["last_step"], row["is_on"])

    async def begin(self, account: str, secret: bytes) -> None:
        async with transaction(self._pool, "begin a second factor") as connection:
            await connection.execute(_BEGIN, account, *self._keys.seal(account, secret))

    async def turn_on(self, account: str, step: int) -> None:
        async with transaction(self._pool, "turn a second factor on") as connection:
            await connection.execute(_TURN_ON, account, step)

    async def set_recovery_codes(self, account: str, codes: list[str]) -> None:
        async with transaction(self._pool, "set recovery codes") as connection:
            await connection.execute(_FORGET_CODES, account)
            await connection.executemany(_ADD_CODE, [(account, _digest(account, code)) for code in codes])

    async def has_recovery_codes(self, account: str) -> bool:
        async with transaction(self._pool, "look for recovery codes") as connection:
            return bool(await connection.fetchval(_HAS_CODES, account))

    async def use_step(self, account: str, step: int) -> bool:
        async with transaction(self._pool, "use a code") as connection:
            return bool(await connection.fetchval(_USE_STEP, account, step))

    async def use_recovery_code(self, account: str, code: str) -> bool:
        async with transaction(self._pool, "use a recovery code") as connection:
            return bool(await connection.fetchval(_USE_CODE, account, _digest(account, code)))

    async def turn_off(self, account: str) -> None:
        async with transaction(self._pool, "turn a second factor off") as connection:
            await connection.execute(_TURN_OFF, account)


def _digest(account: str, code: str) -> str:
    """A recovery code has 49 random bits, so that a digest does not need to be slow."""
    return hashlib.sha256(f"{account} {code}".encode()).hexdigest()
