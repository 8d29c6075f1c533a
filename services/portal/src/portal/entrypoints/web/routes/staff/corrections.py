"""Corrections: what waits for a second person, a new proposal, and one with its decision."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from fastapi import APIRouter, Request
from starlette.responses import Response

from contracts.accounts import ISSUANCE, RETIRED
from licensing_client import Problem
from licensing_client.api import CorrectionView, WantedLicenses
from portal.adapters.apis import Asking, ask
from portal.entrypoints.web.correction_places import Place, line_by_line, moved, place, places, sides
from portal.entrypoints.web.dependencies import Services, TheServices, TheStaff, Visit
from portal.entrypoints.web.device_labels import labels_of
from portal.entrypoints.web.forms import Form, TheForm
from portal.entrypoints.web.license_types import all_types, grouped
from portal.entrypoints.web.orders import QUEUE, RECORDS, listing
from portal.entrypoints.web.pages import words_for
from portal.entrypoints.web.submitting import submit
from portal.entrypoints.web.two_sides import counted, typed

CORRECTIONS_A_PAGE = 20
STATES = ("proposed", "applied", "rejected")

router = APIRouter(prefix="/staff/corrections")


@router.get("")
async def queue_page(
    request: Request,
    visit: TheStaff,
    services: TheServices,
    state: str = "proposed",
    order: str = "",
    cursor: str | None = None,
) -> Response:
    """What waits, the oldest first; or what was decided, the newest first."""
    listed = listing(QUEUE if state == "proposed" else RECORDS, order, {"state": state})
    page = await ask(
        visit.api.ledger.list_corrections,
        state=cast("Any", state) if state in STATES else None,
        order=listed.value,
        cursor=cursor,
        limit=CORRECTIONS_A_PAGE,
        at_least=visit.api.at_least,
    )
    corrections = page["items"]
    people, companies, known, labels = await asyncio.gather(
        services.accounts.names([one["proposed_by"] for one in corrections]),
        services.accounts.company_names([one["company"] for one in corrections]),
        _places(visit.api, (side for one in corrections for side in sides(one))),
        labels_of(visit.api, (one["delivery"]["serial"] for one in corrections if one["delivery"])),
    )
    return services.pages.page(
        request,
        "staff/corrections.html",
        corrections=corrections,
        following=page["next"],
        listing=listed,
        state=state if state in STATES else "all",
        people=people,
        companies=companies,
        places=known,
        labels=labels,
    )


@router.get("/new")
async def form_page(
    request: Request, visit: TheStaff, services: TheServices, source: str | None = None, target: str | None = None
) -> Response:
    """First both sides, then what goes from one to the other."""
    if source is None or target is None or not (source or target):
        asked = source is not None and target is not None
        error = words_for(request)("Name at least one side.") if asked else ""
        return _sides_page(request, services, source or "", target or "", error=error)
    froms, tos = await asyncio.gather(
        places(visit.api, source.strip(), nowhere=ISSUANCE), places(visit.api, target.strip(), nowhere=RETIRED)
    )
    if len(froms) != 1 or len(tos) != 1:
        return await _choose_page(request, services, (source, froms), (target, tos))
    return await _form_page(request, visit, services, froms[0], tos[0])


@router.post("")
async def propose(request: Request, visit: TheStaff, services: TheServices, form: TheForm) -> Response:
    """Propose it, and go where its second person decides."""
    source, target, counts = form.text("source"), form.text("target"), counted(form)
    if not counts:
        error = words_for(request)("Give a count for at least one type.")
        return await _form_again(request, visit, services, form, error=error)
    wanted: list[WantedLicenses] = [{"license_type": name, "count": count} for name, count in counts.items()]
    sent = ask(
        visit.api.ledger.propose_correction,
        source=source,
        target=target,
        licenses=wanted,
        reason=form.text("reason"),
        reference=form.text("reference"),
        idempotency_key=form.text("request"),
    )
    return await submit(
        visit,
        services,
        sent,
        then=lambda made: f"/staff/corrections/{made['correction']}",
        refused=lambda no: _form_again(request, visit, services, form, refused=no),
    )


@router.get("/{correction}")
async def correction_page(request: Request, visit: TheStaff, services: TheServices, correction: str) -> Response:
    """What it moves, who asks for it and why, and what became of it."""
    return await _page(request, visit, services, correction)


@router.post("/{correction}/approval")
async def approve(request: Request, visit: TheStaff, services: TheServices, correction: str, form: TheForm) -> Response:
    """Carry it out, as the second person."""
    once = f"{form.text('request')}-approval"
    sent = ask(visit.api.ledger.approve_correction, correction, idempotency_key=once)
    return await submit(
        visit,
        services,
        sent,
        then=f"/staff/corrections/{correction}",
        refused=lambda no: _page(request, visit, services, correction, refused=no),
    )


@router.post("/{correction}/rejection")
async def reject(request: Request, visit: TheStaff, services: TheServices, correction: str, form: TheForm) -> Response:
    """Close it without carrying it out."""
    reason, once = form.text("reason"), f"{form.text('request')}-rejection"
    sent = ask(visit.api.ledger.reject_correction, correction, reason=reason, idempotency_key=once)
    return await submit(
        visit,
        services,
        sent,
        then=f"/staff/corrections/{correction}",
        refused=lambda no: _page(request, visit, services, correction, refused=no, reason=reason),
    )


async def _page(
    request: Request,
    visit: Visit,
    services: Services,
    correction: str,
    *,
    refused: Problem | None = None,
    reason: str = "",
) -> Response:
    found = await ask(visit.api.ledger.get_correction, correction, at_least=visit.api.at_least)
    known = await _places(visit.api, sides(found))
    waits, delivery = found["state"] == "proposed", found["delivery"]
    lines = line_by_line(found["lines"], known)
    return services.pages.page(
        request,
        "staff/correction.html",
        status=refused.status if refused else 200,
        correction=found,
        lines=lines,
        labels=await labels_of(visit.api, [delivery["serial"]] if delivery else []),
        registered=await _registered(visit.api, found) if waits else None,
        is_possible=not any(one.is_too_much for *_, what in lines for one in what),
        is_own=found["proposed_by"] == visit.session.account.account,
        people=await services.accounts.names([one for one in (found["proposed_by"], found["decided_by"]) if one]),
        companies=await services.accounts.company_names([found["company"]]),
        refused=refused,
        reason=reason,
    )


async def _places(api: Asking, accounts: Iterable[str]) -> dict[str, Place]:
    """The places of some corrections, by how the ledger names them."""
    unique = sorted(set(accounts))
    return dict(zip(unique, await asyncio.gather(*(place(api, one) for one in unique)), strict=True))


async def _registered(api: Asking, correction: CorrectionView) -> Any:
    """How the device of a delivery's correction is registered now."""
    delivery = correction["delivery"]
    if delivery is None:
        return None
    page = await ask(api.ledger.list_delivered_devices, serial=delivery["serial"], limit=1, at_least=api.at_least)
    return next(iter(page["items"]), None)


