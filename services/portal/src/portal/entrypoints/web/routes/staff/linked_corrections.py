"""Corrections that belong together: their lines are typed, looked at, and proposed as one."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from licensing_client import Problem
from portal.adapters.apis import ask
from portal.entrypoints.web.correction_places import line_by_line
from portal.entrypoints.web.dependencies import Services, TheServices, TheStaff, Visit
from portal.entrypoints.web.forms import Form, TheForm
from portal.entrypoints.web.license_types import all_types
from portal.entrypoints.web.linked_lines import LEAST_LINES, MOST_LINES, TypedLine, changed, looked_up, typed_lines
from portal.entrypoints.web.pages import words_for
from portal.entrypoints.web.submitting import submit

PREVIEW = "preview"

router = APIRouter(prefix="/staff/corrections/linked")


@router.get("")
async def form_page(request: Request, visit: TheStaff, services: TheServices, source: str = "") -> Response:
    """The form with as few lines as there may be."""
    return await _form_page(request, visit, services, [TypedLine(source=source), TypedLine()])


@router.post("/lines")
async def lines(request: Request, visit: TheStaff, services: TheServices, form: TheForm) -> Response:
    """One line more or less; or what all of them would move."""
    wanted, typed = form.text("do"), typed_lines(form)
    if wanted != PREVIEW:
        return await _form_page(request, visit, services, changed(typed, wanted), form=form)
    said = [line for line in typed if not line.is_empty]
    if len(said) < LEAST_LINES:
        error = words_for(request)("Fill in two lines at least. One alone is a correction of its own.")
        return await _form_page(request, visit, services, changed(said, ""), form=form, error=error)
    found = await looked_up(visit.api, said, await all_types(visit.api), words_for(request))
    if found is None:
        error = words_for(request)("Look at the lines that say what is wrong.")
        return await _form_page(request, visit, services, said, form=form, error=error)
    moves = line_by_line(found.lines, found.known)
    companies = {side.company for source, target, _ in moves for side in (source, target) if side.company}
    return services.pages.page(
        request,
        "staff/linked_correction_preview.html",
        typed=said,
        lines=moves,
        waits=True,
        is_possible=not any(one.is_too_much for *_, what in moves for one in what),
        companies=await services.accounts.company_names(sorted(companies)),
        reason=form.text("reason"),
        reference=form.text("reference"),
    )


@router.post("")
async def propose(request: Request, visit: TheStaff, services: TheServices, form: TheForm) -> Response:
    """Propose all lines as one, and go where its second person decides."""
    typed = typed_lines(form)
    found = await looked_up(visit.api, typed, await all_types(visit.api), words_for(request))
    if found is None:
        error = words_for(request)("Look at the lines that say what is wrong.")
        return await _form_page(request, visit, services, typed, form=form, error=error)
    sent = ask(
        visit.api.ledger.propose_linked_corrections,
        reason=form.text("reason"),
        reference=form.text("reference"),
        lines=found.bodies(),
        idempotency_key=form.text("request"),
    )

    async def refused(problem: Problem) -> Response:
        _mark(typed, problem)
        return await _form_page(request, visit, services, typed, form=form, refused=problem)

    return await submit(
        visit, services, sent, then=lambda made: f"/staff/corrections/{made['correction']}", refused=refused
    )


def _mark(typed: list[TypedLine], problem: Problem) -> None:
    """Say it at the line that the refusal names."""
    number: Any = problem.members.get("line")
    if isinstance(number, int) and 0 < number <= len(typed):
        typed[number - 1].error = problem.detail


async def _form_page(
    request: Request,
    visit: Visit,
    services: Services,
    typed: list[TypedLine],
    *,
    form: Form | None = None,
    error: str = "",
    refused: Problem | None = None,
) -> Response:
    companies = {choice.company for line in typed for choice in line.choices}
    return services.pages.page(
        request,
        "staff/linked_correction.html",
        status=refused.status if refused else 422 if error else 200,
        typed=typed,
        least=LEAST_LINES,
        most=MOST_LINES,
        types=[one["license_type"] for one in await all_types(visit.api)],
        companies=await services.accounts.company_names(sorted(companies)),
        reason=form.text("reason") if form else "",
        reference=form.text("reference") if form else "",
        error=error,
        refused=refused,
    )
