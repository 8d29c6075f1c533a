"""The warranty that a replacement takes over from the broken device.

The entry does not say the warranty (a license file carries its entry), so the rows go on from those that are there.
"""

from typing import Any

from ledger.application.projection.changes import Changes
from ledger.application.projection.replacements import ReplacementRow

_DELIVERED = """
INSERT INTO delivered_devices (ledger, serial, model, delivered_on, base_months, sequence)
SELECT $1, $3, coalesce((SELECT model FROM delivered_devices WHERE ledger = $1 AND serial = $3 AND sequence < $4
                          ORDER BY sequence DESC LIMIT 1), model), delivered_on, base_months, $4
  FROM delivered_devices WHERE ledger = $1 AND serial = $2 ORDER BY sequence DESC LIMIT 1"""
_VERSION = """
INSERT INTO warranty_versions (ledger, serial, months, ends_on, sequence)
SELECT ledger, $3, months, ends_on, $4 FROM warranties WHERE ledger = $1 AND serial = $2"""
_WARRANTY = """
INSERT INTO warranties (ledger, serial, months, ends_on, sequence)
SELECT ledger, $3, months, ends_on, $4 FROM warranties WHERE ledger = $1 AND serial = $2
    ON CONFLICT (ledger, serial) DO UPDATE
   SET months = excluded.months, ends_on = excluded.ends_on, sequence = excluded.sequence
 WHERE excluded.sequence > warranties.sequence"""


async def inherit_warranties(connection: Any, ledger: int, changes: Changes) -> None:
    """In the order of the entries, after all other rows of the batch: an extension that came later stays."""
    for row in changes.of(ReplacementRow):
        for statement in (_DELIVERED, _VERSION, _WARRANTY):
            await connection.execute(statement, ledger, row.serial, row.replacement, row.sequence)
