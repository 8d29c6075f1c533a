"""Companies: found by name, one with its people and projects, and a new one with its first administrator."""

import asyncio
from typing import Any, cast

from fastapi import APIRouter, Request
from starlette.responses import Response

from licensing_client import Problem
from licensing_client.api import CompanyView
from portal.adapters.apis import Asking, ask
from portal.domain.names import flaw
from portal.entrypoints.web.dependencies import Services, TheServices, TheStaff, Visit
from portal.entrypoints.web.forms import Form, TheForm
from portal.entrypoints.web.orders import BY_NAME, COMPANIES, listing
from portal.entrypoints.web.pages import see, words_for
from portal.entrypoints.web.routes.companies import MOST_NAME
from portal.entrypoints.web.submitting import reached

COMPANIES_A_PAGE = 50
NAMED_A_PAGE = 20
"""By name: each is asked for by its id."""
PEOPLE_A_PAGE = 50
MOST_PROJECTS = 50
KINDS = {"reseller": "Reseller", "end_customer": "End customer", "vendor": "Vendor"}
"""Kinds of companies in the words of a page."""

router = APIRouter(prefix="/staff/companies")


@router.get("")
async def companies_page(
    request: Request,
    visit: TheStaff,
    services: TheServices,
    name: str = "",
    kind: str = "",
    order: str = "",
    cursor: str | None = None,
) -> Response:
    """All companies, what was made known last first, or those that have a name by it, or a part of it.

    The ledger knows no names: of one kind, a page by name may have few although another one follows.
    """
    part = name.strip()
    listed = listing((BY_NAME,) if part else COMPANIES, order, {"name": part, "kind": kind})
    if listed.order == BY_NAME:
        named = await services.accounts.companies_named(part, NAMED_A_PAGE + 1, cursor or "")
        names = dict(list(named.items())[:NAMED_A_PAGE])
        following = list(names)[-1] if len(named) > NAMED_A_PAGE else None
        found = await asyncio.gather(*(_company(visit.api, one) for one in names))
        companies = [one for one in found if one and kind in ("", one["kind"])]
    else:
        page = await ask(
            visit.api.ledger.list_companies,
            kind=cast("Any", kind) if kind in KINDS else None,
            order=listed.value,
            cursor=cursor,
            limit=COMPANIES_A_PAGE,
            at_least=visit.api.at_least,
        )
        companies, following = page["items"], page["next"]
        names = await services.accounts.company_names([one["company"] for one in companies])
    return services.pages.page(
        request,
        "staff/companies.html",
        companies=companies,
        names=names,
        following=following,
        listing=listed,
        name=name,
        kind=kind,
        kinds=KINDS,
    )


@router.get("/new")
async def form_page(request: Request, _: TheStaff, services: TheServices) -> Response:
    """Its name, its kind, and who administers it."""
    return _form_page(request, services)


@router.post("")
async def register(request: Request, visit: TheStaff, services: TheServices, form: TheForm) -> Response:
    """Register it, name it, and go there; sent again, it is the same company."""
    name, email = form.text("name")[:MOST_NAME], form.text("email")
    known = await services.accounts.by_email(email.lower())
    _, unseen = words_for(request), flaw(name)
    if unseen is not None:
        return _form_page(request, services, form=form, error=_(unseen))
    if not name or known is None:
        error = _("Nobody has an account with this address. Ask them to make one first.") if name else _("Give a name.")
        return _form_page(request, services, form=form, error=error)
    sent = ask(
        visit.api.ledger.register_company,
        kind=cast("Any", form.text("kind")),
        administrator=known[0].account,
        idempotency_key=form.text("request"),
    )
    try:
        made = await reached(visit, services, sent)
    except Problem as problem:
        return _form_page(request, services, form=form, refused=problem)
    await services.accounts.name_company(made["company"], name)
    return see(f"/staff/companies/{made['company']}")


@router.get("/{company}")
async def company_page(
    request: Request, visit: TheStaff, services: TheServices, company: str, cursor: str | None = None
) -> Response:
    """What it is, who belongs to it, and its projects."""
    return await _company_page(request, visit, services, company, cursor=cursor)


async def _company_page(
    request: Request, visit: Visit, services: Services, company: str, *, error: str = "", cursor: str | None = None
) -> Response:
    ledger, at_least = visit.api.ledger, visit.api.at_least
    found, members, projects, names = await asyncio.gather(
        ask(ledger.get_company, company, at_least=at_least),
        ask(ledger.list_members, company, cursor=cursor, limit=PEOPLE_A_PAGE, at_least=at_least),
        ask(ledger.list_projects, company=company, order="name", limit=MOST_PROJECTS, at_least=at_least),
        services.accounts.company_names([company]),
    )
    return services.pages.page(
        request,
        "staff/company.html",
        status=422 if error else 200,
        error=error,
        company=found,
        name=names.get(company, ""),
        kinds=KINDS,
        members=members["items"],
        following=members["next"],
        people=await services.accounts.names([one["account"] for one in members["items"]])
        if company == visit.company
        else {},
        projects=projects["items"],
        is_whole=projects["next"] is None,
        most_name=MOST_NAME,
    )


@router.post("/{company}/name")
async def rename(request: Request, visit: TheStaff, services: TheServices, company: str, form: TheForm) -> Response:
    """Name it on pages; the ledger knows no names of companies (decision D9)."""
    await ask(visit.api.ledger.get_company, company, at_least=visit.api.at_least)
    name = form.text("name")[:MOST_NAME]
    if (error := flaw(name)) is not None:
        return await _company_page(request, visit, services, company, error=words_for(request)(error))
    if name:
        await services.accounts.name_company(company, name)
    return see(f"/staff/companies/{company}")


async def _company(api: Asking, company: str) -> CompanyView | None:
    """None for one that is named here and not known to the ledger."""
    try:
        return await ask(api.ledger.get_company, company, at_least=api.at_least)
    except Problem as problem:
        if problem.status != 404:
            raise
        return None


def _form_page(
    request: Request,
    services: Services,
    *,
    form: Form | None = None,
    error: str = "",
    refused: Problem | None = None,
) -> Response:
    return services.pages.page(
        request,
        "staff/company_new.html",
        status=refused.status if refused else 422 if error else 200,
        kinds=KINDS,
        typed={name: form.text(name) for name in ("name", "kind", "email")} if form else {},
        most_name=MOST_NAME,
        error=error,
        refused=refused,
    )
