"""Support cases in PostgreSQL, in a schema of their own: they follow from no entry, and no rebuild takes them away."""

from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from contracts.support.cases import CaseFacts
from ledger.application.support_cases import Delivery, PublicMessage, SupportCaseNotice, TakenOutcome
from runtime.postgres.trouble import transaction

# Of a revision that came twice the first one stays.
_KEEP = """
INSERT INTO support.cases (ledger, number, revision, kind, state, company, opened, changed, serial, product)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    ON CONFLICT (ledger, number) DO UPDATE
   SET revision = excluded.revision, kind = excluded.kind, state = excluded.state, company = excluded.company,
       opened = excluded.opened, changed = excluded.changed, serial = excluded.serial, product = excluded.product
 WHERE cases.revision < excluded.revision"""
_ERASE = """
DELETE FROM support.texts AS t USING support.cases AS c
 WHERE t.ledger = $1 AND t.number = $2 AND c.ledger = $1 AND c.number = $2 AND c.state = 'deleted'"""
_KNOWN = "SELECT revision, state FROM support.cases WHERE ledger = $1 AND number = $2"
_KEEP_TEXTS = """
INSERT INTO support.texts (ledger, number, revision, company, title, messages) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (ledger, number) DO UPDATE
   SET revision = excluded.revision, company = excluded.company, title = excluded.title, messages = excluded.messages
 WHERE texts.revision < excluded.revision
RETURNING revision"""
_FORGET = "DELETE FROM support.deliveries WHERE ledger = $1 AND until < $2"
_REMEMBER = """
INSERT INTO support.deliveries (ledger, id, sent, until) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
RETURNING id"""
_MESSAGES = TypeAdapter(tuple[PublicMessage, ...])


async def keep_facts(connection: Any, ledger: int, facts: CaseFacts) -> bool:
    """Keep the facts of a case unless its revision or a later one is known; whether anything changed."""
    said = facts.kind, facts.state, facts.company, facts.opened, facts.changed, facts.serial, facts.product
    done: str = await connection.execute(_KEEP, ledger, facts.number, facts.revision, *said)
    if facts.state == "deleted":
        await connection.execute(_ERASE, ledger, facts.number)
    return done == "INSERT 0 1"


class PostgresSupportCases:
    """Implements SupportCases."""

    def __init__(self, pool: Any, ledger: int) -> None:
        self._pool = pool
        self._ledger = ledger

    async def take(self, delivery: Delivery, notice: SupportCaseNotice, *, now: datetime) -> TakenOutcome:
        async with transaction(self._pool, "keep a support case") as connection:
            await connection.execute(_FORGET, self._ledger, now)
            if await connection.fetchval(_REMEMBER, self._ledger, *delivery) is None:
                return "replayed"
            is_new = await keep_facts(connection, self._ledger, notice)
            known = await connection.fetchrow(_KNOWN, self._ledger, notice.number)
            if known["revision"] > notice.revision:
                return "stale_revision"
            if known["state"] != "deleted":
                is_new |= await self._keep_texts(connection, notice)
            return "taken" if is_new else "repeated"

    async def _keep_texts(self, connection: Any, notice: SupportCaseNotice) -> bool:
        messages = _MESSAGES.dump_json(notice.messages).decode()
        who = self._ledger, notice.number, notice.revision, notice.company
        return await connection.fetchval(_KEEP_TEXTS, *who, notice.title, messages) is not None
