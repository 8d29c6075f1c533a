"""Accounts in PostgreSQL."""

from datetime import datetime
from typing import Any

from portal.adapters.postgres.sessions import digest_of
from portal.application.accounts import Account
from runtime.postgres.trouble import transaction

_ADD = """
INSERT INTO accounts (account, email, name, language, password_hash)
    SELECT $1, $2, $3, $4, $5 WHERE NOT EXISTS (SELECT FROM erased_accounts WHERE account = $1)
    ON CONFLICT DO NOTHING RETURNING true"""
_BY_EMAIL = "SELECT account, email, name, language, password_hash FROM accounts WHERE email = $1 AND active"
_NAMES = """
SELECT account, name FROM accounts WHERE account = ANY ($1)
UNION ALL SELECT account, '' FROM erased_accounts WHERE account = ANY ($1)"""
_COMPANY_NAMES = "SELECT company, name FROM companies WHERE company = ANY ($1)"
_COMPANIES_NAMED = """
SELECT company, name FROM companies
 WHERE position(lower($1) IN lower(name)) > 0
   AND ($3 = '' OR (lower(name), company) > (SELECT lower(name), company FROM companies WHERE company = $3))
 ORDER BY lower(name), company LIMIT $2"""
_NAME_COMPANY = """
INSERT INTO companies (company, name) VALUES ($1, $2) ON CONFLICT (company) DO UPDATE SET name = excluded.name"""
_SET_PASSWORD = "UPDATE accounts SET password_hash = $2 WHERE account = $1"  # noqa: S105 - SQL
_SET_ACTIVE = "UPDATE accounts SET active = $2 WHERE email = $1 RETURNING account"
_END_SESSIONS = "DELETE FROM sessions WHERE account = $1"
_END_API_TOKENS = """
UPDATE api_tokens SET ended = now(), ended_by = 'lock' WHERE account = $1 AND ended IS NULL AND expires > now()"""
_SET_LANGUAGE = "UPDATE accounts SET language = $2 WHERE account = $1"
_FIND = "SELECT account FROM accounts WHERE email = $1 FOR UPDATE"
_NOTE_ERASED = "INSERT INTO erased_accounts (account, erased) VALUES ($1, $2)"
_ERASE = (
    "DELETE FROM letters WHERE email = $1",
    "DELETE FROM outbox WHERE email = $1",
    "DELETE FROM openid_held WHERE email = $1",
    "DELETE FROM accounts WHERE email = $1",  # sessions, factors and API tokens go with it
)
_FORGET_FAILURES = "DELETE FROM failures WHERE email_digest = ANY ($1)"


class PostgresAccounts:
    """Implements Accounts."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def add(self, account: Account, password_hash: str) -> bool:
        async with transaction(self._pool, "add an account") as connection:
            values = account.account, account.email, account.name, account.language, password_hash
            return bool(await connection.fetchval(_ADD, *values))

    async def by_email(self, email: str) -> tuple[Account, str] | None:
        async with transaction(self._pool, "find an account") as connection:
            row = await connection.fetchrow(_BY_EMAIL, email)
            if row is None:
                return None
            return Account(row["account"], row["email"], row["name"], row["language"]), row["password_hash"]

    async def names(self, accounts: list[str]) -> dict[str, str]:
        async with transaction(self._pool, "name accounts") as connection:
            return {row[0]: row[1] for row in await connection.fetch(_NAMES, accounts)}

    async def company_names(self, companies: list[str]) -> dict[str, str]:
        async with transaction(self._pool, "name companies") as connection:
            return {row[0]: row[1] for row in await connection.fetch(_COMPANY_NAMES, companies)}

    async def companies_named(self, part: str, most: int, after: str = "") -> dict[str, str]:
        async with transaction(self._pool, "find companies") as connection:
            return {row[0]: row[1] for row in await connection.fetch(_COMPANIES_NAMED, part, most, after)}

    async def name_company(self, company: str, name: str) -> None:
        async with transaction(self._pool, "name a company") as connection:
            await connection.execute(_NAME_COMPANY, company, name)

    async def set_password(self, account: str, password_hash: str) -> None:
        async with transaction(self._pool, "set a password") as connection:
            await connection.execute(_SET_PASSWORD, account, password_hash)

    async def set_active(self, email: str, *, active: bool) -> bool:
        """Whether there is such an account. One that is locked has no session and no API token any more."""
        async with transaction(self._pool, "lock or unlock an account") as connection:
            account = await connection.fetchval(_SET_ACTIVE, email, active)
            if account is not None and not active:
                await connection.execute(_END_SESSIONS, account)
                await connection.execute(_END_API_TOKENS, account)
            return account is not None

    async def erase(self, email: str, now: datetime) -> str | None:
        async with transaction(self._pool, "erase an account") as connection:
            account: str | None = await connection.fetchval(_FIND, email)
            if account is None:
                return None
            for statement in _ERASE:
                await connection.execute(statement, email)
            counted = (email, f"letter {email}", f"code {account}", f"passkey {account}")
            await connection.execute(_FORGET_FAILURES, [digest_of(one) for one in counted])
            await connection.execute(_NOTE_ERASED, account, now)
            return account

    async def set_language(self, account: str, language: str) -> None:
        async with transaction(self._pool, "set a language") as connection:
            await connection.execute(_SET_LANGUAGE, account, language)
