"""Activation keys as staff sees them: issued, found again by key, hint or order, and what became of each."""

import asyncio
import re
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from contracts.codes import activation_key
from licensing_client import Problem
from licensing_client.api import ActivationKeyView, ActivationKeyViewPage, WantedLicenses
from portal.adapters.apis import Asking, ask
from portal.entrypoints.web.actors import actors
from portal.entrypoints.web.dependencies import Services, TheServices, TheStaff, Visit
from portal.entrypoints.web.device_labels import devices_in, labels_of
from portal.entrypoints.web.forms import Form, TheForm
from portal.entrypoints.web.license_types import all_types, grouped
from portal.entrypoints.web.orders import NEWEST, RECORDS, Listing, listing
from portal.entrypoints.web.pages import see, words_for
from portal.entrypoints.web.qr import qr
from portal.entrypoints.web.submitting import reached
from portal.entrypoints.web.two_sides import counted, typed

KEYS_A_PAGE = 50
ENTRIES = 50
_LIKE_A_KEY = re.compile(r"[0-9A-Za-z]{4}(?:[- ]?[0-9A-Za-z]{4}){3}")
"""A key with a typing error is still nearly one: it stands in no address either."""

router = APIRouter(prefix="/staff/keys")


@router.get("")
async def keys_page(
    request: Request,
    visit: TheStaff,
    services: TheServices,
    find: str = "",
    order_number: str = "",
    order: str = "",
    cursor: str | None = None,
) -> Response:
    """All keys, the newest first unless asked otherwise; those of an order, or those that a search finds."""
    listed = listing((NEWEST,) if find.strip() else RECORDS, order, {"order_number": order_number.strip()})
    if find.strip():
        page: ActivationKeyViewPage = {"items": await _found(visit.api, find.strip()), "next": None}
    else:
        page = await ask(
            visit.api.ledger.list_activation_keys,
            order_number=order_number.strip() or None,
            order=listed.value,
            cursor=cursor,
            limit=KEYS_A_PAGE,
            at_least=visit.api.at_least,
        )
    return await _list_page(request, services, page, listed, find=find)


@router.post("/search")
async def search(request: Request, visit: TheStaff, services: TheServices, form: TheForm) -> Response:
    """The page of a whole key, which stands in no address; else the keys of this hint or order."""
    said = form.text("find")
    try:
        digest = activation_key.digest(activation_key.normalise(said))
    except activation_key.KeyMalformed:
        if _LIKE_A_KEY.fullmatch(said):
            return await _no_such_key(request, services)
        return see(f"/staff/keys?{urlencode({'find': said})}" if said else "/staff/keys")
    try:
        await ask(visit.api.ledger.get_activation_key, digest, at_least=visit.api.at_least)
    except Problem as problem:
        if problem.status != 404:
            raise
        return await _no_such_key(request, services)
    return see(f"/staff/keys/{digest}")


@router.get("/new")
async def form_page(request: Request, visit: TheStaff, services: TheServices) -> Response:
    """What the key holds, and for which order."""
    return await _form_page(request, visit, services)


@router.post("")
async def issue(request: Request, visit: TheStaff, services: TheServices, form: TheForm) -> Response:
    """A new key, shown once; the same form again shows the same one."""
    counts = counted(form)
    if not counts:
        error = words_for(request)("Give a count for at least one type.")
        return await _form_page(request, visit, services, form=form, error=error)
    wanted: list[WantedLicenses] = [{"license_type": name, "count": count} for name, count in counts.items()]
    sent = ask(
        visit.api.ledger.issue_activation_key,
        licenses=wanted,
        order_number=form.text("order_number"),
        customer_reference=form.optional("customer_reference"),
        idempotency_key=form.text("request"),
    )
    try:
        made = await reached(visit, services, sent)
    except Problem as problem:
        return await _form_page(request, visit, services, form=form, refused=problem)
    return services.pages.page(
        request,
        "staff/key_issued.html",
        made=made,
        digest=activation_key.digest(activation_key.normalise(made["activation_key"])),
        picture=qr(made["activation_key"]),
        counts=counts,
        order_number=form.text("order_number"),
        customer_reference=form.text("customer_reference"),
    )


@router.get("/{digest}")
async def key_page(request: Request, visit: TheStaff, services: TheServices, digest: str) -> Response:
    """What a key holds, what became of it, and every entry about it."""
    ledger, at_least = visit.api.ledger, visit.api.at_least
    found, history = await asyncio.gather(
        ask(ledger.get_activation_key, digest, at_least=at_least),
        ask(ledger.get_activation_key_history, digest, limit=ENTRIES, at_least=at_least),
    )
    entries = history["items"][::-1]
    project = found["project"] and await ask(ledger.get_project, found["project"], at_least=at_least)
    return services.pages.page(
        request,
        "staff/key.html",
        key=found,
        project=project,
        companies=await services.accounts.company_names(_companies([found])),
        entries=entries,
        actors=await actors(entries, services.accounts, visit),
        labels=await labels_of(visit.api, devices_in(entries)),
    )


async def _found(api: Asking, text: str) -> list[ActivationKeyView]:
    """The keys that have this hint, or whose order has this part of a number, each once."""
    hits = await ask(api.ledger.search, q=text, at_least=api.at_least)
    digests = dict.fromkeys(one["id"] for one in hits["items"] if one["kind"] == "activation_key")
    wanted = (ask(api.ledger.get_activation_key, digest, at_least=api.at_least) for digest in digests)
    return await asyncio.gather(*wanted)


async def _no_such_key(request: Request, services: Services) -> Response:
    error = words_for(request)("No such key was issued. Check it for typing errors.")
    return await _list_page(
        request, services, {"items": [], "next": None}, listing(RECORDS, ""), status=404, error=error
    )


async def _list_page(
    request: Request,
    services: Services,
    page: ActivationKeyViewPage,
    listed: Listing,
    *,
    find: str = "",
    status: int = 200,
    error: str = "",
) -> Response:
    return services.pages.page(
        request,
        "staff/keys.html",
        status=status,
        keys=page["items"],
        following=page["next"],
        companies=await services.accounts.company_names(_companies(page["items"])),
        find=find,
        order_number=listed.fields.get("order_number", ""),
        listing=listed,
        error=error,
    )


async def _form_page(
    request: Request,
    visit: Visit,
    services: Services,
    *,
    form: Form | None = None,
    error: str = "",
    refused: Problem | None = None,
) -> Response:
    return services.pages.page(
        request,
        "staff/key_new.html",
        status=refused.status if refused else 422 if error else 200,
        groups=grouped(await all_types(visit.api)),
        typed=typed(form) if form else {},
        order_number=form.text("order_number") if form else "",
        customer_reference=form.text("customer_reference") if form else "",
        error=error,
        refused=refused,
    )


def _companies(keys: list[ActivationKeyView]) -> list[str]:
    return [one["company"] for one in keys if one["company"]]
