"""Devices that are back in stock: their replacement lies in the past, where it stays readable."""

from typing import Any

from ledger.application.projection.changes import Changes
from ledger.application.projection.replacements import RecommissioningRow

_ENDED = """
UPDATE replacements SET recommissioned_sequence = $3, recommissioned = $4
 WHERE ledger = $1 AND serial = $2 AND sequence < $3 AND recommissioned_sequence IS NULL"""


async def end_replacements(connection: Any, ledger: int, changes: Changes) -> None:
    """In the order of the entries, after all replacements of the batch."""
    for row in changes.of(RecommissioningRow):
        await connection.execute(_ENDED, ledger, row.serial, row.sequence, row.time)
