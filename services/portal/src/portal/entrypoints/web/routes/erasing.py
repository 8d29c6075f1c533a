"""Erasing one's own account: who it was of is forgotten here, and the ledger never knew."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from licensing_client import Problem
from portal.adapters.apis import ask
from portal.application.accounts import Session
from portal.application.signing_in import new_cookie
from portal.entrypoints.web.colleagues import all_members
from portal.entrypoints.web.confirming import require_password
from portal.entrypoints.web.dependencies import Services, TheServices, TheSession
from portal.entrypoints.web.forms import TheForm
from portal.entrypoints.web.pages import give_cookie, see
from portal.entrypoints.web.routes.companies import companies_of

FORBIDDEN = 403

router = APIRouter(prefix="/settings/erasure")


@dataclass(frozen=True, slots=True)
class Membership:
    """What somebody is in a company."""

    company: str
    name: str
    is_administrator: bool
    is_only_administrator: bool


@router.get("")
async def erasure_page(request: Request, session: TheSession, services: TheServices) -> Response:
    """What goes, what stays, and what has to be done first."""
    return await _page(request, services, await _memberships(session, services))


@router.post("")
async def erase(request: Request, session: TheSession, services: TheServices, form: TheForm) -> Response:
    """Leave the companies of which somebody is an administrator, then forget the person."""
    await require_password(request, services, session, form)
    memberships = await _memberships(session, services)
    if any(one.is_only_administrator for one in memberships):
        return await _page(request, services, memberships, status=409)
    for one in memberships:
        if one.is_administrator:
            await _leave(one, session, services, form.text("request"))
    await services.accounts.erase(session.account.email, services.clock())
    response = see("/sign-in?done=erased")
    give_cookie(request, response, new_cookie())
    return response


async def _memberships(session: Session, services: Services) -> list[Membership]:
    companies = [one["company"] for one in await companies_of(session, services, at_least=session.reached)]
    names = await services.accounts.company_names(companies)
    return [await _membership(company, names.get(company, company[:8]), session, services) for company in companies]


async def _membership(company: str, name: str, session: Session, services: Services) -> Membership:
    """Only administrators see who belongs to a company; so whoever does not is none."""
    account = session.account.account
    ledger = services.apis.acting(account, company).ledger
    try:
        members = await all_members(ledger, company, at_least=session.reached)
    except Problem as problem:
        if problem.status != FORBIDDEN:
            raise
        return Membership(company, name, is_administrator=False, is_only_administrator=False)
    administrators = {one["account"] for one in members if one["administrator"]}
    mine = account in administrators
    return Membership(company, name, mine, mine and len(administrators) == 1)


async def _leave(membership: Membership, session: Session, services: Services, once: str) -> None:
    account = session.account.account
    ledger = services.apis.acting(account, membership.company).ledger
    await ask(
        ledger.remove_member,
        membership.company,
        account=account,
        idempotency_key=f"{once}-{membership.company[:8]}-erasure",
    )


async def _page(request: Request, services: Services, memberships: list[Membership], *, status: int = 200) -> Response:
    first = [one for one in memberships if one.is_only_administrator]
    return services.pages.page(request, "erasure.html", status=status, memberships=memberships, first=first)
