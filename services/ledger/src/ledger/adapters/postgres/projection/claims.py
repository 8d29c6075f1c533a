"""The ends of claim codes."""

from typing import Any

from ledger.adapters.postgres.projection.statements import each
from ledger.application.projection.changes import Changes
from ledger.application.projection.claims import ClaimCodeEndRow

_END = """
UPDATE claim_codes SET serial = $3, withdrawn = $3::text IS NULL, ended = $4 WHERE ledger = $1 AND code_digest = $2"""


async def end_claim_codes(connection: Any, ledger: int, changes: Changes) -> None:
    """New codes must be there already."""
    await each(connection, _END, ledger, changes.of(ClaimCodeEndRow))
