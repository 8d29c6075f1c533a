"""Blocks, and their ends."""

from operator import attrgetter
from typing import Any

from contracts.log.stop import UnlawfulEntryError
from ledger.application.projection.blocks import BlockRow, UnblockRow
from ledger.application.projection.changes import Changes

_BLOCK = """
INSERT INTO blocks (ledger, subject, company, reason, reference, sequence, time) VALUES ($1, $2, $3, $4, $5, $6, $7)"""
_UNBLOCK = """
UPDATE blocks SET lifted_reason = $3, lifted_reference = $4, lifted_sequence = $5, lifted = $6
 WHERE ledger = $1 AND subject = $2 AND lifted_sequence IS NULL RETURNING 1"""


async def write_blocks(connection: Any, ledger: int, changes: Changes) -> None:
    """One by one and in order: the same subject may be blocked, unblocked and blocked again in one batch.

    Raises UnlawfulEntryError for the end of a block that does not hold.
    """
    rows: list[BlockRow | UnblockRow] = [*changes.of(BlockRow), *changes.of(UnblockRow)]
    for row in sorted(rows, key=attrgetter("sequence")):
        if isinstance(row, BlockRow):
            await connection.execute(_BLOCK, ledger, *row)
        elif not await connection.fetch(_UNBLOCK, ledger, *row):
            raise UnlawfulEntryError("not_blocked", f"{row.subject} is not blocked")
