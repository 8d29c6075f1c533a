"""Claim codes: by one, a box that is in no project puts itself into this one."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from licensing_client import Problem
from portal.adapters.apis import ask
from portal.entrypoints.web.dependencies import Services, TheServices, TheVisit, Visit
from portal.entrypoints.web.device_labels import labels_of
from portal.entrypoints.web.forms import TheForm
from portal.entrypoints.web.orders import RECORDS, listing
from portal.entrypoints.web.qr import qr
from portal.entrypoints.web.submitting import reached, submit
from portal.entrypoints.web.times import Time, newest

CODES_A_PAGE = 50

router = APIRouter(prefix="/projects/{project}/claim-codes")


@router.get("")
async def codes_page(
    request: Request, visit: TheVisit, services: TheServices, project: str, order: str = "", cursor: str | None = None
) -> Response:
    """The codes of the project and what became of them; the codes themselves are kept nowhere."""
    return await _page(request, visit, services, project, order=order, cursor=cursor)


@router.post("")
async def make(request: Request, visit: TheVisit, services: TheServices, project: str, form: TheForm) -> Response:
    """A new code, to print or to read out; the same form again shows the same one."""
    ledger = visit.api.ledger
    sent = ask(ledger.create_claim_code, project, idempotency_key=form.text("request"))
    try:
        made = await reached(visit, services, sent)
    except Problem as problem:
        return await _page(request, visit, services, project, refused=problem)
    found = await ask(ledger.get_project, project, at_least=made["sequence"])
    return services.pages.page(request, "claim_code.html", project=found, made=made, picture=qr(made["claim_code"]))


@router.post("/withdrawals")
async def withdraw(request: Request, visit: TheVisit, services: TheServices, project: str, form: TheForm) -> Response:
    """Make a code useless that no box has used."""
    digest = form.text("code_digest")
    sent = ask(
        visit.api.ledger.withdraw_claim_code,
        project,
        code_digest=digest,
        idempotency_key=f"{form.text('request')}-{digest[:16]}",
    )
    return await submit(
        visit,
        services,
        sent,
        then=f"/projects/{project}/claim-codes",
        refused=lambda no: _page(request, visit, services, project, refused=no),
    )


async def _page(
    request: Request,
    visit: Visit,
    services: Services,
    project: str,
    *,
    order: str = "",
    cursor: str | None = None,
    refused: Problem | None = None,
) -> Response:
    listed = listing(RECORDS, order)
    ledger, at_least = visit.api.ledger, visit.api.at_least
    entries = await newest(visit.api, 1, project=project)
    found = await ask(ledger.get_project, project, at_least=at_least)
    page = await ask(
        ledger.list_claim_codes,
        project,
        order=listed.value,
        cursor=cursor,
        limit=CODES_A_PAGE,
        at_least=at_least,
    )
    values: dict[str, Any] = {"codes": page["items"], "following": page["next"], "now": services.clock().isoformat()}
    time = Time(stand=entries["as_of"], about={"project": project}, fields=listed.said)
    return services.pages.page(
        request,
        "claim_codes.html",
        status=refused.status if refused else 200,
        time=time,
        project=found,
        labels=await labels_of(visit.api, (one["serial"] for one in page["items"])),
        refused=refused,
        listing=listed,
        **values,
    )
