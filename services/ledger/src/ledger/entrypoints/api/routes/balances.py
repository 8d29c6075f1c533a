"""What the projects of a company have together."""

from fastapi import APIRouter
from pydantic import Field

from ledger.application.queries.balances import ProjectTotalsView, TotalView
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.commands import CompanyOfQuery
from runtime.web.consistency import Reached
from runtime.web.pagination import PAGE_ROWS, Cursor, Limit, PageView, after_numbers, paged

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
    cursor: Cursor = None,
    limit: Limit = PAGE_ROWS,
) -> CompanyBalances:
    """Licenses by type over the projects of a company, in all and project by project, in the order of their entries.

    Of the company that the caller acts for, where none is named. Archived projects have nothing and are not listed.
    """
    whose = company or caller.company
    (after,) = after_numbers(cursor, 1)
    totals = await services.queries.totals(caller.viewer, whose, after, limit)
    page = paged(totals.projects, lambda row: str(row.sequence))
    return CompanyBalances(
        items=page.items, next=page.next, company=whose, devices=totals.devices, licenses=totals.licenses
    )
