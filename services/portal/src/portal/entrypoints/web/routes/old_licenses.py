"""Licenses of the old manager, step by step: brought in, freed from devices, converted once."""

import asyncio
from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Request
from starlette.responses import Response

from licensing_client import Problem
from licensing_client.api import ConversionPreview
from portal.adapters.apis import Asking, ask
from portal.entrypoints.web.confirming import require_password
from portal.entrypoints.web.dependencies import Services, TheServices, TheVisit, Visit
from portal.entrypoints.web.device_labels import labels_of
from portal.entrypoints.web.forms import TheForm
from portal.entrypoints.web.pages import words_for
from portal.entrypoints.web.routes.projects import free_of
from portal.entrypoints.web.serials import whole
from portal.entrypoints.web.submitting import submit

SHOWN = 50
"""Imports and conversions that the page lists."""

router = APIRouter(prefix="/projects/{project}/old-licenses")


@router.get("")
async def steps_page(request: Request, visit: TheVisit, services: TheServices, project: str) -> Response:
    """How far it is, and what is next."""
    return await _page(request, visit, services, project)


@router.post("/keys")
async def bring_in(request: Request, visit: TheVisit, services: TheServices, project: str, form: TheForm) -> Response:
    """Bring in what a key of the old manager stands for."""
    typed = form.text("legacy_key")
    once = f"{form.text('request')}-key"
    sent = ask(visit.api.ledger.import_legacy_key, project, legacy_key=typed, idempotency_key=once)
    return await submit(
        visit,
        services,
        sent,
        then=_address(project),
        refused=lambda no: _page(request, visit, services, project, refused=no, typed=typed),
    )


@router.post("/consents")
async def consent(request: Request, visit: TheVisit, services: TheServices, project: str, form: TheForm) -> Response:
    """Agree for a device, for good; then its return frees what stands on it."""
    if form.text("consent") != "yes":
        error = words_for(request)("Tick that the device never goes below version 8 again.")
        return await _page(request, visit, services, project, error=error)
    await require_password(request, services, visit.session, form)
    serial = whole(form.text("serial")) or ""
    once = f"{form.text('request')}-{serial}"
    sent = ask(visit.api.ledger.give_legacy_consent, serial, no_downgrade_below_version_8=True, idempotency_key=once)
    return await submit(
        visit,
        services,
        sent,
        then=_address(project),
        refused=lambda no: _page(request, visit, services, project, refused=no),
    )


@router.post("/conversions")
async def convert(request: Request, visit: TheVisit, services: TheServices, project: str, form: TheForm) -> Response:
    """Convert all that is free, as it was seen; if it has changed by then, nothing is converted."""
    await require_password(request, services, visit.session, form)
    sent = ask(
        visit.api.ledger.convert_legacy_licenses,
        project,
        preview_digest=form.text("preview_digest"),
        idempotency_key=f"{form.text('request')}-conversion",
    )
    return await submit(
        visit,
        services,
        sent,
        then=f"{_address(project)}#converted",
        refused=lambda no: _page(request, visit, services, project, refused=no),
    )


def changes(free: Mapping[str, int], new: Sequence[Mapping[str, object]]) -> list[tuple[str, int, int]]:
    """What comes, type by type: free before, free after."""
    came = [(str(one["license_type"]), int(str(one["count"]))) for one in new]
    return [(name, free.get(name, 0), free.get(name, 0) + count) for name, count in came]


def _address(project: str) -> str:
    return f"/projects/{project}/old-licenses"


async def _page(
    request: Request,
    visit: Visit,
    services: Services,
    project: str,
    *,
    refused: Problem | None = None,
    error: str = "",
    typed: str = "",
) -> Response:
    ledger, at_least = visit.api.ledger, visit.api.at_least
    found, old, balance, service, imports, conversions = await asyncio.gather(
        ask(ledger.get_project, project, at_least=at_least),
        ask(ledger.get_legacy_licenses, project, at_least=at_least),
        ask(ledger.get_balance, project, at_least=at_least),
        ask(ledger.get_software_service, project, at_least=at_least),
        ask(ledger.list_legacy_imports, project, limit=SHOWN, at_least=at_least),
        ask(ledger.list_legacy_conversions, project, limit=SHOWN, at_least=at_least),
    )
    preview, why_not = await _preview(visit.api, project) if old["free"] else (None, None)
    return services.pages.page(
        request,
        "old_licenses.html",
        status=refused.status if refused else 422 if error else 200,
        project=found,
        old=old,
        service=service,
        imports=imports["items"],
        conversions=conversions["items"],
        labels=await labels_of(visit.api, (one["serial"] for one in (*old["devices"], *imports["items"]))),
        preview=preview,
        why_not=why_not,
        changes=changes(free_of(balance), preview["new"]) if preview else [],
        may_license="licenses" in found["rights"],
        may_return="return" in found["rights"],
        refused=refused,
        error=error,
        typed=typed,
    )


async def _preview(api: Asking, project: str) -> tuple[ConversionPreview | None, Problem | None]:
    """What the free ones become, or why they can't be converted."""
    try:
        return await ask(api.ledger.preview_legacy_conversion, project, at_least=api.at_least), None
    except Problem as problem:
        return None, problem
