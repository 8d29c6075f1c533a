"""What ends soon, of every kind: Home shows the soonest of it."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from licensing_client.api import ExpirationViewPage
from portal.adapters.apis import Asking, ask
from portal.entrypoints.web.dependencies import TheServices, TheVisit
from portal.entrypoints.web.device_labels import labels_of
from portal.entrypoints.web.orders import ENDING, Listing, listing

ROWS_A_PAGE = 50
HORIZONS = (7, 30, 90, 365)
"""Days from which one chooses."""
MOST_DAYS = 3660
MOST_PROJECTS = 200
"""To choose from."""
KINDS = ("software_service", "warranty", "test_licenses", "claim_code", "invitation")

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of all that ends is listed; an unknown kind is every kind."""

    kind: str = ""
    within: Annotated[int, Query(ge=1, le=MOST_DAYS)] = 90
    project: str = ""

    @property
    def listing(self) -> Listing:
        return listing(ENDING, "", {"kind": self.kind, "within": str(self.within), "project": self.project})


@router.get("/expirations")
async def expirations_page(
    request: Request,
    visit: TheVisit,
    services: TheServices,
    wanted: Annotated[Wanted, Depends()],
    cursor: str | None = None,
) -> Response:
    """What ends within some days, the soonest first."""
    page, projects = await asyncio.gather(
        find_expirations(visit.api, wanted, cursor, ROWS_A_PAGE),
        ask(visit.api.ledger.list_projects, archived=False, order="name", limit=MOST_PROJECTS),
    )
    return services.pages.page(
        request,
        "expirations.html",
        ending=page["items"],
        following=page["next"],
        labels=await labels_of(visit.api, (one["serial"] for one in page["items"])),
        kinds=[one for one in KINDS if one != "warranty" or visit.session.company_kind != "end_customer"],
        horizons=sorted({*HORIZONS, wanted.within}),
        wanted=wanted,
        projects=projects["items"],
        listing=wanted.listing,
    )


async def find_expirations(api: Asking, wanted: Wanted, cursor: str | None, limit: int) -> ExpirationViewPage:
    """A page of the list."""
    return await ask(
        api.ledger.list_expirations,
        within=wanted.within,
        kind=cast("Any", wanted.kind) if wanted.kind in KINDS else None,
        project=wanted.project or None,
        cursor=cursor,
        limit=limit,
        at_least=api.at_least,
    )
