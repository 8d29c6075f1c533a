"""The data access log in PostgreSQL: rows that nobody changes, in a schema that no rebuild touches."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from runtime.accesses import About, Access, AccessPlace, AccessSearch, AccessView
from runtime.pages import Page, one_page
from runtime.postgres.trouble import statement, transaction
from runtime.trouble import Trouble

SWEPT_AT_ONCE = 10_000
"""Rows that one statement deletes: it takes a fraction of a second, so nothing waits for it."""
_BEGINNING, _END = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_LAST_PLACE = AccessPlace(_END, 2**63 - 1)
_COLUMNS: dict[About, str] = {
    "account": "account",
    "company": "company",
    "project": "project",
    "device": "device",
    "case": "case_number",
}
# $6 to $9 are what was named; whose that is, and what else it belongs to, is asked in the same statement.
_RECORD = """
INSERT INTO {table} (ledger, account, operation, request_id, asked, company, project, device, case_number)
SELECT $1, $2, $3, $4, $5, coalesce($6, found.company), coalesce($7, found.project), coalesce($8, found.device), $9
  FROM (SELECT) AS one LEFT JOIN ({belongs} LIMIT 1) AS found ON true"""
_PAGE = """
SELECT number, read_at AS time, account, operation, asked, company, project, device, case_number AS case, request_id
  FROM {table} WHERE ledger = $1 AND read_at >= $2 AND read_at < $3 AND (read_at, number) < ($4, $5) {by}
 ORDER BY read_at DESC, number DESC LIMIT $6"""
_SWEEP = """
DELETE FROM {table} WHERE ledger = $1 AND number IN
       (SELECT number FROM {table} WHERE ledger = $1 AND read_at < $2 ORDER BY read_at, number LIMIT $3)"""


class PostgresAccesses:
    """Implements Accesses in `table`, on a pool whose search_path is the schema of the rows.

    `belongs` selects company, project and device of what is named: of a project $7, a device $8 or a case $9 of the
    ledger $1.
    """

    def __init__(self, pool: Any, ledger: int, *, table: str, belongs: str, keep: timedelta) -> None:
        self._pool = pool
        self._ledger = ledger
        self._keep = keep
        self._table = table
        self._record = _RECORD.format(table=table, belongs=belongs)
        self._sweep = _SWEEP.format(table=table)

    async def record(self, access: Access) -> None:
        things = (access.things.get(one) for one in ("company", "project", "device", "case"))
        said = access.account, access.operation, access.request_id, json.dumps(access.asked), *things
        with _unwritable():
            async with transaction(self._pool, "record an access") as connection:
                await connection.execute(self._record, self._ledger, *said)

    async def page(self, wanted: AccessSearch, before: AccessPlace | None, limit: int) -> Page[AccessView]:
        column, value = (_COLUMNS[wanted.by[0]], [wanted.by[1]]) if wanted.by else ("", [])
        page = _PAGE.format(table=self._table, by=f"AND {column} = $7" if column else "")
        span = wanted.since or _BEGINNING, wanted.until or _END
        async with statement(self._pool, "read accesses") as connection:
            rows = await connection.fetch(page, self._ledger, *span, *(before or _LAST_PLACE), limit + 1, *value)
        return one_page((AccessView(**{**row, "asked": json.loads(row["asked"])}) for row in rows), limit)

    async def sweep(self) -> int:
        swept, ended = 0, datetime.now(UTC) - self._keep
        while True:
            async with statement(self._pool, "sweep accesses") as connection:
                done: str = await connection.execute(self._sweep, self._ledger, ended, SWEPT_AT_ONCE)
            swept += (count := int(done.rpartition(" ")[2]))
            if count < SWEPT_AT_ONCE:
                return swept


@contextmanager
def _unwritable() -> Generator[None]:
    """Turn a database that takes no record, such as a standby or one without the grant, into Trouble."""
    try:
        yield
    except (asyncpg.InsufficientPrivilegeError, asyncpg.ReadOnlySQLTransactionError) as error:
        raise Trouble(f"record an access: the database refuses it ({type(error).__name__})") from error
