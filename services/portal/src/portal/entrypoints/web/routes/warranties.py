"""Extending the warranty of a device, by an extension of its project's balance."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from licensing_client import Problem
from portal.adapters.apis import ask
from portal.entrypoints.web.confirming import require_password
from portal.entrypoints.web.dependencies import Services, TheServices, TheVisit, Visit
from portal.entrypoints.web.forms import TheForm
from portal.entrypoints.web.submitting import submit

router = APIRouter(prefix="/devices/{serial}/warranty")


@router.get("")
async def warranty_page(request: Request, visit: TheVisit, services: TheServices, serial: str) -> Response:
    """How it stands, for who may know, and the extensions that are free."""
    return await _page(request, visit, services, serial)


@router.post("")
async def extend(request: Request, visit: TheVisit, services: TheServices, serial: str, form: TheForm) -> Response:
    """Use one extension up, for good."""
    await require_password(request, services, visit.session, form)
    sent = ask(
        visit.api.ledger.extend_warranty,
        serial,
        license_type=form.text("license_type"),
        confirm_final=form.text("confirm_final") == "yes",
        idempotency_key=form.text("request"),
    )
    return await submit(
        visit,
        services,
        sent,
        then=f"/devices/{serial}",
        refused=lambda no: _page(request, visit, services, serial, refused=no, chosen=form.text("license_type")),
    )


async def _page(
    request: Request,
    visit: Visit,
    services: Services,
    serial: str,
    refused: Problem | None = None,
    chosen: str = "",
) -> Response:
    ledger, at_least = visit.api.ledger, visit.api.at_least
    device = await ask(ledger.get_device, serial, at_least=at_least)
    project = await ask(ledger.get_project, device["project"], at_least=at_least)
    balance = await ask(ledger.get_balance, device["project"], at_least=at_least)
    try:
        guarantee = await ask(ledger.get_guarantee, serial, at_least=at_least)
    except Problem:  # not for whoever may not know of it (rule F4)
        guarantee = None
    return services.pages.page(
        request,
        "device_warranty.html",
        status=refused.status if refused else 200,
        device=device,
        project=project,
        guarantee=guarantee,
        extensions=[one for one in balance["free"] if one["license_class"] == "warranty" and one["count"]],
        chosen=chosen,
        refused=refused,
    )
