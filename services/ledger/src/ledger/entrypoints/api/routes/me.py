"""The caller itself."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from ledger.application.queries.me import MembershipView, RightsView
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from runtime.web.consistency import Reached
from runtime.web.pagination import PAGE_ROWS, Cursor, Limit, PageView, after_text, paged

router = APIRouter(prefix="/v1", tags=["people and rights"])


class MeView(BaseModel):
    """Who asks, and what it may do. Rights in the name of another company come with a token for that one."""

    account: str
    company: str = Field(description="The company that the token names.")
    staff: bool = Field(description="Whether it is the vendor's staff.", examples=[False])
    companies: list[MembershipView] = Field(
        description="Those that the account belongs to, at most 200; `GET /v1/companies` pages through all."
    )
    rights: PageView[RightsView] = Field(
        description="Rights that were granted to it in single projects; administrators have all in all of the company."
    )


@router.get("/me", dependencies=[Reached])
async def get_me(services: TheServices, caller: TheCaller, cursor: Cursor = None, limit: Limit = PAGE_ROWS) -> MeView:
    """Who the caller is: its companies, and its rights by project, a page of them."""
    found = await services.queries.memberships(caller.viewer, after_text(cursor), limit)
    return MeView(
        account=caller.account,
        company=caller.company,
        staff=found.staff,
        companies=found.companies,
        rights=paged(found.rights, lambda row: row.project),
    )
