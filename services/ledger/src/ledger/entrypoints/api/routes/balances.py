"""What the projects of a company have together."""

from fastapi import APIRouter
from pydantic import Field

from ledger.application.queries.balances import ProjectTotalsView, TotalView
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.commands import CompanyOfQuery
from ledger.entrypoints.api.http.project_order import OrderOfProjects, mark_in, project_place
from runtime.web.consistency import Reached
from runtime.web.pagination import PAGE_ROWS, Cursor, Limit, PageView, paged

router = APIRouter(prefix="/v1", tags=["projects"])


class CompanyBalances(PageView[ProjectTotalsView]):
    """Projects of a company, and what those that the caller sees have in all, on whatever page they are."""

    company: str
    devices: int
    licenses: list[TotalView] = Field(description="Of all these projects together, by type.")


@router.get("/balances", dependencies=[Reached])
async def list_balances(
    services: TheServices,
    caller: TheCaller,
    company: CompanyOfQuery = None,
    order: OrderOfProjects = "oldest_first",
    cursor: Cursor = None,
    limit: Limit = PAGE_ROWS,
) -> CompanyBalances:
    """Licenses by type over the projects of a company, in all and project by project.

    Of the company that the caller acts for, where none is named. Archived projects have nothing and are not listed.
    """
    whose = company or caller.company
    after, mark = project_place(cursor, order), mark_in(order)
    totals = await services.queries.totals(caller.viewer, whose, order, after, limit)
    page = paged(totals.projects, lambda row: mark(row.sequence, row.project_name), order)
    return CompanyBalances(
        items=page.items, next=page.next, company=whose, devices=totals.devices, licenses=totals.licenses
    )
