"""The ends of corrections."""

from typing import Any

from contracts.log.stop import UnlawfulEntryError
from ledger.application.projection.changes import Changes
from ledger.application.projection.corrections import CorrectionEndRow

_END = """
UPDATE corrections SET state = $3, decided_by = $4, decision_reason = $5, decided_sequence = $6, decided = $7
 WHERE ledger = $1 AND correction = $2 AND state = 'proposed' RETURNING 1"""


async def end_corrections(connection: Any, ledger: int, changes: Changes) -> None:
    """Raises UnlawfulEntryError for a correction that does not wait."""
    for row in changes.of(CorrectionEndRow):
        if not await connection.fetch(_END, ledger, *row):
            raise UnlawfulEntryError("correction_unknown", f"correction {row.correction} waits for nobody")
