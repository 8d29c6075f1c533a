"""Letters that wait, in PostgreSQL: sealed, and each taken by one process at a time."""

import json
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from portal.adapters.factor_keys import FactorKeys
from portal.application.letters import LIFE, Letter, Message
from portal.application.outbox import Taken
from runtime.postgres.trouble import transaction
from runtime.settings import SettingsWrong

ID_BYTES = 16
# Also for a letter that does not go out, so that it is as much work.
_PUT = """
INSERT INTO outbox (letter, email, key_id, sealed, written, expires, next_try)
SELECT $1, $2, $3, $4, $5::timestamptz, $6, $5::timestamptz WHERE $7"""
_TAKE = """
UPDATE outbox SET attempts = attempts + 1, next_try = $2
 WHERE letter = ANY (ARRAY(
       SELECT letter FROM outbox WHERE next_try <= $1 AND expires > $1
        ORDER BY next_try LIMIT $3 FOR UPDATE SKIP LOCKED))
RETURNING letter, email, key_id, sealed, attempts"""
_FORGET = "DELETE FROM outbox WHERE letter = $1"
_PUT_OFF = "UPDATE outbox SET next_try = $2 WHERE letter = $1"
_SWEEP = "DELETE FROM outbox WHERE expires <= $1"
_WAITING = "SELECT count(*), min(written) FROM outbox"


async def put(connection: Any, keys: FactorKeys, letter: Letter, message: Message, now: datetime) -> None:
    """Let a letter wait, if it goes out at all, in the transaction that keeps its token."""
    letter_id = secrets.token_hex(ID_BYTES)
    key_id, sealed = keys.seal(_owner(letter_id, letter.email), json.dumps(message).encode())
    await connection.execute(_PUT, letter_id, letter.email, key_id, sealed, now, now + LIFE, letter.goes_out)


class PostgresOutbox:
    """Implements Outbox."""

    def __init__(self, pool: Any, keys: FactorKeys) -> None:
        self._pool = pool
        self._keys = keys

    async def take(self, now: datetime, *, until: datetime, most: int) -> Sequence[Taken]:
        async with transaction(self._pool, "take letters") as connection:
            rows = await connection.fetch(_TAKE, now, until, most)
        return [Taken(row["letter"], row["email"], self._message(row), row["attempts"]) for row in rows]

    async def forget(self, letter: str) -> None:
        async with transaction(self._pool, "forget a letter") as connection:
            await connection.execute(_FORGET, letter)

    async def put_off(self, letter: str, until: datetime) -> None:
        async with transaction(self._pool, "put a letter off") as connection:
            await connection.execute(_PUT_OFF, letter, until)

    async def sweep(self, now: datetime) -> int:
        async with transaction(self._pool, "sweep letters") as connection:
            done: str = await connection.execute(_SWEEP, now)
            return int(done.removeprefix("DELETE "))

    async def waiting(self) -> tuple[int, datetime | None]:
        async with transaction(self._pool, "count letters") as connection:
            count, oldest = await connection.fetchrow(_WAITING)
            return count, oldest

    def _message(self, row: Any) -> Message | None:
        try:
            owner = _owner(row["letter"], row["email"])
            return Message(*json.loads(self._keys.unseal(owner, row["key_id"], row["sealed"])))
        except SettingsWrong:
            return None


def _owner(letter: str, email: str) -> str:
    """What a sealed letter is bound to, its reader too; no account is called so."""
    return f"letter {letter} {email}"
