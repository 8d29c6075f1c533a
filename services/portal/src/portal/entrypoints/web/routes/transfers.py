"""Free licenses from one project to another of the same company."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from licensing_client.api import WantedLicenses
from portal.adapters.apis import ask
from portal.entrypoints.web.choices import open_projects
from portal.entrypoints.web.dependencies import Services, TheServices, TheVisit, Visit
from portal.entrypoints.web.forms import Form, TheForm
from portal.entrypoints.web.pages import words_for
from portal.entrypoints.web.routes.labels import noted
from portal.entrypoints.web.routes.projects import free_of
from portal.entrypoints.web.submitting import reached
from portal.entrypoints.web.two_sides import counted, going, typed

router = APIRouter(prefix="/projects/{project}/transfers")


@router.get("/new")
async def form_page(request: Request, visit: TheVisit, services: TheServices, project: str) -> Response:
    """The other project, and how many of each type."""
    return await _form_page(request, visit, services, project)


@router.post("/preview")
async def preview(request: Request, visit: TheVisit, services: TheServices, project: str, form: TheForm) -> Response:
    """Both balances, before and after."""
    counts, target = counted(form), form.text("target")
    if not counts or not target:
        return await _form_page(request, visit, services, project, form=form)
    ledger, at_least = visit.api.ledger, visit.api.at_least
    here, there, mine, theirs = await asyncio.gather(
        ask(ledger.get_project, project, at_least=at_least),
        ask(ledger.get_project, target, at_least=at_least),
        ask(ledger.get_balance, project, at_least=at_least),
        ask(ledger.get_balance, target, at_least=at_least),
    )
    lines = going(counts, free_of(mine), free_of(theirs))
    return services.pages.page(request, "transfer_preview.html", project=here, target=there, lines=lines)


@router.post("")
async def move(request: Request, visit: TheVisit, services: TheServices, project: str, form: TheForm) -> Response:
    """Move them, and show the receipt; sent again, it is the same one."""
    counts, target = counted(form), form.text("target")
    ledger = visit.api.ledger
    wanted: list[WantedLicenses] = [{"license_type": name, "count": count} for name, count in counts.items()]
    sent = ask(ledger.move_licenses, project, target=target, licenses=wanted, idempotency_key=form.text("request"))
    sequence = (await reached(visit, services, sent))["sequence"]
    there, balance, note_refused = await asyncio.gather(
        ask(ledger.get_project, target, at_least=sequence),
        ask(ledger.get_balance, target, at_least=sequence),
        noted(visit, project, sequence, form.text("note")),
    )
    values: dict[str, Any] = {"target": there, "counts": counts, "free": free_of(balance), "sequence": sequence}
    values |= {"note": form.text("note"), "note_refused": note_refused}
    return services.pages.page(request, "transfer_receipt.html", project=project, **values)


async def _form_page(
    request: Request, visit: Visit, services: Services, project: str, form: Form | None = None
) -> Response:
    found = await ask(visit.api.ledger.get_project, project, at_least=visit.api.at_least)
    balance = await ask(visit.api.ledger.get_balance, project, at_least=visit.api.at_least)
    error = words_for(request)("Choose a project, and give a count for at least one type.") if form else ""
    return services.pages.page(
        request,
        "transfer.html",
        status=422 if form else 200,
        project=found,
        targets=await open_projects(visit.api, but=project),
        offered=[line for line in balance["free"] if line["count"]],
        target=form.text("target") if form else "",
        typed=typed(form) if form else {},
        error=error,
    )
