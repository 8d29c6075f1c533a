"""Free licenses, or held ones, from one project to another of the same company."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from licensing_client import Problem
from licensing_client.api import BalanceView, LicensesView, WantedLicenses
from portal.adapters.apis import ask
from portal.entrypoints.web.choices import targets_of
from portal.entrypoints.web.dependencies import Services, TheServices, TheVisit, Visit
from portal.entrypoints.web.forms import Form, TheForm
from portal.entrypoints.web.pages import words_for
from portal.entrypoints.web.routes.labels import noted
from portal.entrypoints.web.routes.projects import free_of
from portal.entrypoints.web.submitting import reached
from portal.entrypoints.web.two_sides import counted, going, typed

HELD = "yes"
"""What the field `held` says where held licenses are moved."""

router = APIRouter(prefix="/projects/{project}/transfers")


@router.get("/new")
async def form_page(request: Request, visit: TheVisit, services: TheServices, project: str, held: str = "") -> Response:
    """The other project, and how many of each type."""
    return await _form_page(request, visit, services, project, held=held == HELD)


@router.post("/preview")
async def preview(request: Request, visit: TheVisit, services: TheServices, project: str, form: TheForm) -> Response:
    """Both balances, before and after."""
    counts, target, held = counted(form), form.text("target"), form.text("held") == HELD
    if not counts or not target:
        error = words_for(request)("Choose a project, and give a count for at least one type.")
        return await _form_page(request, visit, services, project, held=held, form=form, error=error)
    ledger, at_least = visit.api.ledger, visit.api.at_least
    here, there, mine, theirs = await asyncio.gather(
        ask(ledger.get_project, project, at_least=at_least),
        ask(ledger.get_project, target, at_least=at_least),
        ask(ledger.get_balance, project, at_least=at_least),
        ask(ledger.get_balance, target, at_least=at_least),
    )
    source = {one["license_type"]: one["count"] for one in _movable(mine, held=held)}
    lines = going(counts, source, free_of(theirs))
    return services.pages.page(request, "transfer_preview.html", project=here, target=there, lines=lines, held=held)


@router.post("")
async def move(request: Request, visit: TheVisit, services: TheServices, project: str, form: TheForm) -> Response:
    """Move them, and show the receipt; sent again, it is the same one."""
    counts, target, held = counted(form), form.text("target"), form.text("held") == HELD
    ledger = visit.api.ledger
    wanted: list[WantedLicenses] = [{"license_type": name, "count": count} for name, count in counts.items()]
    sent = ask(
        ledger.move_licenses,
        project,
        target=target,
        licenses=wanted,
        held=held or None,
        idempotency_key=form.text("request"),
    )
    try:
        done = await reached(visit, services, sent)
    except Problem as problem:
        return await _form_page(request, visit, services, project, held=held, form=form, refused=problem)
    sequence = done["sequence"]
    there, balance, note_refused = await asyncio.gather(
        ask(ledger.get_project, target, at_least=sequence),
        ask(ledger.get_balance, target, at_least=sequence),
        noted(visit, project, sequence, form.text("note")),
    )
    values: dict[str, Any] = {"target": there, "counts": counts, "free": free_of(balance), "sequence": sequence}
    values |= {"note": form.text("note"), "note_refused": note_refused}
    came = {one["license_type"]: one["count"] for one in done["held"] or ()}
    return services.pages.page(
        request, "transfer_receipt.html", project=project, held=came, credits=done["credits"], **values
    )


def _movable(balance: BalanceView, *, held: bool) -> list[LicensesView]:
    return [one for one in balance["held" if held else "free"] if one["count"]]


async def _form_page(  # noqa: PLR0913 - what was typed stays
    request: Request,
    visit: Visit,
    services: Services,
    project: str,
    *,
    held: bool,
    form: Form | None = None,
    error: str = "",
    refused: Problem | None = None,
) -> Response:
    ledger, at_least = visit.api.ledger, visit.api.at_least
    found, balance = await asyncio.gather(
        ask(ledger.get_project, project, at_least=at_least), ask(ledger.get_balance, project, at_least=at_least)
    )
    return services.pages.page(
        request,
        "transfer.html",
        status=refused.status if refused else 422 if error else 200,
        project=found,
        targets=await targets_of(visit.api, found),
        offered=_movable(balance, held=held),
        others=_movable(balance, held=not held),
        held=held,
        target=form.text("target") if form else "",
        typed=typed(form) if form else {},
        error=error,
        refused=refused,
    )
