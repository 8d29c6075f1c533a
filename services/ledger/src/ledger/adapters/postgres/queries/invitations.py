"""Queries of invitations."""

from ledger.adapters.postgres.queries.past_visibility import past_of
from ledger.adapters.postgres.queries.snapshots import SnapshotReader
from ledger.application.queries.invitations import InvitationState, InvitationView
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page, Start, one_page
from runtime.postgres.walks import walked

_INVITATIONS = """
SELECT i.code_digest, i.code_hint, i.expires, i.account, i.sequence, i.time AS created, i.state, e.actor, i.company
  FROM invitations AS i JOIN entries AS e USING (ledger, sequence)
 WHERE ledger = $1 AND i.company = $2 AND sequence {behind} $3{state} ORDER BY sequence {direction} LIMIT $4"""
_IN_STATE = " AND i.state = $5"

_JOINED = "SELECT company FROM invitations WHERE ledger = $1 AND code_digest = $2 AND account = $3"


class PostgresInvitationQueries(SnapshotReader):
    """Implements InvitationQueries."""

    async def invitations(
        self, viewer: Viewer, company: str, start: Start, limit: int, state: InvitationState | None = None
    ) -> Page[InvitationView] | None:
        async with self.seen(viewer) as (connection, scope):
            if not scope.administers_or_staff(company):
                return None
            past = await past_of(connection, self.ledger, scope)
            query = walked(_INVITATIONS, start, state=_IN_STATE if state else "")
            narrower = [state] if state else []
            rows = await connection.fetch(query, self.ledger, company, start.after, limit + 1, *narrower)
            return one_page((InvitationView(**past.told(row)) for row in rows), limit)

    async def joined(self, account: str, code_digest: str) -> str | None:
        async with self.snapshot() as connection:
            found: str | None = await connection.fetchval(_JOINED, self.ledger, code_digest, account)
            return found
