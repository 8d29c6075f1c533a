"""Who may do what in one project."""

import asyncio
from collections.abc import Awaitable
from typing import Literal, cast

from fastapi import APIRouter, Request
from starlette.responses import Response

from licensing_client import Problem
from licensing_client.api import RightsChangedResponse
from portal.adapters.apis import ask
from portal.entrypoints.web.colleagues import Colleagues, Place, all_grants, colleagues, in_order
from portal.entrypoints.web.dependencies import Services, TheServices, TheVisit, Visit
from portal.entrypoints.web.forms import TheForm
from portal.entrypoints.web.orders import GRANTS, listing
from portal.entrypoints.web.rights import RIGHTS
from portal.entrypoints.web.submitting import submit

GRANTS_A_PAGE = 50
MOST_TYPED = 80
RIGHT = "right-"
Right = Literal["view", "licenses", "return", "test", "service", "rma", "rights"]

router = APIRouter(prefix="/projects/{project}/people")


@router.get("")
async def grants_page(
    request: Request,
    visit: TheVisit,
    services: TheServices,
    project: str,
    order: str = "",
    cursor: Place = 0,
    colleague: str = "",
) -> Response:
    """Who was given which rights; administrators of the company have all and are not listed."""
    return await _page(
        request, visit, services, project, order=order, cursor=cursor, typed=colleague.strip()[:MOST_TYPED]
    )


@router.post("")
async def grant(request: Request, visit: TheVisit, services: TheServices, project: str, form: TheForm) -> Response:
    """Give somebody rights in this project."""
    account, company = form.text("account") or form.text("guest"), form.optional("acting_for")
    rights = [right for right, chosen in form.beginning(RIGHT).items() if chosen == "yes" and right in RIGHTS]
    sent = ask(
        visit.api.ledger.grant_rights,
        project,
        account=account,
        acting_for=company,
        rights=cast("list[Right]", rights or ["view"]),
        idempotency_key=form.text("request"),
    )
    return await _changed(request, visit, services, project, sent)


@router.post("/revocations")
async def revoke(request: Request, visit: TheVisit, services: TheServices, project: str, form: TheForm) -> Response:
    """Take all rights in this project from somebody."""
    account = form.text("account")
    sent = ask(
        visit.api.ledger.revoke_rights,
        project,
        account=account,
        acting_for=form.text("acting_for"),
        rights=["view"],
        idempotency_key=f"{form.text('request')}-{account[:8]}",
    )
    return await _changed(request, visit, services, project, sent)


async def _changed(
    request: Request, visit: Visit, services: Services, project: str, sent: Awaitable[RightsChangedResponse]
) -> Response:
    return await submit(
        visit,
        services,
        sent,
        then=f"/projects/{project}/people",
        refused=lambda no: _page(request, visit, services, project, refused=no),
    )


async def _page(  # noqa: PLR0913 - what was typed stays
    request: Request,
    visit: Visit,
    services: Services,
    project: str,
    *,
    refused: Problem | None = None,
    order: str = "",
    cursor: int = 0,
    typed: str = "",
) -> Response:
    listed = listing(GRANTS, order)
    ledger, at_least = visit.api.ledger, visit.api.at_least
    found, granted, known = await asyncio.gather(
        ask(ledger.get_project, project, at_least=at_least),
        all_grants(ledger, project, at_least=at_least),
        _colleagues(visit, services, typed),
    )
    own = [one["account"] for one in granted if one["acting_for"] == visit.company]
    names = {**known.names, **await services.accounts.names(own)}
    rest = in_order(granted, names, listed.value)[cursor:]
    grants = rest[:GRANTS_A_PAGE]
    return services.pages.page(
        request,
        "grants.html",
        status=refused.status if refused else 200,
        project=found,
        grants=grants,
        following=cursor + GRANTS_A_PAGE if len(rest) > GRANTS_A_PAGE else None,
        listing=listed,
        colleagues=known,
        typed=typed,
        names=names,
        companies=await services.accounts.company_names([one["acting_for"] for one in grants]),
        rights=RIGHTS,
        refused=refused,
    )


async def _colleagues(visit: Visit, services: Services, typed: str) -> Colleagues:
    """Whom of the own company one may choose, as far as the visitor may know them."""
    api = visit.api
    try:
        return await colleagues(api.ledger, services.accounts, visit.company, typed, at_least=api.at_least)
    except Problem:
        return Colleagues((), {})
