"""Licenses of the old manager: which keys it gave out, and what is brought into a project without one."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from licensing_client import Problem
from portal.adapters.apis import ask
from portal.entrypoints.web.dependencies import Services, TheServices, TheStaff, Visit
from portal.entrypoints.web.forms import Form, TheForm
from portal.entrypoints.web.old_license_lines import LineWrong, listed_keys, lots
from portal.entrypoints.web.orders import RECORDS, listing
from portal.entrypoints.web.pages import words_for
from portal.entrypoints.web.serials import only_serial
from portal.entrypoints.web.submitting import submit

KEYS_A_PAGE = 50
REGISTERED, IMPORTED = ("keys", "reference"), ("legacy_key", "serial", "licenses", "reference")

router = APIRouter(prefix="/staff/old-licenses")


@router.get("")
async def keys_page(
    request: Request, visit: TheStaff, services: TheServices, order: str = "", cursor: str | None = None
) -> Response:
    """The old manager's list, and the form for more of it."""
    return await _keys_page(request, visit, services, order=order, cursor=cursor)


@router.post("")
async def register(request: Request, visit: TheStaff, services: TheServices, form: TheForm) -> Response:
    """Register keys; a partner then brings in what the key that they hold stands for."""
    try:
        keys = listed_keys(form.text("keys"), words_for(request))
    except LineWrong as wrong:
        return await _keys_page(request, visit, services, form=form, error=str(wrong))
    sent = ask(
        visit.api.ledger.register_legacy_keys,
        keys=keys,
        reference=form.text("reference"),
        idempotency_key=form.text("request"),
    )
    return await submit(
        visit,
        services,
        sent,
        then="/staff/old-licenses",
        refused=lambda no: _keys_page(request, visit, services, form=form, refused=no),
    )


@router.get("/{project}")
async def form_page(request: Request, visit: TheStaff, services: TheServices, project: str) -> Response:
    """What comes into this project, with or without a key, onto a device or free."""
    return await _form_page(request, visit, services, project)


@router.post("/{project}")
async def bring_in(request: Request, visit: TheStaff, services: TheServices, project: str, form: TheForm) -> Response:
    """Bring it in; it stands on the project's page of old licenses then."""
    try:
        licenses = lots(form.text("licenses"), words_for(request))
    except LineWrong as wrong:
        return await _form_page(request, visit, services, project, form=form, error=str(wrong))
    serial = form.text("serial")
    sent = ask(
        visit.api.ledger.import_legacy_licenses,
        project,
        licenses=licenses,
        reference=form.text("reference"),
        serial=(only_serial(serial) or serial) or None,
        legacy_key=form.optional("legacy_key"),
        idempotency_key=form.text("request"),
    )
    return await submit(
        visit,
        services,
        sent,
        then=f"/projects/{project}/old-licenses",
        refused=lambda no: _form_page(request, visit, services, project, form=form, refused=no),
    )


async def _keys_page(  # noqa: PLR0913 - what was typed stays
    request: Request,
    visit: Visit,
    services: Services,
    *,
    order: str = "",
    cursor: str | None = None,
    form: Form | None = None,
    error: str = "",
    refused: Problem | None = None,
) -> Response:
    ledger, at_least = visit.api.ledger, visit.api.at_least
    listed = listing(RECORDS, order)
    page = await ask(ledger.list_legacy_keys, order=listed.value, cursor=cursor, limit=KEYS_A_PAGE, at_least=at_least)
    return services.pages.page(
        request,
        "staff/old_keys.html",
        status=refused.status if refused else 422 if error else 200,
        keys=page["items"],
        following=page["next"],
        listing=listed,
        companies=await services.accounts.company_names([one["company"] for one in page["items"] if one["company"]]),
        typed={name: form.text(name) for name in REGISTERED} if form else {},
        error=error,
        refused=refused,
    )


async def _form_page(
    request: Request,
    visit: Visit,
    services: Services,
    project: str,
    *,
    form: Form | None = None,
    error: str = "",
    refused: Problem | None = None,
) -> Response:
    return services.pages.page(
        request,
        "staff/old_import.html",
        status=refused.status if refused else 422 if error else 200,
        project=await ask(visit.api.ledger.get_project, project, at_least=visit.api.at_least),
        typed={name: form.text(name) for name in IMPORTED} if form else {},
        error=error,
        refused=refused,
    )
