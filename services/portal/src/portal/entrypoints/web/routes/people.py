"""People: who belongs to the company, invitations to it, and joining one by a code."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from licensing_client import Problem
from portal.adapters.apis import ask
from portal.entrypoints.web.colleagues import Place, all_members, in_order
from portal.entrypoints.web.confirming import require_password
from portal.entrypoints.web.dependencies import (
    NO_COMPANY,
    Services,
    TheServices,
    TheSession,
    TheVisit,
    Visit,
)
from portal.entrypoints.web.forms import TheForm
from portal.entrypoints.web.orders import PEOPLE, listing
from portal.entrypoints.web.pages import see
from portal.entrypoints.web.qr import qr
from portal.entrypoints.web.routes.companies import companies_of
from portal.entrypoints.web.submitting import reached, submit

PEOPLE_A_PAGE = 50
MOST_INVITATIONS = 200

router = APIRouter()


@router.get("/people")
async def people_page(
    request: Request, visit: TheVisit, services: TheServices, order: str = "", cursor: Place = 0
) -> Response:
    """Members and invitations, for administrators; others read whom to ask."""
    return await _page(request, visit, services, order=order, cursor=cursor)


@router.post("/people/invitations")
async def invite(request: Request, visit: TheVisit, services: TheServices, form: TheForm) -> Response:
    """A code by which a colleague joins; the same form again shows the same one."""
    sent = ask(visit.api.ledger.create_invitation, visit.company, idempotency_key=form.text("request"))
    try:
        made = await reached(visit, services, sent)
    except Problem as problem:
        return await _page(request, visit, services, refused=problem)
    return services.pages.page(request, "invitation.html", made=made, picture=qr(made["invitation_code"]))


@router.post("/people/invitations/withdrawals")
async def withdraw(request: Request, visit: TheVisit, services: TheServices, form: TheForm) -> Response:
    """Make an invitation useless that nobody accepted."""
    digest = form.text("code_digest")
    once = f"{form.text('request')}-{digest[:16]}"
    ledger = visit.api.ledger
    sent = ask(ledger.withdraw_invitation, visit.company, code_digest=digest, idempotency_key=once)
    return await submit(
        visit, services, sent, then="/people", refused=lambda no: _page(request, visit, services, refused=no)
    )


@router.post("/people/members")
async def change_role(request: Request, visit: TheVisit, services: TheServices, form: TheForm) -> Response:
    """Make a member an administrator, or a plain member."""
    account, wanted = form.text("account"), form.text("role") == "administrator"
    once = f"{form.text('request')}-{account[:8]}"
    sent = ask(visit.api.ledger.add_member, visit.company, account=account, administrator=wanted, idempotency_key=once)
    return await submit(
        visit, services, sent, then="/people", refused=lambda no: _page(request, visit, services, refused=no)
    )


@router.post("/people/removals")
async def remove(request: Request, visit: TheVisit, services: TheServices, form: TheForm) -> Response:
    """End a membership, with every right that came with it."""
    await require_password(request, services, visit.session, form)
    account = form.text("account")
    once = f"{form.text('request')}-{account[:8]}-removal"
    sent = ask(visit.api.ledger.remove_member, visit.company, account=account, idempotency_key=once)
    return await submit(
        visit, services, sent, then="/people", refused=lambda no: _page(request, visit, services, refused=no)
    )


@router.get("/join")
async def join_page(request: Request, _: TheSession, services: TheServices) -> Response:
    """Where an invitation is presented."""
    return services.pages.page(request, "join.html", presented="", refused=None)


@router.post("/join")
async def join(request: Request, session: TheSession, services: TheServices, form: TheForm) -> Response:
    """Join the company of an invitation, and act for it."""
    api = services.apis.acting(session.account.account, session.company or NO_COMPANY)
    code = form.text("code")
    before = {one["company"] for one in await companies_of(session, services)}
    try:
        done = await ask(api.ledger.accept_invitation, invitation_code=code, idempotency_key=form.text("request"))
    except Problem as problem:
        return services.pages.page(request, "join.html", status=problem.status, presented=code, refused=problem)
    joined = await companies_of(session, services, at_least=done["sequence"])
    await services.sessions.reach(session.session, done["sequence"])
    new = next((one for one in joined if one["company"] not in before), None)
    if new is not None:
        await services.sessions.choose(session.session, new["company"], new["kind"])
    return see("/" if new else "/company")


async def _page(
    request: Request,
    visit: Visit,
    services: Services,
    *,
    refused: Problem | None = None,
    order: str = "",
    cursor: int = 0,
) -> Response:
    listed = listing(PEOPLE, order)
    ledger, at_least = visit.api.ledger, visit.api.at_least
    members: list[Any] = []
    invitations: list[Any] = []
    try:
        members = await all_members(ledger, visit.company, at_least=at_least)
        made = await ask(
            ledger.list_invitations,
            visit.company,
            order="newest_first",
            limit=MOST_INVITATIONS,
            at_least=at_least,
        )
        invitations = made["items"]
        is_administrator = True
    except Problem as problem:
        if problem.code != "no_right":
            raise
        is_administrator = False
    names = await services.accounts.names([one["account"] for one in members])
    rest = in_order(members, names, listed.value)[cursor:]
    return services.pages.page(
        request,
        "people.html",
        status=refused.status if refused else 200,
        members=rest[:PEOPLE_A_PAGE],
        listing=listed,
        invitations=invitations,
        names=names,
        is_administrator=is_administrator,
        has_one_administrator=sum(one["administrator"] for one in members) == 1,
        following=cursor + PEOPLE_A_PAGE if len(rest) > PEOPLE_A_PAGE else None,
        now=services.clock().isoformat(),
        refused=refused,
    )
