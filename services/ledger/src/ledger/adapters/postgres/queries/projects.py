"""Queries of projects."""

from collections.abc import Sequence
from typing import Any

from contracts.log.subjects import PROJECT, subject
from ledger.adapters.postgres.queries import block_columns, label_columns
from ledger.adapters.postgres.queries.project_balances import with_balances
from ledger.adapters.postgres.queries.project_search import in_order_of, project_search
from ledger.adapters.postgres.queries.snapshots import SnapshotReader
from ledger.adapters.postgres.queries.visibility import Scope, narrowed
from ledger.application.queries.project_order import ProjectPlace
from ledger.application.queries.projects import Beside, ProjectCountsView, ProjectSearch, ProjectView
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page, one_page

_PROJECT_ROWS = f"""
SELECT project, company, name AS project_name, p.sequence, time AS created, archived, {block_columns.COLUMNS},
       {label_columns.COLUMNS}
  FROM projects AS p {label_columns.join("project", "p", "p.project")}
  {block_columns.join(block_columns.company("p.company"), ledger="p.ledger")}"""  # noqa: S608
PROJECT_PAGE = f"{_PROJECT_ROWS} JOIN ({{}}) AS page ON page.sequence = p.sequence WHERE ledger = $1 ORDER BY {{}}"
"""The projects of a page, in its order; both are filled in."""
_COUNTS = """
SELECT split_part(owner, '/', 2) AS project, sum(devices)::bigint AS devices, sum(free)::bigint AS free
  FROM (SELECT owner, 0 AS devices, free FROM license_totals WHERE ledger = $1 AND owner = ANY ($2)
        UNION ALL
        SELECT owner, devices, 0 FROM device_totals WHERE ledger = $1 AND owner = ANY ($2)) AS t
 GROUP BY owner"""


class PostgresProjectQueries(SnapshotReader):
    """Implements ProjectQueries."""

    async def projects(
        self, viewer: Viewer, wanted: ProjectSearch, after: ProjectPlace, limit: int, beside: Beside | None = None
    ) -> Page[ProjectView]:
        async with self.seen(viewer) as (connection, scope):
            reach = await narrowed(connection, self.ledger, scope.lists(), wanted.company)
            query, arguments = project_search(wanted, reach, after, limit + 1)
            if not query:
                return Page((), more=False)
            page = PROJECT_PAGE.format(query, in_order_of(wanted, "page."))
            rows = await connection.fetch(page, self.ledger, *arguments)
            views = [viewed_project(scope, row) for row in rows]
            match beside:
                case "counts":
                    views = await self._with_counts(connection, views)
                case "balances":
                    views = await with_balances(connection, self.ledger, views, wanted.as_of)
                case None:
                    pass
            return one_page(views, limit)

    async def _with_counts(self, connection: Any, views: Sequence[ProjectView]) -> list[ProjectView]:
        """Projects with how much they have; no row is kept for one that has had nothing."""
        rows = await connection.fetch(_COUNTS, self.ledger, [subject(PROJECT, one.project) for one in views])
        counts = {row["project"]: ProjectCountsView(devices=row["devices"], free=row["free"]) for row in rows}
        none = ProjectCountsView(devices=0, free=0)
        return [one.model_copy(update={"counts": counts.get(one.project, none)}) for one in views]

    async def project(self, viewer: Viewer, project: str) -> ProjectView | None:
        async with self.seen(viewer) as (connection, scope):
            return await self._project(connection, scope, project)

    async def _project(self, connection: Any, scope: Scope, project: str) -> ProjectView | None:
        query = f"{_PROJECT_ROWS} WHERE ledger = $1 AND project = $2"
        row = await connection.fetchrow(query, self.ledger, project)
        if row is None or not scope.require(row["company"], project, "view"):
            return None
        return viewed_project(scope, row)


def viewed_project(scope: Scope, row: Any) -> ProjectView:
    """A row of projects, with what the viewer may do there."""
    rights = scope.rights_in(row["company"], row["project"])
    return ProjectView(**label_columns.viewed(block_columns.viewed(row)), rights=list(rights))
