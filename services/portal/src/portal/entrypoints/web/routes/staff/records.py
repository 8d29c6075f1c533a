"""Records of what is rare: swaps, files that staff took, limits that were lifted, certificates that came back."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from licensing_client import Client
from portal.adapters.apis import ask
from portal.entrypoints.web.actors import actors
from portal.entrypoints.web.dependencies import TheServices, TheStaff
from portal.entrypoints.web.device_labels import labels_of
from portal.entrypoints.web.orders import RECORDS, listing

ROWS_A_PAGE = 50
KINDS: Mapping[str, tuple[str, Callable[[Client], Callable[..., Any]]]] = {
    "swaps": ("Swaps", lambda client: client.list_replacements),
    "downloads": ("Files taken", lambda client: client.list_staff_downloads),
    "limits": ("Return limits", lambda client: client.list_return_limit_releases),
    "certificates": ("Spent certificates", lambda client: client.list_spent_certificates),
}
"""Kinds of records, as a page calls them, and where they are listed."""

router = APIRouter(prefix="/staff/records")


@router.get("")
async def records_page(
    request: Request,
    visit: TheStaff,
    services: TheServices,
    show: str = "swaps",
    order: str = "",
    cursor: str | None = None,
) -> Response:
    """The records of one kind, the newest first unless asked otherwise."""
    kind = show if show in KINDS else "swaps"
    listed = listing(RECORDS, order, {"show": kind})
    list_of = KINDS[kind][1](visit.api.ledger)
    page = await ask(list_of, order=listed.value, cursor=cursor, limit=ROWS_A_PAGE, at_least=visit.api.at_least)
    rows = page["items"]
    return services.pages.page(
        request,
        "staff/records.html",
        kinds={name: title for name, (title, _) in KINDS.items()},
        show=kind,
        rows=rows,
        following=page["next"],
        listing=listed,
        labels=await labels_of(visit.api, (one.get(name) for one in rows for name in ("serial", "replacement"))),
        companies=await services.accounts.company_names([one["company"] for one in rows if "company" in one]),
        actors=await actors([one for one in rows if "actor" in one], services.accounts, visit),
    )
