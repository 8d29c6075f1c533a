"""Rows of invitations and of offers and imports of companies, written in the projector's transaction."""

from collections.abc import Sequence
from typing import Any

from ledger.application.projection.joining import ImportRow, JoiningChanges

_INVITATIONS = """
INSERT INTO invitations (ledger, code_digest, company, code_hint, expires, sequence, time)
VALUES ($1, $2, $3, $4, $5, $6, $7)"""
_END = """
UPDATE invitations SET account = $3, withdrawn = $3::text IS NULL, ended = $4 WHERE ledger = $1 AND code_digest = $2"""
_OFFERS = """
INSERT INTO company_offers (ledger, company, offered_to, sequence, time) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (ledger, company) DO UPDATE
   SET offered_to = excluded.offered_to, sequence = excluded.sequence, time = excluded.time"""

# $2 is the former company, $3 the one that has it now. Nothing of the former one can come later, so that all rows that
# name it are older than the import, in whatever order a batch was written. Rows about the past stay as they are.
_TAKEN_OVER = (
    """INSERT INTO predecessors (ledger, company, predecessor)
       SELECT $1, $3, predecessor FROM predecessors WHERE ledger = $1 AND company = $2 UNION ALL SELECT $1, $3, $2""",
    "UPDATE devices SET company = $3 WHERE ledger = $1 AND company = $2",
    "UPDATE devices_by_type SET company = $3 WHERE ledger = $1 AND company = $2",
    "UPDATE replacements SET company = $3 WHERE ledger = $1 AND company = $2",
    "UPDATE projects SET company = $3 WHERE ledger = $1 AND company = $2",
    "UPDATE blocks SET company = $3 WHERE ledger = $1 AND company = $2 AND subject LIKE 'devices/%'",
    "UPDATE legacy_keys SET company = $3 WHERE ledger = $1 AND company = $2",
    "UPDATE companies SET imported_into = $3 WHERE ledger = $1 AND company = $2",
)
# Those that waited at the import, decided though they may be at the end of the batch.
_CORRECTIONS = """
UPDATE corrections SET company = $3
 WHERE ledger = $1 AND company = $2 AND (decided_sequence IS NULL OR decided_sequence > $4)"""
_ENDED = (
    "DELETE FROM members WHERE ledger = $1 AND company = $2",
    "DELETE FROM grants WHERE ledger = $1 AND acting_for = $2",
    "DELETE FROM device_offers WHERE ledger = $1 AND (company = $2 OR offered_to = $2)",
    "DELETE FROM company_offers WHERE ledger = $1 AND (company = $2 OR offered_to = $2)",
)
_CODES = """
UPDATE claim_codes SET withdrawn = true, ended = $4
 WHERE ledger = $1 AND project = ANY ($2) AND ended IS NULL AND sequence < $3"""
_UNACCEPTED = """
UPDATE invitations SET withdrawn = true, ended = $3 WHERE ledger = $1 AND company = $2 AND ended IS NULL"""


async def write_joining(connection: Any, ledger: int, changes: JoiningChanges) -> None:
    """Take the rows from before the batch to after it; all other rows of the batch must be there already."""
    await _many(connection, _INVITATIONS, ledger, changes.invitations)
    await _many(connection, _END, ledger, changes.ends)
    gone = [(company,) for company, row in changes.offers.items() if row is None]
    await _many(connection, "DELETE FROM company_offers WHERE ledger = $1 AND company = $2", ledger, gone)
    await _many(connection, _OFFERS, ledger, [row for row in changes.offers.values() if row])
    for row in changes.imports:
        await _import(connection, ledger, row)


async def _import(connection: Any, ledger: int, row: ImportRow) -> None:
    for statement in _TAKEN_OVER:
        await connection.execute(statement, ledger, row.former_company, row.company)
    await connection.execute(_CORRECTIONS, ledger, row.former_company, row.company, row.sequence)
    for statement in _ENDED:
        await connection.execute(statement, ledger, row.former_company)
    await connection.execute(_CODES, ledger, list(row.projects), row.sequence, row.time)
    await connection.execute(_UNACCEPTED, ledger, row.former_company, row.time)


async def _many(connection: Any, statement: str, ledger: int, rows: Sequence[Sequence[Any]]) -> None:
    if rows:
        await connection.executemany(statement, [(ledger, *row) for row in rows])
