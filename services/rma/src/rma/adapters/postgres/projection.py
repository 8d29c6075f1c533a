"""The rows of RMA cases in PostgreSQL: a batch and its position are one transaction."""

import itertools
import json
from collections.abc import Iterable, Sequence
from typing import Any

from immutables import Map

from contracts.log.envelope import Entry
from contracts.log.exclusions import Named
from contracts.rma.events import CaseEntriesSetAside, CaseSettingAsideProposed, RmaEvent
from rma.adapters.postgres.case_rows import CASE_COLUMNS, case_row, values
from rma.adapters.postgres.database import CHANNEL
from rma.application.projection.rows import (
    NOTHING_DECIDED,
    CaseRow,
    Changes,
    Decisions,
    EntryRow,
    fold,
    is_decision,
    touched,
)
from runtime.postgres.set_aside import PostgresSetAsides, named_in
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
_PUT_ENTITLEMENT = """
INSERT INTO entitlements (ledger, company, threshold, reference, reason, sequence, time)
VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (ledger, company) DO UPDATE
   SET threshold = excluded.threshold, reference = excluded.reference, reason = excluded.reason,
       sequence = excluded.sequence, time = excluded.time"""
# Spelt out, so that the index of decisions serves.
_DECISIONS = f"""
SELECT sequence, facts -> 'entries' FROM entries
 WHERE ledger = $1 AND event_type = '{CaseEntriesSetAside.type}' ORDER BY sequence"""  # noqa: S608 - our own words
_SAID = f"""
SELECT sequence, event_type, facts, company, ledger_sequence FROM entries
 WHERE ledger = $1 AND event_type IN ('{CaseSettingAsideProposed.type}', '{CaseEntriesSetAside.type}')
 ORDER BY sequence"""  # noqa: S608


class PostgresCases(PostgresSetAsides):
    """Implements LogStore and SetAsideStore on a pool whose search_path is the schema."""

    kept = frozenset({"migrations"})

    def __init__(self, pool: Any) -> None:
        super().__init__(pool, CHANNEL)

    async def apply(self, ledger: int, before: Position, after: Position, entries: Sequence[Entry[RmaEvent]]) -> None:
        async with self.moving(ledger, before, after) as connection:
            cases, devices = touched(entries)
            known = await connection.fetch(_KNOWN, ledger, sorted(cases), sorted(devices))
            decided = await _decided(connection, ledger) if any(map(is_decision, entries)) else NOTHING_DECIDED
            await _write(connection, ledger, fold(entries, map(case_row, known), decided))

    async def decisions(self, connection: Any, ledger: int) -> list[tuple[int, Named]]:
        found = await connection.fetch(_DECISIONS, ledger)
        return [(sequence, named_in(entries)) for sequence, entries in found]


async def _decided(connection: Any, ledger: int) -> Decisions:
    """Decisions about entries, those that wait with their proposals."""
    decided: dict[str, tuple[CaseSettingAsideProposed, int] | None] = {}
    for sequence, event_type, facts, *who in await connection.fetch(_SAID, ledger):
        said = json.loads(facts) | dict(zip(("company", "ledger_sequence"), who, strict=True))
        if event_type == CaseEntriesSetAside.type:
            decided[said["decision"]] = None
        else:
            proposal = CaseSettingAsideProposed.from_json_bytes(json.dumps(said).encode())
            decided[proposal.decision] = (proposal, sequence)
    return Map(decided)


async def _write(connection: Any, ledger: int, changes: Changes) -> None:
    await _add(connection, "entries", EntryRow._fields, ledger, changes.entries)
    await _add(connection, "case_versions", CaseRow._fields, ledger, map(values, changes.versions))
    await _put(connection, _PUT_CASE, ledger, map(values, changes.current))
    filed = (row for row in changes.versions if row.sequence == row.filed_sequence)
    parts = ((part, row.filed_sequence) for row in filed for part in _parts(row.serial))
    await _add(connection, "serial_parts", ("part", "filed_sequence"), ledger, parts)
    await _put(connection, _PUT_ENTITLEMENT, ledger, changes.entitlements)


def _parts(serial: str) -> set[str]:
    """All that a search for a part of the serial may ask for."""
    places = range(len(serial) + 1)
    return {serial[start:end] for start, end in itertools.combinations(places, 2)}


async def _add(connection: Any, table: str, columns: Sequence[str], ledger: int, rows: Iterable[Sequence[Any]]) -> None:
    records = [(ledger, *row) for row in rows]
    if records:
        await connection.copy_records_to_table(table, columns=["ledger", *columns], records=records)


async def _put(connection: Any, statement: str, ledger: int, rows: Iterable[Sequence[Any]]) -> None:
    if found := [(ledger, *row) for row in rows]:
        await connection.executemany(statement, found)
