"""PBX licenses of a newer version while software service runs: those that are free, or those of one device."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from licensing_client import Problem
from portal.adapters.apis import ask
from portal.entrypoints.web.confirming import require_password
from portal.entrypoints.web.dependencies import Services, TheServices, TheVisit, Visit
from portal.entrypoints.web.forms import TheForm
from portal.entrypoints.web.license_types import all_types
from portal.entrypoints.web.routes.projects import free_of, held_by
from portal.entrypoints.web.serials import whole
from portal.entrypoints.web.submitting import reached
from portal.entrypoints.web.upgrades import after, upgrades, versions

MOST_DEVICES = 200
"""Offered to choose from; of more, one comes here from the page of the device, or takes a table."""

router = APIRouter(prefix="/projects/{project}/upgrades")


@router.get("")
async def upgrades_page(
    request: Request,
    visit: TheVisit,
    services: TheServices,
    project: str,
    version: int | None = None,
    serial: str = "",
) -> Response:
    """What is to be upgraded; with `version`, what becomes of it."""
    return await _page(request, visit, services, project, version=version, serial=whole(serial) or "")


@router.post("")
async def upgrade(request: Request, visit: TheVisit, services: TheServices, project: str, form: TheForm) -> Response:
    """Upgrade them, and show the receipt; sent again, it is the same one."""
    await require_password(request, services, visit.session, form)
    version, serial = form.whole("version") or 0, whole(form.text("serial")) or ""
    sent = ask(
        visit.api.ledger.upgrade_licenses,
        project,
        version=version,
        serial=serial or None,
        idempotency_key=form.text("request"),
    )
    try:
        done = await reached(visit, services, sent)
    except Problem as problem:
        return await _page(request, visit, services, project, version=version, serial=serial, refused=problem)
    found = await ask(visit.api.ledger.get_project, project, at_least=done["sequence"])
    values: dict[str, Any] = {"project": found, "serial": serial, "version": version, "done": done}
    return services.pages.page(request, "upgrade_receipt.html", **values)


async def _page(
    request: Request,
    visit: Visit,
    services: Services,
    project: str,
    *,
    version: int | None,
    serial: str,
    refused: Problem | None = None,
) -> Response:
    ledger, at_least = visit.api.ledger, visit.api.at_least
    found, balance, service, devices, types = await asyncio.gather(
        ask(ledger.get_project, project, at_least=at_least),
        ask(ledger.get_balance, project, at_least=at_least),
        ask(ledger.get_software_service, project, at_least=at_least),
        ask(ledger.list_devices, project, limit=MOST_DEVICES, at_least=at_least),
        all_types(visit.api),
    )
    known = {one["serial"]: one for one in devices["items"]}
    if serial and serial not in known:
        known[serial] = await ask(ledger.get_device, serial, at_least=at_least)
    there = held_by(known[serial]) if serial else free_of(balance)
    released = versions(types)
    wanted = version or next(iter(released), 0)
    offered = [one for one in known.values() if one["serial"] == serial or upgrades(held_by(one), types, wanted)]
    changes = upgrades(there, types, version) if version is not None else []
    return services.pages.page(
        request,
        "upgrade.html",
        status=refused.status if refused else 200,
        project=found,
        service=service,
        versions=released,
        version=version,
        serial=serial,
        devices=offered,
        changes=changes,
        lines=after(there, changes),
        may="licenses" in found["rights"],
        refused=refused,
    )
