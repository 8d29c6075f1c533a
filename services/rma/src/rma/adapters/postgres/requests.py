"""Requests in PostgreSQL, in the schema that no rebuild touches."""

import json
from typing import Any

from rma.application.personal_data import LOST_AFTER, OtherRequestKept, Said
from rma.application.queries.views import RequestView
from runtime.postgres.trouble import statement, transaction

# Who comes second gets what is kept, and waits for the first one to have kept it.
_KEEP = """
INSERT INTO rma_private.requests (ledger, command_id, said) VALUES ($1, $2, $3)
    ON CONFLICT (ledger, command_id) DO UPDATE SET ledger = excluded.ledger RETURNING said"""
_CONFIRM = """
INSERT INTO rma_private.requests (ledger, command_id, said, confirmed) VALUES ($1, $2, $3, true)
    ON CONFLICT (ledger, command_id) DO UPDATE SET confirmed = true"""
_DISCARD = """
DELETE FROM rma_private.requests WHERE ledger = $1 AND command_id = $2 AND NOT confirmed AND erased IS NULL"""
# A process that ended between the outcome and its confirmation has left a request that belongs to a case all the same.
_FOUND = """
UPDATE rma_private.requests AS r SET confirmed = true
 WHERE r.ledger = $1 AND NOT r.confirmed
   AND EXISTS (SELECT FROM cases AS c WHERE c.ledger = r.ledger AND c.command_id = r.command_id)"""
# Only what was written long before the newest entry of the rows: while they are behind, nothing is lost.
_LOST = """
DELETE FROM rma_private.requests
 WHERE ledger = $1 AND NOT confirmed AND erased IS NULL
   AND written < (SELECT max(time) FROM entries WHERE ledger = $1) - $2::interval"""
_SHOWN = "SELECT said, erased FROM rma_private.requests WHERE ledger = $1 AND command_id = $2"


class PostgresRequests:
    """Implements Requests on a pool whose search_path is the schema of the rows."""

    def __init__(self, pool: Any, ledger: int) -> None:
        self._pool = pool
        self._ledger = ledger

    async def keep(self, command_id: str, said: Said) -> None:
        async with statement(self._pool, "keep a request") as connection:
            kept = await connection.fetchval(_KEEP, self._ledger, command_id, json.dumps(said))
        if kept is not None and json.loads(kept) != said:
            raise OtherRequestKept

    async def confirm(self, command_id: str, said: Said) -> None:
        async with statement(self._pool, "confirm a request") as connection:
            await connection.execute(_CONFIRM, self._ledger, command_id, json.dumps(said))

    async def discard(self, command_id: str) -> None:
        async with statement(self._pool, "discard a request") as connection:
            await connection.execute(_DISCARD, self._ledger, command_id)

    async def sweep(self) -> int:
        async with transaction(self._pool, "sweep requests") as connection:
            await connection.execute(_FOUND, self._ledger)
            done: str = await connection.execute(_LOST, self._ledger, LOST_AFTER)
            return int(done.rpartition(" ")[2])


async def request_of(connection: Any, ledger: int, command_id: str) -> RequestView | None:
    """What was said when a case was filed, or that it was erased."""
    row = await connection.fetchrow(_SHOWN, ledger, command_id)
    if row is None:
        return None
    return RequestView(**({} if row["said"] is None else json.loads(row["said"])), erased=row["erased"])
