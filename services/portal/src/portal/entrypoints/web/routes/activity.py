"""Activity: the entries of the company."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.adapters.apis import ask
from portal.entrypoints.web.dependencies import TheServices, TheVisit
from portal.entrypoints.web.sentences import actors

ENTRIES_A_PAGE = 50

router = APIRouter()


@router.get("/activity")
async def activity_page(
    request: Request, visit: TheVisit, services: TheServices, cursor: str | None = None
) -> Response:
    """What happened in the company, oldest first."""
    page = await ask(
        visit.api.ledger.get_company_history,
        visit.company,
        cursor=cursor,
        limit=ENTRIES_A_PAGE,
        at_least=visit.api.at_least,
    )
    return services.pages.page(
        request,
        "activity.html",
        entries=page["items"],
        following=page["next"],
        actors=await actors(page["items"], services.accounts, visit.company),
    )
