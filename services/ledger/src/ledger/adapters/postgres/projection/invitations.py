"""The ends of invitations."""

from typing import Any

from ledger.adapters.postgres.projection.statements import each
from ledger.application.projection.changes import Changes
from ledger.application.projection.invitations import InvitationEndRow

_END = """
UPDATE invitations SET account = $3, withdrawn = $3::text IS NULL, ended = $4 WHERE ledger = $1 AND code_digest = $2"""


async def end_invitations(connection: Any, ledger: int, changes: Changes) -> None:
    """New invitations must be there already."""
    await each(connection, _END, ledger, changes.of(InvitationEndRow))
