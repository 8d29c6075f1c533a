"""Queries of support cases: membership of the company is enough, and no right in a project is asked for (rule F9)."""

import json
from typing import Any

from ledger.adapters.postgres.queries.snapshots import SnapshotReader
from ledger.adapters.postgres.queries.visibility import Scope, predecessors_of
from ledger.application.queries.support_cases import (
    STATES,
    CaseMessageView,
    CasePlace,
    CaseSearch,
    SupportCaseDetailView,
    SupportCaseView,
)
from ledger.application.queries.visibility import Viewer
from ledger.application.support_cases import Side
from runtime.pages import Page, one_page

# Texts of the time before a case went to another company are not for that one. $2 is everybody's cases or not, $3 whose
# cases, $4 of which kinds.
_SEEN = """
  FROM support.cases AS c LEFT JOIN support.texts AS t
    ON t.ledger = c.ledger AND t.number = c.number AND t.company = c.company
 WHERE c.ledger = $1 AND c.state <> 'deleted' AND ($2 OR c.company = ANY ($3)) AND c.kind = ANY ($4)"""
_ROW = "c.number, c.revision, c.kind, c.state, c.company, c.opened, c.changed, c.serial, c.product, t.title"
_ONE = f"SELECT {_ROW}, t.revision AS messages_revision, t.messages {_SEEN} AND c.number = $5"
# Each part of the union walks an index of trigrams; what it finds in a text that is hidden is left out afterwards.
_PART = """
 AND c.number IN (SELECT number FROM support.cases
                   WHERE ledger = $1 AND (number LIKE upper($7) OR serial LIKE lower($7))
                  UNION SELECT number FROM support.texts WHERE ledger = $1 AND lower(title) LIKE lower($7))
 AND (c.number LIKE upper($7) OR c.serial LIKE lower($7) OR lower(t.title) LIKE lower($7))"""
_FOUND = f"""
SELECT c.number AS id, CASE WHEN c.number LIKE upper($7) THEN c.number ELSE coalesce(t.title, c.number) END AS label,
       'support-case/' || c.number AS subject, c.company, NULL AS project, NULL AS project_name
  {_SEEN} AND $5 {_PART} ORDER BY c.changed DESC, c.number LIMIT $6"""
_WAITS_FOR: dict[str, Side] = {"new": "vendor", "open": "vendor", "waiting_customer": "company"}


class PostgresSupportCaseQueries(SnapshotReader):
    """Implements SupportCaseQueries."""

    async def support_cases(
        self, viewer: Viewer, wanted: CaseSearch, after: CasePlace | None, limit: int
    ) -> Page[SupportCaseView]:
        async with self.seen(viewer) as (connection, scope):
            reach = await case_reach(connection, self.ledger, scope, wanted.company)
            kinds = [kind for kind in reach[2] if wanted.kind in (None, kind)]
            wants = list(STATES[wanted.states]), limit + 1, _like(wanted.part), *(after or ())
            rows = await connection.fetch(_page_of(wanted, after), self.ledger, *reach[:2], kinds, *wants)
            return one_page(map(_view, rows), limit)

    async def support_case(self, viewer: Viewer, number: str) -> SupportCaseDetailView | None:
        async with self.seen(viewer) as (connection, scope):
            reach = await case_reach(connection, self.ledger, scope, None)
            row = await connection.fetchrow(_ONE, self.ledger, *reach, number)
        if row is None:
            return None
        return SupportCaseDetailView(
            **_view(row).model_dump(),
            messages_revision=row["messages_revision"],
            messages=[CaseMessageView.model_validate(one) for one in json.loads(row["messages"] or "[]")],
        )


async def found_cases(connection: Any, ledger: int, scope: Scope, part: str, limit: int) -> list[Any]:
    """Cases with this part in number, serial or title as rows of a search, whatever their state, the newest first."""
    if not part:
        return []
    reach = await case_reach(connection, ledger, scope, None)
    return list(await connection.fetch(_FOUND, ledger, *reach, True, limit, _like(part)))


async def case_reach(
    connection: Any, ledger: int, scope: Scope, company: str | None
) -> tuple[bool, list[str], list[str]]:
    """Whether all companies' cases are seen, else those of which companies; and of which kinds."""
    own = [] if scope.company is None else [scope.company, *await predecessors_of(connection, ledger, [scope.company])]
    kinds = ["support", "presales"] if scope.presales or scope.sees_all else ["support"]
    if company is None:
        return scope.sees_all, own, kinds
    return False, [company] if scope.sees_all or company in own else [], kinds


def _page_of(wanted: CaseSearch, after: CasePlace | None) -> str:
    """The query of a page: of states $5, $6 rows, with a part $7, behind the place $8 and $9."""
    column, direction, beyond = wanted.order.lstrip("-"), *(("DESC", "<") if wanted.order[0] == "-" else ("ASC", ">"))
    part = _PART if wanted.part else " AND $7 = ''"
    behind = "" if after is None else f" AND (c.{column}, c.number) {beyond} ($8, $9)"
    return (
        f"SELECT {_ROW} {_SEEN} AND c.state = ANY ($5) {part} {behind}"
        f" ORDER BY c.{column} {direction}, c.number {direction} LIMIT $6"
    )


def _view(row: Any) -> SupportCaseView:
    said = {name: row[name] for name in SupportCaseView.model_fields if name != "waits_for"}
    return SupportCaseView(**said, waits_for=_WAITS_FOR.get(row["state"]))


def _like(part: str) -> str:
    """A pattern of any place, in which no character stands for others."""
    return "%" + part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%" if part else ""
