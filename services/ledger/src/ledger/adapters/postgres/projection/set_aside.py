"""Approvals of decisions that set entries aside."""

from typing import Any

from contracts.log.exclusions import Named
from contracts.log.stop import UnlawfulEntryError
from ledger.application.projection.changes import Changes
from ledger.application.projection.set_aside import SetAsideEndRow
from runtime.postgres.set_aside import named_in

_APPROVE = """
UPDATE set_asides SET approved_by = $5, decided_sequence = $6, decided = $7
 WHERE ledger = $1 AND decision = $2 AND proposed_by = $3 AND law = $4 AND approved_by IS NULL AND $5 <> $3
RETURNING 1"""
_DECISIONS = """
SELECT decided_sequence, entries FROM set_asides WHERE ledger = $1 AND approved_by IS NOT NULL ORDER BY 1"""


async def approve_set_asides(connection: Any, ledger: int, changes: Changes) -> None:
    """Raises UnlawfulEntryError for a decision that does not wait for a second person."""
    for row in changes.of(SetAsideEndRow):
        if not await connection.fetch(_APPROVE, ledger, *row):
            raise UnlawfulEntryError("set_aside_wrong", f"decision {row.decision} does not wait for this")


async def read_decisions(connection: Any, ledger: int) -> list[tuple[int, Named]]:
    """What the approved decisions name, each with its entry."""
    found = await connection.fetch(_DECISIONS, ledger)
    return [(sequence, named_in(entries)) for sequence, entries in found]
