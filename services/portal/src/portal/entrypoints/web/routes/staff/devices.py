"""What staff does with one device: stop it, put it right, let it go on, put another one in its place."""

import asyncio
import base64
from typing import Any

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.accounts import RETIRED
from licensing_client import Problem
from portal.adapters.apis import Asking, ask
from portal.entrypoints.web.confirming import require_password
from portal.entrypoints.web.correction_places import places
from portal.entrypoints.web.dependencies import Services, TheServices, TheStaff, Visit
from portal.entrypoints.web.device_steps import IN_A_PROJECT, OUT_OF_PROJECTS, STEPS
from portal.entrypoints.web.downloads import saved_as
from portal.entrypoints.web.forms import Form, TheForm
from portal.entrypoints.web.pages import words_for
from portal.entrypoints.web.routes.returns import too_big
from portal.entrypoints.web.serials import beginning
from portal.entrypoints.web.submitting import submit

FIELDS = ("reason", "reference", "replacement", "rma", "project_name")

router = APIRouter(prefix="/staff/devices/{serial}")


@router.get("")
async def device_page(request: Request, visit: TheStaff, services: TheServices, serial: str) -> Response:
    """Where the device is, how it was delivered, and what may be done with it."""
    return await _page(request, visit, services, serial)


@router.post("/steps/{step}")
async def take_step(
    request: Request, visit: TheStaff, services: TheServices, serial: str, step: str, form: TheForm
) -> Response:
    """Do it, and show the device after it."""
    wanted = STEPS.get(step)
    if wanted is None:
        raise HTTPException(404)
    if form.upload and (error := too_big(form.upload, words_for(request))) is not None:
        return await _page(request, visit, services, serial, step=step, form=form, error=error)
    if form.upload is not None:  # as text it goes along where the password is asked for
        form = form.extended("document", base64.b64encode(form.upload.content).decode())
    if wanted.is_final:
        await require_password(request, services, visit.session, form)
    if "project" in wanted.fields:
        found = await _project(visit.api, form.text("project_name"))
        if found is None:
            error = words_for(request)("Give the whole name of one project, or its id.")
            return await _page(request, visit, services, serial, step=step, form=form, error=error)
        form = form.extended("project", found)
    once = f"{form.text('request')}-{step}"
    return await submit(
        visit,
        services,
        ask(wanted.send, visit.api.ledger, serial, form, once),
        then=f"/staff/devices/{serial}?done={step}",
        refused=lambda no: _page(request, visit, services, serial, step=step, form=form, refused=no),
    )


@router.post("/license-file")
async def license_file(
    request: Request, visit: TheStaff, services: TheServices, serial: str, form: TheForm
) -> Response:
    """The newest license file; who took it and why is recorded before it leaves."""
    try:
        content = await ask(
            visit.api.ledger.download_license_file,
            serial,
            reason=form.text("reason"),
            reference=form.text("reference"),
            idempotency_key=f"{form.text('request')}-file",
        )
    except Problem as problem:
        return await _page(request, visit, services, serial, step="license-file", form=form, refused=problem)
    return saved_as(f"{beginning(serial)}.xml", content, "application/xml")


async def _project(api: Asking, typed: str) -> str | None:
    """The id of the one project that is called so."""
    found = [one for one in await places(api, typed, nowhere=RETIRED) if one.kind == "project"]
    return found[0].account.partition("/")[2] if len(found) == 1 else None


async def _page(  # noqa: PLR0913 - what was refused stays beside its form
    request: Request,
    visit: Visit,
    services: Services,
    serial: str,
    *,
    step: str = "",
    form: Form | None = None,
    error: str = "",
    refused: Problem | None = None,
) -> Response:
    ledger, at_least = visit.api.ledger, visit.api.at_least
    device, absent = None, None
    try:
        device = await ask(ledger.get_device, serial, at_least=at_least)
    except Problem as problem:
        if problem.status not in (404, 409):  # 409 for a device that was replaced
            raise
        absent = problem
    project, delivered = await asyncio.gather(
        _project_of(visit.api, device), ask(ledger.list_delivered_devices, serial=beginning(serial), limit=1)
    )
    return services.pages.page(
        request,
        "staff/device.html",
        status=refused.status if refused else 422 if error else 200,
        serial=serial,
        device=device,
        absent=absent,
        project=project,
        companies=await services.accounts.company_names([project["company"]]) if project else {},
        delivered=next((one for one in delivered["items"] if one["serial"] == serial), None),
        steps=IN_A_PROJECT if device else OUT_OF_PROJECTS,
        done=request.query_params.get("done", "") if request.method == "GET" else "",
        titles={name: one.title for name, one in STEPS.items()},
        step=step,
        typed={name: form.text(name) for name in FIELDS} if form else {},
        error=error,
        refused=refused,
    )


async def _project_of(api: Asking, device: Any) -> Any:
    return device and await ask(api.ledger.get_project, device["project"], at_least=api.at_least)
