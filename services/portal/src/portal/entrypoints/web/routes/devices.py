"""Devices: the list, one with its licenses, and its license file."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from contracts.dates import civil_day
from licensing_client import Problem
from licensing_client.api import DeviceView, DeviceViewPage, EntryView, GuaranteeStatus, LicensesView
from portal.adapters.apis import Asking, ask
from portal.entrypoints.web.actors import actors
from portal.entrypoints.web.dependencies import TheServices, TheVisit
from portal.entrypoints.web.forms import TheForm
from portal.entrypoints.web.orders import BY_SERIAL, DEVICES, Listing, listing
from portal.entrypoints.web.routes.home import waits
from portal.entrypoints.web.routes.tests import known_test
from portal.entrypoints.web.sentences import PREFIX
from portal.entrypoints.web.serials import beginning
from portal.entrypoints.web.times import AsOf, Time, newest, then

DEVICES_A_PAGE = 50
ENTRIES = 50

FILE_LEFT = f"{PREFIX}license-file-delivered.v1"
YES_OR_NO = {"true": True, "false": False}

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What devices a list is of; what is empty does not matter."""

    serial: str = ""
    project: str = ""
    license_type: str = ""
    delivered: str = ""
    blocked: str = ""
    """Of now alone: what was blocked then, nobody asks."""
    order: str = ""

    @property
    def fields(self) -> dict[str, str]:
        """What of it stands in an address, the order aside."""
        return {name: said for name, said in asdict(self).items() if said and name != "order"}

    def listing(self, as_of: str) -> Listing:
        """Those of a project or a company also by when they came; what else is asked for is found by serial."""
        is_searched = as_of or self.fields.keys() - {"project"}
        return listing((BY_SERIAL,) if is_searched else DEVICES, self.order, self.fields, as_of=as_of)


@router.get("/devices")
async def devices_page(
    request: Request,
    visit: TheVisit,
    services: TheServices,
    wanted: Annotated[Wanted, Depends()],
    as_of: AsOf,
    cursor: str | None = None,
) -> Response:
    """The devices of all projects; or by serial, of a project, with a license type, by their newest file, blocked.

    Now, or as they were: then the ledger looks at some devices after the other, and a page may have few of them.
    """
    stand = None if as_of else (await newest(visit.api, 1))["as_of"]
    ledger, at_least = visit.api.ledger, visit.api.at_least
    found, projects = await asyncio.gather(
        find_devices(visit.api, wanted, as_of, cursor, DEVICES_A_PAGE),
        ask(ledger.list_projects, order="name", limit=200, at_least=at_least),
    )
    names = {one["project"]: one["project_name"] for one in projects["items"]}
    listed = wanted.listing(as_of)
    if as_of:
        stand = next((one.get("as_of") for one in found["items"]), None)
        time = then(as_of, stand, civil_day(services.clock()), listed.said)
    else:
        time = Time(stand=stand, travels=True, fields=listed.said)
    return services.pages.page(
        request,
        "devices.html",
        time=time,
        devices=found["items"],
        following=found["next"],
        names=names,
        wanted=wanted,
        listing=listed,
    )


async def find_devices(api: Asking, wanted: Wanted, as_of: str, cursor: str | None, limit: int) -> DeviceViewPage:
    """A page of the list."""
    return await ask(
        api.ledger.find_devices,
        serial=beginning(wanted.serial) or None,
        project=wanted.project or None,
        license_type=wanted.license_type or None,
        delivered=YES_OR_NO.get(wanted.delivered),
        blocked=None if as_of else YES_OR_NO.get(wanted.blocked),
        as_of=as_of or None,
        order=wanted.listing(as_of).value,
        cursor=cursor,
        limit=limit,
        at_least=api.at_least,
    )


@router.get("/devices/{serial}")
async def device_page(request: Request, visit: TheVisit, services: TheServices, serial: str, as_of: AsOf) -> Response:
    """What a device has, whether it knows, and all that happened to it; now or as it was."""
    api, at = visit.api, as_of or None
    if at is None:
        page = await newest(api, ENTRIES, device=serial)
        time = Time(stand=page["as_of"], about={"device": serial}, travels=True)
        device = await ask(api.ledger.get_device, serial, at_least=api.at_least)
    else:
        today = civil_day(services.clock())
        try:
            device = await ask(api.ledger.get_device, serial, as_of=at, at_least=api.at_least)
        except Problem as problem:
            if problem.status != 404:
                raise
            return services.pages.page(request, "device_elsewhere.html", status=404, time=then(at, None, today))
        time = then(at, device.get("as_of"), today)
        page = await newest(api, ENTRIES, until=time.stand, device=serial)
    project, guarantee, test, on_the_box = await asyncio.gather(
        ask(api.ledger.get_project, device["project"], at_least=api.at_least),
        _guarantee(api, serial, at),
        known_test(api, serial, at),
        _on_the_box(api, device, page["items"], at),
    )
    entries = page["items"]
    return services.pages.page(
        request,
        "device.html",
        time=time,
        device=device,
        waiting=waits(device),
        on_the_box=on_the_box,
        project=project,
        entries=entries,
        actors=await actors(entries, services.accounts, visit),
        guarantee=guarantee,
        test=test,
    )


@router.post("/devices/{serial}/license-file")
async def license_file(visit: TheVisit, serial: str, _: TheForm) -> Response:
    """The newest license file; that it leaves is recorded before."""
    content = await ask(visit.api.ledger.get_license_file, serial, at_least=visit.api.at_least)
    name = f"{beginning(serial)}.xml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="application/xml", headers=headers)


async def _on_the_box(
    api: Asking, device: DeviceView, entries: Sequence[EntryView], at: str | None
) -> Mapping[str, LicensesView] | None:
    """What the device has until its next contact, by type; None where that is what it has, or is not known.

    That is what stood there when its last file left, which one of the newest entries may tell.
    """
    if at is not None or not waits(device):
        return None
    if device["delivered_issue"] is None:
        return {}
    left = next((one["sequence"] for one in entries if one["event_type"] == FILE_LEFT), None)
    if left is None:
        return None
    try:
        then = await ask(api.ledger.get_device, device["serial"], as_of=left, at_least=api.at_least)
    except Problem:
        return None
    is_it = then["issue"] == device["delivered_issue"] and then["generation"] == device["generation"]
    return {line["license_type"]: line for line in then["licenses"]} if is_it else None


async def _guarantee(api: Asking, serial: str, at: str | None) -> GuaranteeStatus | None:
    """None for whoever may not know of it (rule F4)."""
    try:
        return await ask(api.ledger.get_guarantee, serial, as_of=at, at_least=api.at_least)
    except Problem:
        return None
