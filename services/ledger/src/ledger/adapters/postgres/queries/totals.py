"""Queries of what the projects of a company have together: the projector keeps the sums."""

from collections.abc import Sequence
from typing import Any

from contracts.log.subjects import COMPANY, PROJECT, subject
from ledger.adapters.postgres.queries.project_search import in_order_of, project_search
from ledger.adapters.postgres.queries.projects import PROJECT_PAGE, PostgresProjectQueries
from ledger.adapters.postgres.queries.visibility import narrowed
from ledger.application.queries.balances import CompanyTotals, ProjectTotalsView, TotalView
from ledger.application.queries.project_order import ProjectOrder, ProjectPlace
from ledger.application.queries.projects import ProjectSearch
from ledger.application.queries.visibility import Viewer
from runtime.pages import one_page

_SUMS = """
SELECT license_type, min(license_class) AS license_class, sum(free)::bigint AS free, sum(held)::bigint AS held,
       sum(allocated)::bigint AS allocated, sum(delivered)::bigint AS delivered
  FROM license_totals WHERE ledger = $1 AND owner = ANY ($2) GROUP BY license_type ORDER BY license_type"""
_DEVICES = "SELECT coalesce(sum(devices), 0)::bigint FROM device_totals WHERE ledger = $1 AND owner = ANY ($2)"
_LICENSES_OF = """
SELECT owner, license_type, license_class, free, held, allocated, delivered
  FROM license_totals WHERE ledger = $1 AND owner = ANY ($2) ORDER BY license_type"""
_DEVICES_OF = "SELECT owner, devices FROM device_totals WHERE ledger = $1 AND owner = ANY ($2)"


class PostgresTotalQueries(PostgresProjectQueries):
    """Implements what BalanceQueries has of totals."""

    async def totals(
        self, viewer: Viewer, company: str, order: ProjectOrder, after: ProjectPlace, limit: int
    ) -> CompanyTotals:
        wanted = ProjectSearch(company=company, archived=False, order=order)
        async with self.seen(viewer) as (connection, scope):
            _, whole, projects = reach = await narrowed(connection, self.ledger, scope.lists(), company)
            owners = [subject(PROJECT, project) for project in projects] if whole is None else [subject(COMPANY, whole)]
            sums = await connection.fetch(_SUMS, self.ledger, owners)
            query, arguments = project_search(wanted, reach, after, limit + 1)
            page = PROJECT_PAGE.format(query, in_order_of(wanted, "page."))
            rows = await connection.fetch(page, self.ledger, *arguments) if query else []
            return CompanyTotals(
                devices=await connection.fetchval(_DEVICES, self.ledger, owners),
                licenses=[TotalView(**row) for row in sums],
                projects=one_page(await self._with_totals(connection, rows), limit),
            )

    async def _with_totals(self, connection: Any, projects: Sequence[Any]) -> list[ProjectTotalsView]:
        """Projects with what each has."""
        licenses: dict[str, list[TotalView]] = {subject(PROJECT, row["project"]): [] for row in projects}
        for owner, *total in await connection.fetch(_LICENSES_OF, self.ledger, list(licenses)):
            licenses[owner].append(TotalView(**dict(zip(TotalView.model_fields, total, strict=True))))
        devices = dict(await connection.fetch(_DEVICES_OF, self.ledger, list(licenses)))
        return [
            ProjectTotalsView(
                project=row["project"],
                project_name=row["project_name"],
                sequence=row["sequence"],
                devices=devices.get(owner, 0),
                licenses=licenses[owner],
            )
            for row, owner in zip(projects, licenses, strict=True)
        ]
