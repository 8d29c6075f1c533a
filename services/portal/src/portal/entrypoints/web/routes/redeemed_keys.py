"""Activation keys that were redeemed into a project."""

import asyncio

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.adapters.apis import ask
from portal.entrypoints.web.dependencies import TheServices, TheVisit
from portal.entrypoints.web.orders import RECORDS, listing

KEYS_A_PAGE = 50

router = APIRouter()


@router.get("/projects/{project}/keys")
async def redeemed_keys_page(
    request: Request, visit: TheVisit, services: TheServices, project: str, order: str = "", cursor: str | None = None
) -> Response:
    """What each key brought, the newest first unless asked otherwise; the keys themselves are kept nowhere."""
    listed = listing(RECORDS, order)
    ledger, at_least = visit.api.ledger, visit.api.at_least
    found, page = await asyncio.gather(
        ask(ledger.get_project, project, at_least=at_least),
        ask(
            ledger.list_redeemed_keys,
            project,
            order=listed.value,
            cursor=cursor,
            limit=KEYS_A_PAGE,
            at_least=at_least,
        ),
    )
    return services.pages.page(
        request,
        "redeemed_keys.html",
        project=found,
        keys=page["items"],
        following=page["next"],
        listing=listed,
    )
