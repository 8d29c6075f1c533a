"""Orders of lists of devices."""

from typing import Annotated, Literal

from fastapi import Query

from ledger.application.queries.devices import DeviceSearch, DeviceView, Expand
from ledger.entrypoints.api.dependencies import Services
from ledger.entrypoints.api.http.callers import LedgerCaller
from runtime.web.pagination import PageView, entry_walk
from runtime.web.problems import Refused, require_found

DeviceOrder = Literal["serial", "newest_first"]
OrderOfDevices = Annotated[DeviceOrder, Query(description="By serial, or what came into its project last first.")]


async def page_by_arrival(
    services: Services,
    caller: LedgerCaller,
    wanted: DeviceSearch,
    expand: Expand | None,
    as_of: int | None,
    cursor: str | None,
    limit: int,
) -> PageView[DeviceView]:
    """The page behind a cursor, the last arrival first; raises Refused for what no index of arrivals knows."""
    if as_of is not None:
        raise Refused(
            "request_invalid", "Devices of the past are listed by serial: ask for newest_first without as_of."
        )
    if wanted != DeviceSearch(project=wanted.project, company=wanted.company):
        raise Refused(
            "request_invalid", "newest_first lists devices of a project or a company, whatever else they are."
        )
    walk = entry_walk("newest_first", cursor)
    found = await services.queries.devices_by_arrival(caller.viewer, wanted, walk.start.after, limit, expand)
    page = walk.paged(require_found(found, "project_unknown"), lambda row: row.sequence)
    return PageView(items=[one.view for one in page.items], next=page.next)
