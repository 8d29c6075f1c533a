"""Software service of a project: what months cost, what held licenses owe, and buying at the price that was seen."""

import asyncio

from fastapi import APIRouter, Request
from starlette.responses import Response

from licensing_client import Problem
from licensing_client.api import ServicePrice
from portal.adapters.apis import Asking, ask
from portal.entrypoints.web.dependencies import Services, TheServices, TheVisit, Visit
from portal.entrypoints.web.forms import TheForm
from portal.entrypoints.web.submitting import submit

MONTHS = (12, 24, 36, 60)

router = APIRouter(prefix="/projects/{project}/service")


@router.get("")
async def service_page(
    request: Request, visit: TheVisit, services: TheServices, project: str, months: int | None = None
) -> Response:
    """How it stands; with `months`, what they cost now."""
    return await _page(request, visit, services, project, months=months)


@router.post("/months")
async def buy(request: Request, visit: TheVisit, services: TheServices, project: str, form: TheForm) -> Response:
    """Buy months at the price that was seen; if it has changed by then, nothing is bought."""
    months, once = form.whole("months") or 0, form.text("request")
    sent = ask(
        visit.api.ledger.buy_software_service,
        project,
        months=months,
        preview_digest=form.text("preview_digest"),
        idempotency_key=f"{once}-months",
    )
    return await submit(
        visit,
        services,
        sent,
        then=f"/projects/{project}",
        refused=lambda no: _page(request, visit, services, project, months=months, refused=no),
    )


@router.post("/held-licenses")
async def release(request: Request, visit: TheVisit, services: TheServices, project: str, form: TheForm) -> Response:
    """Pay what held licenses owe, at the price that was seen; then they are free."""
    sent = ask(
        visit.api.ledger.release_held_licenses,
        project,
        preview_digest=form.text("preview_digest"),
        idempotency_key=f"{form.text('request')}-held",
    )
    return await submit(
        visit,
        services,
        sent,
        then=f"/projects/{project}",
        refused=lambda no: _page(request, visit, services, project, refused=no),
    )


async def _page(
    request: Request,
    visit: Visit,
    services: Services,
    project: str,
    *,
    months: int | None = None,
    refused: Problem | None = None,
) -> Response:
    ledger, at_least = visit.api.ledger, visit.api.at_least
    found, service = await asyncio.gather(
        ask(ledger.get_project, project, at_least=at_least),
        ask(ledger.get_software_service, project, at_least=at_least),
    )
    price, no_price = await _price(visit.api, project, months) if months is not None else (None, None)
    held, _ = await _price(visit.api, project, None) if service["held"] else (None, None)
    return services.pages.page(
        request,
        "software_service.html",
        status=refused.status if refused else 200,
        project=found,
        service=service,
        choices=MONTHS,
        months=months,
        price=price,
        held=held,
        refused=refused or no_price,
    )


async def _price(api: Asking, project: str, months: int | None) -> tuple[ServicePrice | None, Problem | None]:
    """What months cost, or without them what held licenses owe; or why there is no price."""
    try:
        if months is None:
            return await ask(api.ledger.get_price_of_held_licenses, project, at_least=api.at_least), None
        return await ask(api.ledger.get_price_of_months, project, months=months, at_least=api.at_least), None
    except Problem as problem:
        return None, problem
