"""Queries of claim codes."""

from ledger.adapters.postgres.queries.past_visibility import past_of
from ledger.adapters.postgres.queries.snapshots import SnapshotReader
from ledger.application.queries.claims import ClaimCodeState, ClaimCodeView
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page, one_page

_CODES = """
SELECT c.code_digest, c.code_hint, c.expires, c.serial, c.sequence, c.time AS created, c.state, e.actor, p.company
  FROM claim_codes AS c JOIN entries AS e USING (ledger, sequence) JOIN projects AS p USING (ledger, project)
 WHERE ledger = $1 AND c.project = $2 AND c.sequence > $3{state} ORDER BY c.sequence LIMIT $4"""
_IN_STATE = " AND c.state = $5"


class PostgresClaimQueries(SnapshotReader):
    """Implements ClaimQueries."""

    async def claim_codes(
        self, viewer: Viewer, project: str, after: int, limit: int, state: ClaimCodeState | None = None
    ) -> Page[ClaimCodeView] | None:
        async with self.seen(viewer) as (connection, scope):
            if not await self._may(connection, scope, project, "licenses"):
                return None
            past = await past_of(connection, self.ledger, scope)
            query, narrower = (_CODES.format(state=_IN_STATE), [state]) if state else (_CODES.format(state=""), [])
            rows = await connection.fetch(query, self.ledger, project, after, limit + 1, *narrower)
            return one_page((ClaimCodeView(**past.told(row)) for row in rows), limit)
