"""The warranty that a replacement takes over from the broken device.

The entry does not say the warranty (a license file carries its entry), so the rows go on from those that are there.
What a device had before it came back to stock is of its former life, and nobody takes it over.
"""

from typing import Any

from ledger.application.projection.changes import Changes
from ledger.application.projection.replacements import RecommissioningRow, ReplacementRow


def _of_this_life(serial: str) -> str:
    """Rows of a device from before the swap at $4, and from after it came back to stock, if it did."""
    return f"""ledger = $1 AND serial = {serial} AND sequence < $4
   AND sequence > (SELECT coalesce(max(recommissioned_sequence), 0) FROM replacements
                    WHERE ledger = $1 AND serial = {serial} AND recommissioned_sequence < $4)
 ORDER BY sequence DESC LIMIT 1"""  # noqa: S608 - made of our own words


_DELIVERED = f"""
INSERT INTO delivered_devices (ledger, serial, model, delivered_on, base_months, sequence)
SELECT $1, $3, coalesce((SELECT model FROM delivered_devices WHERE {_of_this_life("$3")}), model),
       delivered_on, base_months, $4
  FROM delivered_devices WHERE {_of_this_life("$2")}"""  # noqa: S608
_NEWEST = f"SELECT ledger, $3::text, months, ends_on, $4 FROM warranty_versions WHERE {_of_this_life('$2')}"  # noqa: S608
_VERSION = f"INSERT INTO warranty_versions (ledger, serial, months, ends_on, sequence) {_NEWEST}"
_WARRANTY = f"""
INSERT INTO warranties (ledger, serial, months, ends_on, sequence) {_NEWEST}
    ON CONFLICT (ledger, serial) DO UPDATE
   SET months = excluded.months, ends_on = excluded.ends_on, sequence = excluded.sequence
 WHERE excluded.sequence > warranties.sequence"""  # noqa: S608
_ENDED = "DELETE FROM warranties WHERE ledger = $1 AND serial = $2 AND sequence < $3"


async def inherit_warranties(connection: Any, ledger: int, changes: Changes) -> None:
    """In the order of the entries, after all other rows of the batch: an extension that came later stays."""
    for row in changes.of(ReplacementRow):
        for statement in (_DELIVERED, _VERSION, _WARRANTY):
            await connection.execute(statement, ledger, row.serial, row.replacement, row.sequence)


async def end_warranties(connection: Any, ledger: int, changes: Changes) -> None:
    """A device that is back in stock has none until it is delivered again; after all that was inherited."""
    for row in changes.of(RecommissioningRow):
        await connection.execute(_ENDED, ledger, row.serial, row.sequence)
