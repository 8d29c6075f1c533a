"""API tokens in PostgreSQL, with the digests of their secrets."""

from datetime import datetime, timedelta
from typing import Any

from portal.application.api_tokens import KEPT
from portal.domain.api_tokens import MOST_TOKENS, ApiToken
from runtime.postgres.trouble import transaction

EXACT = timedelta(minutes=1)
"""How exactly the last use is known; a program need not write each time."""
MOST_PAST = 80
"""Of one account that no longer work: somebody who makes and ends them all day fills no table."""
_COLUMNS = "t.client_id, t.account, t.company, t.name, t.scopes, t.made, t.expires, t.used, t.ended"
_LOCK = "SELECT true FROM accounts WHERE account = $1 AND active FOR UPDATE"
_COUNT = "SELECT count(*) FROM api_tokens WHERE account = $1 AND ended IS NULL AND expires > $2"
_ADD = """
INSERT INTO api_tokens (client_id, secret_digest, account, company, name, scopes, made, expires)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"""
_TRIM = """
DELETE FROM api_tokens WHERE client_id IN (
    SELECT client_id FROM api_tokens WHERE account = $1 AND (ended IS NOT NULL OR expires <= $2)
     ORDER BY least(ended, expires) DESC OFFSET $3)"""
_SWEEP = "DELETE FROM api_tokens WHERE least(ended, expires) < $1"
_FIND = f"""
SELECT {_COLUMNS}, t.secret_digest FROM api_tokens AS t JOIN accounts AS a USING (account)
 WHERE t.client_id = $1 AND a.active"""  # noqa: S608 - constants
_OF_ACCOUNT = f"""
SELECT {_COLUMNS} FROM api_tokens AS t
 WHERE t.account = $1 AND least(t.ended, t.expires) >= $2 ORDER BY t.made DESC LIMIT 200"""  # noqa: S608 - constants
_NOTE_USE = "UPDATE api_tokens SET used = $2 WHERE client_id = $1 AND (used IS NULL OR used < $3) RETURNING true"
_END = """
UPDATE api_tokens SET ended = $3, ended_by = 'owner'
 WHERE account = $1 AND client_id = $2 AND ended IS NULL AND expires > $3 RETURNING true"""


class PostgresApiTokens:
    """Implements KeptApiTokens."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def add(self, token: ApiToken, secret_digest: str) -> bool:
        async with transaction(self._pool, "add an API token") as connection:
            if not await connection.fetchval(_LOCK, token.account):
                return False
            if await connection.fetchval(_COUNT, token.account, token.made) >= MOST_TOKENS:
                return False
            values = token.account, token.company, token.name, sorted(token.scopes), token.made, token.expires
            await connection.execute(_ADD, token.client_id, secret_digest, *values)
            await connection.execute(_TRIM, token.account, token.made, MOST_PAST)
            await connection.execute(_SWEEP, token.made - KEPT)
            return True

    async def find(self, client_id: str) -> tuple[ApiToken, str] | None:
        async with transaction(self._pool, "find an API token") as connection:
            row = await connection.fetchrow(_FIND, client_id)
            return None if row is None else (_token(row), row["secret_digest"])

    async def of_account(self, account: str, now: datetime) -> list[ApiToken]:
        async with transaction(self._pool, "list API tokens") as connection:
            return [_token(row) for row in await connection.fetch(_OF_ACCOUNT, account, now - KEPT)]

    async def note_use(self, client_id: str, now: datetime) -> None:
        async with transaction(self._pool, "note the use of an API token") as connection:
            if await connection.fetchval(_NOTE_USE, client_id, now, now - EXACT):
                await connection.execute(_SWEEP, now - KEPT)

    async def end(self, account: str, client_id: str, now: datetime) -> bool:
        async with transaction(self._pool, "end an API token") as connection:
            return bool(await connection.fetchval(_END, account, client_id, now))


def _token(row: Any) -> ApiToken:
    return ApiToken(
        client_id=row["client_id"],
        account=row["account"],
        company=row["company"],
        name=row["name"],
        scopes=frozenset(row["scopes"]),
        made=row["made"],
        expires=row["expires"],
        used=row["used"],
        ended=row["ended"],
    )
