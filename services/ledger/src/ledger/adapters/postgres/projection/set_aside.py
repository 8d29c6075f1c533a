"""Approvals of decisions that set entries aside, what is set aside, and where a ledger is stopped."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from contracts.events.set_aside import SettingAsideProposed
from contracts.log.exclusions import Exclusions, Named
from contracts.log.stop import Stop, UnlawfulEntryError
from ledger.adapters.postgres.database import SCHEMA
from ledger.application.projection.changes import Changes
from ledger.application.projection.set_aside import SetAsideEndRow

KEPT = frozenset({"migrations", "license_files", "return_receipts", "document_position"})
"""Tables without rows that follow from a ledger's entries."""
_APPROVE = """
UPDATE set_asides SET approved_by = $5, decided_sequence = $6, decided = $7
 WHERE ledger = $1 AND decision = $2 AND proposed_by = $3 AND law = $4 AND approved_by IS NULL AND $5 <> $3
RETURNING 1"""
_DECISIONS = """
SELECT decided_sequence, entries FROM set_asides WHERE ledger = $1 AND approved_by IS NOT NULL ORDER BY 1"""
_STOP = """
INSERT INTO stops (ledger, sequence, entry_hash, law, sentence, waiting) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (ledger) DO UPDATE
   SET sequence = excluded.sequence, entry_hash = excluded.entry_hash, law = excluded.law,
       sentence = excluded.sentence, waiting = excluded.waiting"""


async def approve_set_asides(connection: Any, ledger: int, changes: Changes) -> None:
    """Raises UnlawfulEntryError for a decision that does not wait for a second person."""
    for row in changes.of(SetAsideEndRow):
        if not await connection.fetch(_APPROVE, ledger, *row):
            raise UnlawfulEntryError("set_aside_wrong", f"decision {row.decision} does not wait for this")


async def read_exclusions(connection: Any, ledger: int) -> Exclusions:
    """What the rows are made without, and the decisions that they say."""
    known = await _known(connection, ledger)
    decisions: list[tuple[int, Named]] = [
        (sequence, {one["sequence"]: one["entry_hash"] for one in json.loads(entries)})
        for sequence, entries in await connection.fetch(_DECISIONS, ledger)
    ]
    return Exclusions(known, decisions=decisions)


async def _known(connection: Any, ledger: int) -> dict[int, str]:
    query = "SELECT sequence, entry_hash FROM set_aside_entries WHERE ledger = $1"
    return dict(await connection.fetch(query, ledger))


async def begin_again(connection: Any, ledger: int, set_aside: Mapping[int, str]) -> None:
    """Take all rows of a ledger away, its position too, and keep what the next ones are made without."""
    if await _known(connection, ledger) == set_aside:
        return  # another projector has done so
    query = "SELECT table_name FROM information_schema.columns WHERE table_schema = $1 AND column_name = 'ledger'"
    for (table,) in await connection.fetch(query, SCHEMA):
        if table not in KEPT:
            await connection.execute(f"DELETE FROM {table} WHERE ledger = $1", ledger)  # noqa: S608 - our own tables
    rows = [(ledger, *one) for one in set_aside.items()]
    await connection.executemany("INSERT INTO set_aside_entries VALUES ($1, $2, $3)", rows)


async def note_stop(connection: Any, ledger: int, stop: Stop | None, waiting: Sequence[SettingAsideProposed]) -> None:
    """Say where the ledger is stopped, and which decisions wait there; or that it is not."""
    if stop is None:
        await connection.execute("DELETE FROM stops WHERE ledger = $1", ledger)
        return
    proposals = json.dumps([one.model_dump(mode="json") for one in waiting])
    await connection.execute(_STOP, ledger, stop.sequence, stop.entry_hash, stop.law, stop.sentence, proposals)
