"""Queries of projects."""

from typing import Any

from ledger.adapters.postgres.queries import block_columns
from ledger.adapters.postgres.queries.project_search import project_search
from ledger.adapters.postgres.queries.snapshots import SnapshotReader
from ledger.adapters.postgres.queries.visibility import Scope, narrowed
from ledger.application.queries.projects import ProjectPlace, ProjectSearch, ProjectView
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page, one_page

_PROJECT_ROWS = f"""
SELECT project, company, name AS project_name, p.sequence, time AS created, archived, {block_columns.COLUMNS}
  FROM projects AS p {block_columns.join(block_columns.company("p.company"), ledger="p.ledger")}"""  # noqa: S608
_PAGE_OF_PROJECTS = f"{_PROJECT_ROWS} JOIN ({{}}) AS page ON page.sequence = p.sequence WHERE ledger = $1 ORDER BY {{}}"


class PostgresProjectQueries(SnapshotReader):
    """Implements ProjectQueries."""

    async def projects(
        self, viewer: Viewer, wanted: ProjectSearch, after: ProjectPlace, limit: int
    ) -> Page[ProjectView]:
        async with self.seen(viewer) as (connection, scope):
            reach = await narrowed(connection, self.ledger, scope.lists(), wanted.company)
            query, arguments = project_search(wanted, reach, after, limit + 1)
            if not query:
                return Page((), more=False)
            order = "page.comparable_name, page.sequence" if wanted.name else "page.sequence"
            rows = await connection.fetch(_PAGE_OF_PROJECTS.format(query, order), self.ledger, *arguments)
            return one_page((_viewed(scope, row) for row in rows), limit)

    async def project(self, viewer: Viewer, project: str) -> ProjectView | None:
        async with self.seen(viewer) as (connection, scope):
            return await self._project(connection, scope, project)

    async def _project(self, connection: Any, scope: Scope, project: str) -> ProjectView | None:
        query = f"{_PROJECT_ROWS} WHERE ledger = $1 AND project = $2"
        row = await connection.fetchrow(query, self.ledger, project)
        if row is None or not scope.require(row["company"], project, "view"):
            return None
        return _viewed(scope, row)


def _viewed(scope: Scope, row: Any) -> ProjectView:
    rights = scope.rights_in(row["company"], row["project"])
    return ProjectView(**block_columns.viewed(row), rights=list(rights))
