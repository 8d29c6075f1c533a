"""Queries of a stopped ledger."""

import json
from typing import Any

from ledger.adapters.postgres.queries.snapshots import SnapshotReader
from ledger.adapters.postgres.queries.texts import with_texts
from ledger.application.queries.set_aside import LedgerStopView, StoppedEntryView, WaitingDecisionView
from ledger.application.queries.visibility import Viewer

_STOP = "SELECT sequence, entry_hash, law, sentence, waiting FROM stops WHERE ledger = $1"


class PostgresStopQueries(SnapshotReader):
    """Implements StopQueries."""

    async def stop(self, viewer: Viewer) -> LedgerStopView:
        async with self.seen_by_staff(viewer) as connection:
            row: Any = await connection.fetchrow(_STOP, self.ledger)
            proposals = await with_texts(connection, self.ledger, json.loads(row["waiting"]) if row else ())
        if row is None:
            return LedgerStopView(stopped=None, waiting=[])
        *entry, _ = row
        named = dict(zip(("sequence", "entry_hash", "law", "sentence"), entry, strict=True))
        return LedgerStopView(stopped=StoppedEntryView(**named), waiting=[_waiting(one) for one in proposals])


def _waiting(proposal: dict[str, Any]) -> WaitingDecisionView:
    proposal.pop("company")
    return WaitingDecisionView.model_validate(proposal)
