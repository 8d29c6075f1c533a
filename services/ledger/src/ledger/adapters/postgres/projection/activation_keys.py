"""Redemptions: rows of keys that were issued before."""

from typing import Any

from contracts.log.stop import UnlawfulEntryError
from ledger.application.projection.activation_keys import RedemptionRow
from ledger.application.projection.changes import Changes

_REDEEM = """
UPDATE activation_keys AS k
   SET company = r.company, project = r.project, redeemed_sequence = r.sequence, redeemed = r.time
  FROM unnest($2::text[], $3::text[], $4::text[], $5::int[], $6::timestamptz[])
       AS r (key_digest, company, project, sequence, time)
 WHERE k.ledger = $1 AND k.key_digest = r.key_digest AND k.redeemed_sequence IS NULL
RETURNING 1"""


async def write_redemptions(connection: Any, ledger: int, changes: Changes) -> None:
    """Raises UnlawfulEntryError for a key that is not there to be redeemed."""
    redemptions = changes.of(RedemptionRow)
    if not redemptions:
        return
    rows = await connection.fetch(_REDEEM, ledger, *map(list, zip(*redemptions, strict=True)))
    if len(rows) != len(redemptions):
        raise UnlawfulEntryError("key_redeemed_once", "the key was not there to be redeemed")
