"""Queries of claim codes."""

from ledger.adapters.postgres.queries.past_visibility import past_of
from ledger.adapters.postgres.queries.snapshots import SnapshotReader
from ledger.application.queries.claims import ClaimCodeState, ClaimCodeView
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page, Start, one_page
from runtime.postgres.walks import walked

_CODES = """
SELECT c.code_digest, c.code_hint, c.expires, c.serial, c.sequence, c.time AS created, c.state, e.actor, p.company
  FROM claim_codes AS c JOIN entries AS e USING (ledger, sequence) JOIN projects AS p USING (ledger, project)
 WHERE ledger = $1 AND c.project = $2 AND c.sequence {behind} $3{state} ORDER BY c.sequence {direction} LIMIT $4"""
_IN_STATE = " AND c.state = $5"


class PostgresClaimQueries(SnapshotReader):
    """Implements ClaimQueries."""

    async def claim_codes(
        self, viewer: Viewer, project: str, start: Start, limit: int, state: ClaimCodeState | None = None
    ) -> Page[ClaimCodeView] | None:
        async with self.seen(viewer) as (connection, scope):
            if not await self._may(connection, scope, project, "licenses"):
                return None
            past = await past_of(connection, self.ledger, scope)
            query = walked(_CODES, start, state=_IN_STATE if state else "")
            narrower = [state] if state else []
            rows = await connection.fetch(query, self.ledger, project, start.after, limit + 1, *narrower)
            return one_page((ClaimCodeView(**past.told(row)) for row in rows), limit)
