"""Devices of all projects, found by what one knows of them."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from contracts.identifiers import LICENSE_TYPE_PATTERN
from ledger.application.queries.devices import DeviceSearch, DeviceView
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.commands import CompanyOfQuery, project_of
from runtime.web.consistency import Reached
from runtime.web.pagination import PAGE_ROWS, Cursor, Limit, PageView, after, bad_cursor, paged
from runtime.web.path_values import part_of_serial
from runtime.web.problems import require_found

router = APIRouter(prefix="/v1", tags=["devices"])

_HEX = re.compile(r"[0-9a-f]{0,12}")
SerialPrefix = Annotated[str, Query(max_length=24, description="How the serial begins.", examples=["009033"])]


def after_serial(cursor: str | None) -> str:
    """The serial in a cursor; raises Refused."""
    start = after(cursor, "")
    if not _HEX.fullmatch(start):
        raise bad_cursor()
    return start


async def _wanted(
    serial: SerialPrefix = "",
    project: Annotated[str | None, Query(max_length=36)] = None,
    company: CompanyOfQuery = None,
    license_type: Annotated[str | None, Query(pattern=LICENSE_TYPE_PATTERN, max_length=40)] = None,
) -> DeviceSearch:
    return DeviceSearch(
        prefix=part_of_serial(serial),
        project=None if project is None else project_of(project),
        company=company,
        license_type=license_type,
    )


Wanted = Annotated[DeviceSearch, Depends(_wanted)]


@router.get("/devices", dependencies=[Reached])
async def find_devices(
    services: TheServices, caller: TheCaller, wanted: Wanted, cursor: Cursor = None, limit: Limit = PAGE_ROWS
) -> PageView[DeviceView]:
    """Devices by serial: those that begin so, stand in this project or company, hold licenses of this type."""
    page = await services.queries.find_devices(caller.viewer, wanted, after_serial(cursor), limit)
    return paged(require_found(page, "project_unknown"), lambda row: row.serial)
