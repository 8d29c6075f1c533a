"""Rows of what staff does, in PostgreSQL; part of the transaction of postgres_projection."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from ledger.adapters.postgres.database import SCHEMA
from ledger.application.projection.fold import LawBroken
from ledger.application.projection.staff import BlockRow, Held, StaffChanges, UnblockRow


async def legacy_held(connection: Any, ledger: int, accounts: frozenset[str]) -> dict[str, Held]:
    """What old licenses accounts hold now; an account without any is absent."""
    held: dict[str, Held] = {}
    query = "SELECT account, license_name, count FROM legacy_licenses WHERE ledger = $1 AND account = ANY($2)"
    for account, name, count in await connection.fetch(query, ledger, list(accounts)) if accounts else ():
        held.setdefault(account, {})[name] = count
    return held


async def write(connection: Any, ledger: int, changes: StaffChanges, before: Mapping[str, Held]) -> None:
    """Write all rows; `before` is what `legacy_held` said."""
    for table, columns, rows in _added(changes):
        if rows:
            await connection.copy_records_to_table(
                table,
                schema_name=SCHEMA,
                columns=["ledger", *columns.split()],
                records=[(ledger, *map(_column, row)) for row in rows],
            )
    for block in changes.blocks:
        await _write_block(connection, ledger, block)
    await _end_corrections(connection, ledger, changes)
    await _deliver_downloads(connection, ledger, changes)
    await _write_legacy(connection, ledger, changes, before)


def _added(changes: StaffChanges) -> Iterable[tuple[str, str, Sequence[tuple[Any, ...]]]]:
    yield (
        "corrections",
        "correction company source target lots serial model delivered_on reason reference proposed_by sequence time",
        changes.corrections,
    )
    yield "return_limit_releases", "serial reason reference sequence time", changes.limit_releases
    yield (
        "spent_certificates",
        "serial generation current_generation certificate_sha256 company project sequence time",
        changes.spent_certificates,
    )
    yield (
        "staff_downloads",
        "serial generation issue file_sha256 company project reason reference actor sequence time",
        changes.downloads,
    )
    yield (
        "legacy_imports",
        "company project serial key_digest licenses reference sequence time",
        changes.legacy_imports,
    )
    yield "legacy_keys", "key_digest company licenses reference sequence time", changes.legacy_keys
    yield "legacy_consents", "serial company project account sequence time", changes.legacy_consents
    yield "legacy_conversions", "company project licenses lots sequence time", changes.legacy_conversions


def _column(value: Any) -> Any:
    """Lots as JSON, all else as it is."""
    if not isinstance(value, tuple):
        return value
    lots: tuple[BaseModel, ...] = value
    return json.dumps([lot.model_dump() for lot in lots])


_BLOCK = """INSERT INTO blocks (ledger, subject, company, reason, reference, sequence, time)
    VALUES ($1, $2, $3, $4, $5, $6, $7)"""
_UNBLOCK = """UPDATE blocks SET lifted_reason = $3, lifted_reference = $4, lifted_sequence = $5, lifted = $6
    WHERE ledger = $1 AND subject = $2 AND lifted_sequence IS NULL RETURNING 1"""


async def _write_block(connection: Any, ledger: int, row: BlockRow | UnblockRow) -> None:
    """One by one and in order: the same subject may be blocked, unblocked and blocked again in one batch."""
    if isinstance(row, BlockRow):
        await connection.execute(_BLOCK, ledger, *row)
    elif not await connection.fetch(_UNBLOCK, ledger, *row):
        raise LawBroken(f"entry {row.sequence} unblocks {row.subject}, which is not blocked")


_DELIVERED = """INSERT INTO deliveries (ledger, serial, generation, issue, file_sha256, path, sequence, time)
    VALUES ($1, $2, $3, $4, $5, 'manual', $6, $7) ON CONFLICT DO NOTHING"""


async def _deliver_downloads(connection: Any, ledger: int, changes: StaffChanges) -> None:
    """A file that staff took was delivered, unless it was before."""
    rows = [(ledger, *row[:4], row.sequence, row.time) for row in changes.downloads]
    if rows:
        await connection.executemany(_DELIVERED, rows)


_END = """UPDATE corrections SET state = $3, decided_by = $4, decision_reason = $5, decided_sequence = $6, decided = $7
    WHERE ledger = $1 AND correction = $2 AND state = 'proposed' RETURNING 1"""


async def _end_corrections(connection: Any, ledger: int, changes: StaffChanges) -> None:
    for row in changes.correction_ends:
        if not await connection.fetch(_END, ledger, *row):
            raise LawBroken(f"entry {row.sequence} ends correction {row.correction}, which does not wait")


async def _write_legacy(connection: Any, ledger: int, changes: StaffChanges, before: Mapping[str, Held]) -> None:
    """The changed accounts anew."""
    changed = {account: held for account, held in changes.legacy.items() if held != before.get(account, {})}
    if not changed:
        return
    query = "DELETE FROM legacy_licenses WHERE ledger = $1 AND account = ANY($2)"
    await connection.execute(query, ledger, list(changed))
    await connection.copy_records_to_table(
        "legacy_licenses",
        schema_name=SCHEMA,
        columns=["ledger", "account", "license_name", "count"],
        records=[(ledger, account, name, count) for account, held in changed.items() for name, count in held.items()],
    )
