"""The guided return: what comes back, what stays, the box's own document, and the receipt for the box."""

import asyncio
import base64
import hashlib

from fastapi import APIRouter, Request
from starlette.responses import Response

from licensing_client import Problem
from portal.adapters.apis import ask
from portal.entrypoints.web.confirming import require_password
from portal.entrypoints.web.dependencies import Services, TheServices, TheVisit, Visit
from portal.entrypoints.web.downloads import saved_as
from portal.entrypoints.web.forms import TheForm
from portal.entrypoints.web.pages import words_for
from portal.entrypoints.web.return_documents import in_base64, read, too_big
from portal.entrypoints.web.routes.device_moves import pbx_on
from portal.entrypoints.web.routes.labels import noted
from portal.entrypoints.web.routes.projects import free_of, held_by
from portal.entrypoints.web.two_sides import going

router = APIRouter(prefix="/devices/{serial}/return")


@router.get("")
async def guide(request: Request, visit: TheVisit, services: TheServices, serial: str) -> Response:
    """What will come back and what stays; where the step is that can't be undone; and where the document goes."""
    return await _guide(request, visit, services, serial)


@router.post("/preview")
async def preview(request: Request, visit: TheVisit, services: TheServices, serial: str, form: TheForm) -> Response:
    """The device and the balance before and after, for the document that was chosen."""
    _ = words_for(request)
    if form.upload is None:
        error = _("Choose the return document that the box has saved.")
        return await _guide(request, visit, services, serial, error=error)
    if (why := too_big(form.upload, _)) is not None:
        return await _guide(request, visit, services, serial, error=why)
    ledger, at_least = visit.api.ledger, visit.api.at_least
    device = await ask(ledger.get_device, serial, at_least=at_least)
    project, balance = await asyncio.gather(
        ask(ledger.get_project, device["project"], at_least=at_least),
        ask(ledger.get_balance, device["project"], at_least=at_least),
    )
    return services.pages.page(
        request,
        "return_preview.html",
        device=device,
        project=project,
        lines=going(pbx_on(device), held_by(device), free_of(balance)),
        document=base64.b64encode(form.upload.content).decode(),
        name=form.upload.name,
        digest=hashlib.sha256(form.upload.content).hexdigest(),
    )


@router.post("")
async def give_back(request: Request, visit: TheVisit, services: TheServices, serial: str, form: TheForm) -> Response:
    """Hand the document in, and show the receipt; the same document again gets the same receipt."""
    await require_password(request, services, visit.session, form)
    try:
        receipt = await ask(visit.api.ledger.return_licenses, serial, in_base64(form.text("document")))
    except Problem as problem:
        return await _guide(request, visit, services, serial, refused=problem)
    sequence, credited, remaining = read(receipt)
    await services.sessions.reach(visit.session.session, sequence)
    device = await ask(visit.api.ledger.get_device, serial, at_least=sequence)
    project = await ask(visit.api.ledger.get_project, device["project"], at_least=sequence)
    note = form.text("note")
    note_refused = await noted(visit, device["project"], sequence, note)
    return services.pages.page(
        request,
        "return_receipt.html",
        note=note,
        note_refused=note_refused,
        device=device,
        project=project,
        sequence=sequence,
        credited=credited,
        remaining=remaining,
    )


@router.get("/receipt")
async def receipt_file(visit: TheVisit, serial: str) -> Response:
    """The receipt of the last return, to be taken to the box."""
    content = await ask(visit.api.ledger.get_return_receipt, serial, at_least=visit.api.at_least)
    return saved_as(f"{serial}-receipt.xml", content, "application/xml")


async def _guide(
    request: Request,
    visit: Visit,
    services: Services,
    serial: str,
    *,
    error: str = "",
    refused: Problem | None = None,
) -> Response:
    ledger, at_least = visit.api.ledger, visit.api.at_least
    device = await ask(ledger.get_device, serial, at_least=at_least)
    project = await ask(ledger.get_project, device["project"], at_least=at_least)
    return services.pages.page(
        request,
        "return.html",
        status=refused.status if refused else 422 if error else 200,
        device=device,
        project=project,
        back=pbx_on(device),
        stays=[one for one in device["licenses"] if one["license_class"] != "pbx"],
        error=error,
        refused=refused,
    )
