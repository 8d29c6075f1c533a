"""Queries of corrections."""

import json
from typing import Any

from ledger.adapters.postgres.queries.snapshots import SnapshotReader
from ledger.adapters.postgres.queries.texts import with_texts
from ledger.application.queries.corrections import (
    CorrectedDeliveryView,
    CorrectionLineView,
    CorrectionState,
    CorrectionView,
)
from ledger.application.queries.views import LicensesView
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page, Start, one_page
from runtime.postgres.walks import walked

_CORRECTIONS = """
SELECT correction, company, lines, serial, model, delivered_on, reason, reference, proposed_by,
       sequence, time AS proposed, state, decided_by, decision_reason, decided_sequence, decided
  FROM corrections WHERE ledger = $1"""
_IN_STATE = f"""{_CORRECTIONS} AND sequence {{behind}} $2 AND ($3::text IS NULL OR state = $3)
 ORDER BY sequence {{direction}} LIMIT $4"""


class PostgresCorrectionQueries(SnapshotReader):
    """Implements CorrectionQueries."""

    async def corrections(
        self, viewer: Viewer, state: CorrectionState | None, start: Start, limit: int
    ) -> Page[CorrectionView]:
        async with self.seen_by_staff(viewer) as connection:
            rows = await connection.fetch(walked(_IN_STATE, start), self.ledger, start.after, state, limit + 1)
            told = await with_texts(connection, self.ledger, rows)
            return one_page(map(_correction, told), limit)

    async def correction(self, viewer: Viewer, correction: str) -> CorrectionView | None:
        async with self.seen_by_staff(viewer) as connection:
            row = await connection.fetchrow(f"{_CORRECTIONS} AND correction = $2", self.ledger, correction)
            return row and _correction((await with_texts(connection, self.ledger, [row]))[0])


def _correction(row: Any) -> CorrectionView:
    said = dict(row)
    lines = [_line(**line) for line in json.loads(said.pop("lines"))]
    single = lines[0] if len(lines) == 1 else None
    device = {name: said.pop(name) for name in ("serial", "model", "delivered_on")}
    delivery = CorrectedDeliveryView(**device) if device["serial"] else None
    return CorrectionView(
        **said,
        lines=lines,
        source=single and single.source,
        target=single and single.target,
        licenses=single.licenses if single else [],
        delivery=delivery,
    )


def _line(source: str, target: str, lots: list[dict[str, Any]]) -> CorrectionLineView:
    return CorrectionLineView(source=source, target=target, licenses=[LicensesView(**lot) for lot in lots])
