"""Devices of all projects, found by what one knows of them."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from contracts.catalog import ModelName
from contracts.identifiers import LICENSE_TYPE_PATTERN
from ledger.application.queries.devices import DeviceSearch, DeviceView, Expand
from ledger.entrypoints.api.dependencies import Services, TheCaller, TheServices
from ledger.entrypoints.api.http.callers import LedgerCaller
from ledger.entrypoints.api.http.commands import CompanyOfQuery, project_of
from ledger.entrypoints.api.http.device_lookup import ExpandOfQuery
from ledger.entrypoints.api.http.device_order import OrderOfDevices, page_by_arrival
from runtime.web.as_of import AsOf
from runtime.web.consistency import Reached
from runtime.web.pagination import PAGE_ROWS, Cursor, Limit, PageView, after, bad_cursor, in_order, paged
from runtime.web.path_values import part_of_serial
from runtime.web.problems import Refused, require_found

router = APIRouter(prefix="/v1", tags=["devices"])

_HEX = re.compile(r"[0-9a-f]{0,12}")
SerialPrefix = Annotated[str, Query(max_length=24, description="How the serial begins.", examples=["009033"])]


def after_serial(cursor: str | None) -> str:
    """The serial in a cursor; raises Refused."""
    start = after(cursor, "")
    if not _HEX.fullmatch(start):
        raise bad_cursor()
    return start


async def _model(
    services: TheServices,
    model: Annotated[
        ModelName | None,
        Query(description="Only those of this model, as far as their guarantee is shown to the caller."),
    ] = None,
) -> str | None:
    if model is not None and await services.queries.device_model(model) is None:
        raise Refused("model_unknown", "There is no such device model.", {"model": model})
    return model


async def _wanted(
    model: Annotated[str | None, Depends(_model)],
    serial: SerialPrefix = "",
    project: Annotated[str | None, Query(max_length=36)] = None,
    company: CompanyOfQuery = None,
    license_type: Annotated[str | None, Query(pattern=LICENSE_TYPE_PATTERN, max_length=40)] = None,
    delivered: Annotated[
        bool | None, Query(description="Only those whose newest license file was delivered, or only others.")
    ] = None,
    blocked: Annotated[
        bool | None, Query(description="Only those that are blocked, each or with their company, or only others.")
    ] = None,
) -> DeviceSearch:
    return DeviceSearch(
        prefix=part_of_serial(serial),
        project=None if project is None else project_of(project),
        company=company,
        license_type=license_type,
        delivered=delivered,
        blocked=blocked,
        model=model,
    )


Wanted = Annotated[DeviceSearch, Depends(_wanted)]


async def _as_of(
    services: Services,
    caller: LedgerCaller,
    wanted: DeviceSearch,
    expand: Expand | None,
    as_of: int,
    start: str,
    limit: int,
) -> PageView[DeviceView]:
    if (expand, wanted.model, wanted.blocked) != (None, None, None):
        raise Refused("request_invalid", "expand, model and blocked are those of now: ask for them without as_of.")
    found = await services.queries.find_devices_as_of(caller.viewer, wanted, as_of, start, limit)
    page = paged(require_found(found, "project_unknown"), lambda row: row.serial, "serial")
    return PageView(items=[one.view for one in page.items if one.view], next=page.next)


@router.get("/devices", dependencies=[Reached], response_model_exclude_unset=True)
async def find_devices(  # noqa: PLR0913 - each is a part of the question
    *,
    services: TheServices,
    caller: TheCaller,
    wanted: Wanted,
    expand: ExpandOfQuery,
    as_of: AsOf,
    order: OrderOfDevices = "serial",
    cursor: Cursor = None,
    limit: Limit = PAGE_ROWS,
) -> PageView[DeviceView]:
    """Devices by serial: those that begin so, stand in this project or company, hold licenses of this type.

    `newest_first` lists those that came last into their project first, of a project or a company, not as of the past.

    A model is that of the vendor's delivery, of which an end customer learns nothing: to it no device has one.

    With `as_of`, those that stood there then, with what was on them and whether its file was delivered. A page may have
    fewer than asked for, even none, although another one follows: it looks at a bounded number of devices.
    """
    if order == "newest_first":
        return await page_by_arrival(services, caller, wanted, expand, as_of, cursor, limit)
    start = after_serial(in_order(cursor, order))
    if as_of is not None:
        return await _as_of(services, caller, wanted, expand, as_of, start, limit)
    page = await services.queries.find_devices(caller.viewer, wanted, start, limit, expand)
    return paged(require_found(page, "project_unknown"), lambda row: row.serial, order)
