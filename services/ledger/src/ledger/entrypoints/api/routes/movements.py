"""The journal of movements of a project or a device."""

from typing import Annotated

from fastapi import APIRouter, Query

from contracts.accounts import device_account, project_account
from ledger.application.queries.balances import MovementView
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.commands import project_of
from runtime.web.consistency import Reached
from runtime.web.pagination import PAGE_ROWS, Cursor, Limit, PageView, after_numbers, paged
from runtime.web.path_values import serial_of
from runtime.web.problems import Refused, require_found

router = APIRouter(prefix="/v1", tags=["movements"])


@router.get("/movements", dependencies=[Reached])
async def list_movements(
    services: TheServices,
    caller: TheCaller,
    project: Annotated[str | None, Query(max_length=36)] = None,
    device: Annotated[str | None, Query(max_length=24)] = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_ROWS,
) -> PageView[MovementView]:
    """What went into and out of a project's balance, or onto and off a device, oldest first."""
    if (project is None) == (device is None):
        raise Refused("request_invalid", "Name either a project or a device.")
    account = project_account(project_of(project)) if project is not None else device_account(serial_of(device or ""))
    after, line = after_numbers(cursor, 2)
    page = await services.queries.movements(caller.viewer, account, (after, line if cursor else -1), limit)
    code = "device_unknown" if project is None else "project_unknown"
    return paged(require_found(page, code), lambda row: f"{row.sequence}.{row.line}")
