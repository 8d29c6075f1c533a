"""The rows of RMA cases in PostgreSQL: a batch and its position are one transaction."""

from collections.abc import Iterable, Sequence
from typing import Any

from contracts.log.envelope import Entry
from contracts.log.stop import Stop
from contracts.rma.events import RmaEvent
from rma.adapters.postgres.case_rows import CASE_COLUMNS, case_row, values
from rma.adapters.postgres.database import CHANNEL
from rma.application.projection.rows import CaseRow, Changes, EntitlementRow, EntryRow, fold, touched
from runtime.postgres.log_store import PostgresLogStore
from runtime.projection.store import Position

# The cases themselves, and the open case of each device that one of them or a new one is about.
_KNOWN = f"""
WITH named AS (SELECT * FROM cases WHERE ledger = $1 AND rma = ANY ($2))
SELECT {CASE_COLUMNS} FROM named
UNION
SELECT {CASE_COLUMNS} FROM cases
 WHERE ledger = $1 AND open AND serial = ANY ($3::text[] || ARRAY(SELECT serial FROM named))"""  # noqa: S608 - our own words
_PLACES = ", ".join(f"${place}" for place in range(2, len(CaseRow._fields) + 2))
_UPDATES = ", ".join(f"{name} = excluded.{name}" for name in CaseRow._fields[1:])
_PUT_CASE = f"""
INSERT INTO cases (ledger, {CASE_COLUMNS}) VALUES ($1, {_PLACES})
    ON CONFLICT (ledger, rma) DO UPDATE SET {_UPDATES}"""  # noqa: S608
_PUT_ENDING = "INSERT INTO serial_endings (ledger, ending, rma) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
_PUT_ENTITLEMENT = """
INSERT INTO entitlements (ledger, company, threshold, reference, reason, sequence, time)
VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (ledger, company) DO UPDATE
   SET threshold = excluded.threshold, reference = excluded.reference, reason = excluded.reason,
       sequence = excluded.sequence, time = excluded.time"""
_PUT_STOP = """
INSERT INTO stops (ledger, sequence, entry_hash, law, sentence) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (ledger) DO UPDATE
   SET sequence = excluded.sequence, entry_hash = excluded.entry_hash, law = excluded.law,
       sentence = excluded.sentence"""


class PostgresCases(PostgresLogStore):
    """Implements LogStore on a pool whose search_path is the schema. Nobody sets entries of cases aside yet."""

    def __init__(self, pool: Any) -> None:
        super().__init__(pool, CHANNEL)

    async def apply(self, ledger: int, before: Position, after: Position, entries: Sequence[Entry[RmaEvent]]) -> None:
        async with self.moving(ledger, before, after) as connection:
            cases, devices = touched(entries)
            known = await connection.fetch(_KNOWN, ledger, sorted(cases), sorted(devices))
            await _write(connection, ledger, fold(entries, map(case_row, known)))

    async def note_stop(self, ledger: int, stop: Stop | None, waiting: Sequence[Any]) -> None:  # noqa: ARG002
        async with self.transaction("note where a log is stopped") as connection:
            if stop is None:
                await connection.execute("DELETE FROM stops WHERE ledger = $1", ledger)
            else:
                await connection.execute(_PUT_STOP, ledger, stop.sequence, stop.entry_hash, stop.law, stop.sentence)


async def _write(connection: Any, ledger: int, changes: Changes) -> None:
    await _add(connection, "entries", EntryRow._fields, ledger, changes.entries)
    await _add(connection, "case_versions", CaseRow._fields, ledger, map(values, changes.versions))
    current = list(changes.current)
    await connection.executemany(_PUT_CASE, [(ledger, *values(row)) for row in current])
    endings = [(ledger, row.serial[at:], row.rma) for row in current for at in range(len(row.serial))]
    await connection.executemany(_PUT_ENDING, endings)
    await _entitle(connection, ledger, changes.entitlements)


async def _add(connection: Any, table: str, columns: Sequence[str], ledger: int, rows: Iterable[Sequence[Any]]) -> None:
    records = [(ledger, *row) for row in rows]
    if records:
        await connection.copy_records_to_table(table, schema_name="rma", columns=["ledger", *columns], records=records)


async def _entitle(connection: Any, ledger: int, rows: Sequence[EntitlementRow]) -> None:
    await connection.executemany(_PUT_ENTITLEMENT, [(ledger, *row) for row in rows])
