"""Sessions, and passwords tried in vain, in PostgreSQL."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from portal.application.accounts import SESSION_IDLE, SESSION_LIFE, WAITING_LIFE, Account, ProviderSession, Session
from portal.domain.patience import WINDOW_SECONDS
from runtime.postgres.trouble import transaction

LOOK = timedelta(minutes=1)
"""How exactly the last use of a session is known; a page need not write each time."""
WINDOW = timedelta(seconds=WINDOW_SECONDS)
_COLUMNS = """
s.session, s.company, c.name AS company_name, s.company_kind, s.reached, s.opened, s.confirmed, s.used, s.browser,
a.account, a.email, a.name, a.language"""
_TABLES = "sessions AS s JOIN accounts AS a USING (account) LEFT JOIN companies AS c USING (company)"
_LIVE = """
a.active AND NOT s.waits_for_code
   AND s.used > $2::timestamptz - $3::interval AND s.opened > $2::timestamptz - $4::interval"""
_OPEN = """
INSERT INTO sessions (session, cookie_digest, account, browser, opened, confirmed, used, waits_for_code,
                      openid_issuer, openid_subject, openid_sid)
    VALUES ($1, $2, $3, $4, $5, $7, $5, $6, $8, $9, $10)"""
_FIND_WAITING = "SELECT account FROM sessions WHERE cookie_digest = $1 AND waits_for_code AND opened > $2"
_COMPLETE = """
UPDATE sessions SET cookie_digest = $2, waits_for_code = false WHERE cookie_digest = $1 AND waits_for_code"""
_FIND = f"SELECT {_COLUMNS} FROM {_TABLES} WHERE cookie_digest = $1 AND {_LIVE}"  # noqa: S608 - constants
_OF_ACCOUNT = f"""
SELECT {_COLUMNS} FROM {_TABLES}
 WHERE account = $1 AND {_LIVE} ORDER BY s.used DESC LIMIT 100"""  # noqa: S608 - constants
_USED = "UPDATE sessions SET used = $2 WHERE session = $1"
_CHOOSE = "UPDATE sessions SET company = $2, company_kind = $3 WHERE session = $1"
_REACH = "UPDATE sessions SET reached = greatest(reached, $2) WHERE session = $1"
_CONFIRM = "UPDATE sessions SET confirmed = $2 WHERE session = $1"
_END = "DELETE FROM sessions WHERE account = $1 AND session = $2"
_END_OTHERS = "DELETE FROM sessions WHERE account = $1 AND session <> $2"
_COUNT = """
SELECT count(*) FILTER (WHERE email_digest = $1) AS with_account, count(*) AS of_network
  FROM failures WHERE network = $2 AND tried > $3::timestamptz - $4::interval"""
_NOTE = "INSERT INTO failures (email_digest, network, tried) VALUES ($1, $2, $3)"
_FORGET = """
DELETE FROM failures WHERE ctid = (
    SELECT ctid FROM failures WHERE email_digest = $1 AND network = $2 AND tried = $3 LIMIT 1)"""
_SWEEP = "DELETE FROM failures WHERE tried < $1::timestamptz - $2::interval"


class PostgresSessions:
    """Implements Sessions."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def open(
        self,
        account: str,
        cookie: str,
        browser: str,
        now: datetime,
        *,
        waits: bool,
        confirmed: datetime,
        provider: ProviderSession | None = None,
    ) -> None:
        values = secrets.token_hex(8), digest_of(cookie), account, browser[:200], now, waits, confirmed
        there = (provider.issuer, provider.subject, provider.sid) if provider else (None, None, None)
        await self._do(_OPEN, *values, *there)

    async def find_waiting(self, cookie: str, now: datetime) -> str | None:
        async with transaction(self._pool, "find a session that waits") as connection:
            account: str | None = await connection.fetchval(_FIND_WAITING, digest_of(cookie), now - WAITING_LIFE)
            return account

    async def complete(self, cookie: str, fresh: str) -> None:
        await self._do(_COMPLETE, digest_of(cookie), digest_of(fresh))

    async def find(self, cookie: str, now: datetime) -> Session | None:
        async with transaction(self._pool, "find a session") as connection:
            session = await _find(connection, cookie, now)
            if session is not None and now - session.used > LOOK:
                await connection.execute(_USED, session.session, now)
            return session

    async def look(self, cookie: str, now: datetime) -> Session | None:
        async with transaction(self._pool, "look at a session") as connection:
            return await _find(connection, cookie, now)

    async def of_account(self, account: str, now: datetime) -> list[Session]:
        async with transaction(self._pool, "list sessions") as connection:
            rows = await connection.fetch(_OF_ACCOUNT, account, now, SESSION_IDLE, SESSION_LIFE)
            return [_session(row) for row in rows]

    async def choose(self, session: str, company: str, kind: str) -> None:
        await self._do(_CHOOSE, session, company, kind)

    async def reach(self, session: str, sequence: int) -> None:
        await self._do(_REACH, session, sequence)

    async def confirm(self, session: str, now: datetime) -> None:
        await self._do(_CONFIRM, session, now)

    async def end(self, account: str, session: str) -> None:
        await self._do(_END, account, session)

    async def end_others(self, account: str, session: str) -> None:
        await self._do(_END_OTHERS, account, session)

    async def _do(self, statement: str, *values: object) -> None:
        async with transaction(self._pool, "change a session") as connection:
            await connection.execute(statement, *values)


class PostgresFailures:
    """Implements Failures."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def count(self, email: str, network: str, now: datetime) -> tuple[int, int]:
        async with transaction(self._pool, "count failures") as connection:
            row = await connection.fetchrow(_COUNT, digest_of(email), network, now, WINDOW)
            return row["with_account"], row["of_network"]

    async def note(self, email: str, network: str, now: datetime) -> None:
        async with transaction(self._pool, "note a failure") as connection:
            await connection.execute(_NOTE, digest_of(email), network, now)
            await connection.execute(_SWEEP, now, WINDOW)

    async def forget(self, email: str, network: str, noted: datetime) -> None:
        async with transaction(self._pool, "forget a failure") as connection:
            await connection.execute(_FORGET, digest_of(email), network, noted)


async def _find(connection: Any, cookie: str, now: datetime) -> Session | None:
    row = await connection.fetchrow(_FIND, digest_of(cookie), now, SESSION_IDLE, SESSION_LIFE)
    return None if row is None else _session(row, cookie)


def _session(row: Any, cookie: str = "") -> Session:
    return Session(
        session=row["session"],
        account=Account(row["account"], row["email"], row["name"], row["language"]),
        company=row["company"],
        company_name=row["company_name"],
        company_kind=row["company_kind"],
        reached=row["reached"],
        opened=row["opened"],
        confirmed=row["confirmed"],
        used=row["used"],
        browser=row["browser"],
        cookie=cookie,
    )


def digest_of(secret: str) -> str:
    """What the tables have instead of a cookie, or of whom failures are counted for."""
    return hashlib.sha256(secret.encode()).hexdigest()
