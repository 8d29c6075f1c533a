"""Pages for reading: every component of the pages, for whoever makes one, and the rules that refusals name."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.entrypoints.web.dependencies import TheServices, TheSession
from portal.entrypoints.web.times import Time

router = APIRouter()


@router.get("/components")
async def components_page(request: Request, services: TheServices) -> Response:
    """Everything that a page is made of, with made-up contents."""
    then = Time(stand=1174, as_of="2026-11-24", travels=True)
    return services.pages.page(request, "components.html", then=then)


@router.get("/rules")
async def rules_page(request: Request, _: TheSession, services: TheServices) -> Response:
    """The rules of the ledger, each where a refusal links to; in English, as the refusals are."""
    return services.pages.page(request, "rules.html")
