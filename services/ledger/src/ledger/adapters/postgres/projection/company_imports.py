"""Imports of companies: all rows that are still the former company's go to the one that took it over."""

from typing import Any

from ledger.application.projection.changes import Changes
from ledger.application.projection.company_imports import CompanyImportRow

# $2 is the former company, $3 the one that has it now. Nothing of the former one can come later, so that all rows that
# name it are older than the import, in whatever order a batch was written. Rows about the past stay as they are.
_TAKEN_OVER = (
    """INSERT INTO predecessors (ledger, company, predecessor)
       SELECT $1, $3, predecessor FROM predecessors WHERE ledger = $1 AND company = $2 UNION ALL SELECT $1, $3, $2""",
    "UPDATE devices SET company = $3 WHERE ledger = $1 AND company = $2",
    "UPDATE device_arrivals SET company = $3 WHERE ledger = $1 AND company = $2",
    "UPDATE replacements SET company = $3 WHERE ledger = $1 AND company = $2",
    "UPDATE grants SET company = $3 WHERE ledger = $1 AND company = $2",
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


async def import_companies(connection: Any, ledger: int, changes: Changes) -> None:
    """In the order of the entries; all other rows of the batch must be there already."""
    for row in changes.of(CompanyImportRow):
        for statement in _TAKEN_OVER:
            await connection.execute(statement, ledger, row.former_company, row.company)
        await connection.execute(_CORRECTIONS, ledger, row.former_company, row.company, row.sequence)
        for statement in _ENDED:
            await connection.execute(statement, ledger, row.former_company)
        await connection.execute(_CODES, ledger, list(row.projects), row.sequence, row.time)
        await connection.execute(_UNACCEPTED, ledger, row.former_company, row.time)
