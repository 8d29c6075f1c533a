"""The data access log: what the vendor's staff has read of the ledger."""

from fastapi import APIRouter

from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from runtime.accesses import AccessView
from runtime.web.accesses import WantedAccesses, access_page
from runtime.web.pagination import PAGE_ROWS, Cursor, Limit, PageView

router = APIRouter(prefix="/v1", tags=["staff"])


@router.get("/accesses")
async def list_accesses(
    services: TheServices, caller: TheCaller, wanted: WantedAccesses, cursor: Cursor = None, limit: Limit = PAGE_ROWS
) -> PageView[AccessView]:
    """What the vendor's staff has read, newest first: all, of one account, or about one thing. For the vendor's staff.

    Each GET that told something of a company is here, this one, too; it was recorded before it was told.
    """
    await services.queries.require_staff(caller.viewer)
    return await access_page(services.accesses, wanted, cursor, limit)
