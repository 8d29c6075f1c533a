"""Activity: the entries that the visitor sees, the newest first, and each of them on a page of its own."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.identifiers import MAX_SEQUENCE
from licensing_client.api import MovedView
from portal.adapters.apis import ask, unless_away
from portal.entrypoints.web.actors import actors
from portal.entrypoints.web.dependencies import TheServices, TheVisit
from portal.entrypoints.web.device_labels import MOST_AT_ONCE, devices_in, labels_of
from portal.entrypoints.web.times import Time, newest

ENTRIES_A_PAGE = 50
MOST_NAMED = 200
"""Projects that the list of entries calls by name; another one is only led to."""
Behind = Annotated[int | None, Query(ge=1, le=MAX_SEQUENCE)]

router = APIRouter()


@router.get("/activity")
async def activity_page(request: Request, visit: TheVisit, services: TheServices, cursor: Behind = None) -> Response:
    """What happened where the visitor sees it, the newest first."""
    page = await newest(visit.api, ENTRIES_A_PAGE, until=None if cursor is None else cursor - 1)
    projects = await unless_away(ask(visit.api.ledger.list_projects, limit=MOST_NAMED, at_least=visit.api.at_least))
    return services.pages.page(
        request,
        "activity.html",
        time=Time(stand=page["as_of"]),
        entries=page["items"],
        following=page["next"] if page["more"] else None,
        names={one["project"]: one["project_name"] for one in projects["items"]} if projects else {},
        actors=await actors(page["items"], services.accounts, visit),
        labels=await labels_of(visit.api, devices_in(page["items"])),
    )


@router.get("/e/{sequence}")
async def entry_page(
    request: Request,
    visit: TheVisit,
    services: TheServices,
    sequence: Annotated[int, Path(ge=1, le=MAX_SEQUENCE)],
) -> Response:
    """One entry: what it moved, who caused it, and what it says besides."""
    page = await ask(visit.api.ledger.list_entries, after=sequence - 1, limit=1, at_least=visit.api.at_least)
    found = next((one for one in page["items"] if one["sequence"] == sequence), None)
    if found is None:
        raise HTTPException(404)
    return services.pages.page(
        request,
        "entry.html",
        entry=found,
        actors=await actors([found], services.accounts, visit),
        labels=await labels_of(visit.api, found["serials"][:MOST_AT_ONCE]),
        place=_place,
    )


def _place(moved: MovedView) -> Mapping[str, str]:
    """Where an entry moved something: in a project, free or held; on a device; or out of what people have."""
    kind, _, name = moved["account"].partition("/")
    return {"kind": kind, "name": name}
