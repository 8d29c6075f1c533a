"""The data access log: what the vendor's staff has read of cases."""

from fastapi import APIRouter

from rma.entrypoints.api.dependencies import TheServices, TheSight
from rma.entrypoints.api.http.taking_part import require_staff
from runtime.accesses import AccessView
from runtime.web.accesses import WantedAccesses, access_page
from runtime.web.pagination import PAGE_ROWS, Cursor, Limit, PageView

router = APIRouter(prefix="/v1", tags=["accesses"])


@router.get("/accesses")
async def list_accesses(
    services: TheServices, sight: TheSight, wanted: WantedAccesses, cursor: Cursor = None, limit: Limit = PAGE_ROWS
) -> PageView[AccessView]:
    """What the vendor's staff has read, newest first: all, of one account, or about one thing. For the vendor's staff.

    Each GET that told something of a case is here, this one, too; it was recorded before it was told.
    """
    require_staff(sight)
    return await access_page(services.accesses, wanted, cursor, limit)