def _sides_page(
    request: Request,
    services: Services,
    source: str,
    target: str,
    *,
    error: str = "",
    choices: Sequence[tuple[str, str, Place]] = (),
    companies: Mapping[str, str] | None = None,
) -> Response:
    return services.pages.page(
        request,
        "staff/correction_sides.html",
        status=422 if error else 200,
        source=source,
        target=target,
        error=error,
        choices=choices,
        companies=companies or {},
    )


async def _choose_page(
    request: Request, services: Services, first: tuple[str, list[Place]], second: tuple[str, list[Place]]
) -> Response:
    """One side is nothing, or may be several projects: those to choose from, with the addresses that they lead to."""
    _ = words_for(request)
    (source, froms), (target, tos) = first, second
    if not froms or not tos:
        missing = source if not froms else target
        error = _("There is no device or project «{name}».", name=missing)
        return _sides_page(request, services, source, target, error=error)
    choices = [(one.account, target, one) for one in froms] if len(froms) > 1 else []
    choices = choices or [(source, one.account, one) for one in tos]
    error = _("More than one project is called so. Choose one.")
    companies = await services.accounts.company_names([one.company for _from, _to, one in choices])
    return _sides_page(request, services, source, target, error=error, choices=choices, companies=companies)


async def _form_again(
    request: Request, visit: Visit, services: Services, form: Form, *, error: str = "", refused: Problem | None = None
) -> Response:
    source, target = await asyncio.gather(place(visit.api, form.text("source")), place(visit.api, form.text("target")))
    return await _form_page(request, visit, services, source, target, form=form, error=error, refused=refused)


async def _form_page(  # noqa: PLR0913 - what was typed stays
    request: Request,
    visit: Visit,
    services: Services,
    source: Place,
    target: Place,
    *,
    form: Form | None = None,
    error: str = "",
    refused: Problem | None = None,
) -> Response:
    return services.pages.page(
        request,
        "staff/correction_new.html",
        status=refused.status if refused else 422 if error else 200,
        source=source,
        target=target,
        lines=moved([(name, 0) for name in sorted(source.held)], source, target),
        groups=grouped(await all_types(visit.api)) if source.kind == "nowhere" else [],
        companies=await services.accounts.company_names([one for one in (source.company, target.company) if one]),
        typed=typed(form) if form else {},
        reason=form.text("reason") if form else "",
        reference=form.text("reference") if form else "",
        error=error,
        refused=refused,
    )
