"""The page that shows every component of the pages, for whoever makes one."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.entrypoints.web.dependencies import TheServices

router = APIRouter()


@router.get("/components")
async def components_page(request: Request, services: TheServices) -> Response:
    """Everything that a page is made of, with made-up contents."""
    return services.pages.page(request, "components.html")
