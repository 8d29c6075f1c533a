"""Identities of an OpenID Connect provider in PostgreSQL."""

from datetime import datetime
from typing import Any

from portal.adapters.postgres.sessions import digest_of
from portal.application.openid import HELD, LOGOUTS_KEPT, Ended, Held, Identity
from runtime.postgres.trouble import transaction

_ACCOUNT_OF = """
SELECT account, active FROM openid_identities JOIN accounts USING (account) WHERE issuer = $1 AND subject = $2"""
_LINK = """
INSERT INTO openid_identities (issuer, subject, account, email, linked) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (issuer, subject) DO UPDATE SET email = excluded.email
    WHERE openid_identities.account = excluded.account
RETURNING true"""
_UNLINK = "DELETE FROM openid_identities WHERE account = $1 AND subject = $2"
_OF_ACCOUNT = "SELECT issuer, subject, email FROM openid_identities WHERE account = $1 ORDER BY linked LIMIT 100"
_HOLD = """
INSERT INTO openid_held (cookie_digest, issuer, subject, email, name, wanted, held, account, sid)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (cookie_digest) DO UPDATE SET issuer = excluded.issuer, subject = excluded.subject,
    email = excluded.email, name = excluded.name, wanted = excluded.wanted, held = excluded.held,
    account = excluded.account, sid = excluded.sid"""
_HELD = (
    "SELECT issuer, subject, email, name, wanted, account, sid FROM openid_held WHERE cookie_digest = $1 AND held > $2"
)
_LET_GO = "DELETE FROM openid_held WHERE cookie_digest = $1"
_SWEEP = "DELETE FROM openid_held WHERE held < $1"
_NOTE_LOGOUT = (
    "INSERT INTO openid_logouts (issuer, jti_digest, taken) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING true"
)
_SWEEP_LOGOUTS = "DELETE FROM openid_logouts WHERE taken < $1"
_THAT_SESSION = """
{issuer} = $1 AND ($2 = '' OR {subject} = $2) AND ($3 = '' OR {sid} = $3 OR ({sid} = '' AND $2 <> ''))"""
"""Of a session whose id the provider did not name, the subject decides."""
_END = f"DELETE FROM sessions WHERE {_THAT_SESSION}".format(  # noqa: S608 - constants
    issuer="openid_issuer", subject="openid_subject", sid="openid_sid"
)
_END_HELD = f"DELETE FROM openid_held WHERE {_THAT_SESSION}".format(  # noqa: S608 - constants
    issuer="issuer", subject="subject", sid="sid"
)


class PostgresIdentities:
    """Implements Identities."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def account_of(self, issuer: str, subject: str) -> tuple[str, bool] | None:
        async with transaction(self._pool, "find an identity") as connection:
            row = await connection.fetchrow(_ACCOUNT_OF, issuer, subject)
            return None if row is None else (row["account"], row["active"])

    async def link(self, account: str, identity: Identity, now: datetime) -> bool:
        async with transaction(self._pool, "link an identity") as connection:
            values = identity.issuer, identity.subject, account, identity.email, now
            return bool(await connection.fetchval(_LINK, *values))

    async def unlink(self, account: str, subject: str) -> None:
        async with transaction(self._pool, "unlink an identity") as connection:
            await connection.execute(_UNLINK, account, subject)

    async def of_account(self, account: str) -> list[Identity]:
        async with transaction(self._pool, "list identities") as connection:
            rows = await connection.fetch(_OF_ACCOUNT, account)
            return [Identity(row["issuer"], row["subject"], row["email"], "") for row in rows]

    async def hold(self, cookie: str, held: Held, now: datetime) -> None:
        one = held.identity
        async with transaction(self._pool, "hold an identity") as connection:
            await connection.execute(_SWEEP, now - HELD)
            values = one.issuer, one.subject, one.email, one.name, held.wanted, now, held.account, one.sid
            await connection.execute(_HOLD, digest_of(cookie), *values)

    async def held(self, cookie: str, since: datetime) -> Held | None:
        async with transaction(self._pool, "find an identity that waits") as connection:
            row = await connection.fetchrow(_HELD, digest_of(cookie), since)
            if row is None:
                return None
            identity = Identity(row["issuer"], row["subject"], row["email"], row["name"], row["sid"])
            return Held(identity, row["wanted"], row["account"])

    async def let_go(self, cookie: str) -> None:
        async with transaction(self._pool, "let an identity go") as connection:
            await connection.execute(_LET_GO, digest_of(cookie))

    async def end_sessions(self, ended: Ended, now: datetime) -> bool:
        there = ended.session
        async with transaction(self._pool, "end sessions of the provider") as connection:
            await connection.execute(_SWEEP_LOGOUTS, now - LOGOUTS_KEPT)
            if not await connection.fetchval(_NOTE_LOGOUT, there.issuer, digest_of(ended.jti), now):
                return False
            for statement in (_END, _END_HELD):
                await connection.execute(statement, there.issuer, there.subject, there.sid)
            return True
