"""Devices: the list, one with its licenses, and its license file."""

import asyncio

from fastapi import APIRouter, Request
from starlette.responses import Response

from licensing_client import Problem
from licensing_client.api import EntryView, GuaranteeStatus, TestView
from portal.adapters.apis import Asking, ask
from portal.entrypoints.web.dependencies import TheServices, TheVisit
from portal.entrypoints.web.forms import TheForm
from portal.entrypoints.web.routes.home import waits
from portal.entrypoints.web.sentences import actors
from portal.entrypoints.web.serials import beginning

DEVICES_A_PAGE = 50
ENTRIES = 50

router = APIRouter()


@router.get("/devices")
async def devices_page(request: Request, visit: TheVisit, services: TheServices, cursor: str | None = None) -> Response:
    """The devices of all projects."""
    found = await ask(
        visit.api.ledger.find_devices,
        cursor=cursor,
        limit=DEVICES_A_PAGE,
        at_least=visit.api.at_least,
    )
    projects = await ask(visit.api.ledger.list_projects, limit=200, at_least=visit.api.at_least)
    names = {one["project"]: one["project_name"] for one in projects["items"]}
    return services.pages.page(request, "devices.html", devices=found["items"], following=found["next"], names=names)


@router.get("/devices/{serial}")
async def device_page(request: Request, visit: TheVisit, services: TheServices, serial: str) -> Response:
    """What a device has, whether it knows, and all that happened to it."""
    api = visit.api
    device = await ask(api.ledger.get_device, serial, at_least=api.at_least)
    project, entries, guarantee, test = await asyncio.gather(
        ask(api.ledger.get_project, device["project"], at_least=api.at_least),
        _entries(api, serial),
        _guarantee(api, serial),
        _test(api, serial),
    )
    return services.pages.page(
        request,
        "device.html",
        device=device,
        waiting=waits(device),
        project=project,
        entries=entries,
        actors=await actors(entries, services.accounts, visit.company),
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


async def _entries(api: Asking, serial: str) -> list[EntryView]:
    """The entries of the device, the newest first."""
    page = await ask(api.ledger.get_device_history, serial, limit=ENTRIES, at_least=api.at_least)
    return page["items"][::-1]


async def _guarantee(api: Asking, serial: str) -> GuaranteeStatus | None:
    """None for whoever may not know of it (rule F4)."""
    try:
        return await ask(api.ledger.get_guarantee, serial, at_least=api.at_least)
    except Problem:
        return None


async def _test(api: Asking, serial: str) -> TestView | None:
    try:
        return await ask(api.ledger.get_test_licenses, serial, at_least=api.at_least)
    except Problem:
        return None
