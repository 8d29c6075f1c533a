"""A device to another project, or to nobody; and licenses back from one whose file has not left."""

import asyncio

from fastapi import APIRouter, Request
from starlette.responses import Response

from licensing_client import Problem
from licensing_client.api import DeviceView, WantedLicenses
from portal.adapters.apis import ask
from portal.entrypoints.web.choices import targets_of
from portal.entrypoints.web.confirming import require_password
from portal.entrypoints.web.dependencies import Services, TheServices, TheVisit, Visit
from portal.entrypoints.web.forms import Form, TheForm
from portal.entrypoints.web.routes.projects import free_of, held_by
from portal.entrypoints.web.submitting import submit
from portal.entrypoints.web.two_sides import counted, going, typed

router = APIRouter(prefix="/devices/{serial}")


@router.get("/move")
async def move_page(request: Request, visit: TheVisit, services: TheServices, serial: str) -> Response:
    """Where to: all that stands on the device goes along."""
    return await _move_page(request, visit, services, serial)


@router.post("/move")
async def move(request: Request, visit: TheVisit, services: TheServices, serial: str, form: TheForm) -> Response:
    """Move the device with all that is on it."""
    target = form.text("target")
    sent = ask(visit.api.ledger.move_device, serial, project=target, idempotency_key=form.text("request"))
    return await submit(
        visit,
        services,
        sent,
        then=f"/devices/{serial}",
        refused=lambda no: _move_page(request, visit, services, serial, target=target, refused=no),
    )


@router.post("/release")
async def release(request: Request, visit: TheVisit, services: TheServices, serial: str, form: TheForm) -> Response:
    """Let go of the device: anybody may add it to a project then."""
    await require_password(request, services, visit.session, form)
    once = f"{form.text('request')}-release"
    sent = ask(visit.api.ledger.release_device, serial, idempotency_key=once)
    return await submit(
        visit,
        services,
        sent,
        then="/devices",
        refused=lambda no: _move_page(request, visit, services, serial, refused=no),
    )


@router.get("/take-back")
async def take_back_page(request: Request, visit: TheVisit, services: TheServices, serial: str) -> Response:
    """How many of each type come back to the balance."""
    return await _take_back_page(request, visit, services, serial)


@router.post("/take-back")
async def take_back(request: Request, visit: TheVisit, services: TheServices, serial: str, form: TheForm) -> Response:
    """Take them back; whether a file with them has left is the ledger's to say."""
    wanted: list[WantedLicenses] = [
        {"license_type": name, "count": count} for name, count in counted(form).items() if count
    ]
    sent = ask(
        visit.api.ledger.deallocate_licenses,
        form.text("project"),
        serial=serial,
        licenses=wanted,
        idempotency_key=form.text("request"),
    )
    return await submit(
        visit,
        services,
        sent,
        then=f"/devices/{serial}",
        refused=lambda no: _take_back_page(request, visit, services, serial, form=form, refused=no),
    )


async def _move_page(
    request: Request,
    visit: Visit,
    services: Services,
    serial: str,
    *,
    target: str = "",
    refused: Problem | None = None,
) -> Response:
    ledger, at_least = visit.api.ledger, visit.api.at_least
    device = await ask(ledger.get_device, serial, at_least=at_least)
    project = await ask(ledger.get_project, device["project"], at_least=at_least)
    return services.pages.page(
        request,
        "device_move.html",
        status=refused.status if refused else 200,
        device=device,
        project=project,
        targets=await targets_of(visit.api, project),
        target=target,
        is_own=project["company"] == visit.company,
        may_be_released=not pbx_on(device),
        refused=refused,
    )


async def _take_back_page(
    request: Request,
    visit: Visit,
    services: Services,
    serial: str,
    *,
    form: Form | None = None,
    refused: Problem | None = None,
) -> Response:
    ledger, at_least = visit.api.ledger, visit.api.at_least
    device = await ask(ledger.get_device, serial, at_least=at_least)
    project, balance = await asyncio.gather(
        ask(ledger.get_project, device["project"], at_least=at_least),
        ask(ledger.get_balance, device["project"], at_least=at_least),
    )
    return services.pages.page(
        request,
        "take_back.html",
        status=refused.status if refused else 200,
        device=device,
        project=project,
        lines=going(pbx_on(device), held_by(device), free_of(balance)),
        typed=typed(form) if form else {},
        refused=refused,
    )


def pbx_on(device: DeviceView) -> dict[str, int]:
    """The licenses that can leave the device again, by type."""
    return {one["license_type"]: one["count"] for one in device["licenses"] if one["license_class"] == "pbx"}
