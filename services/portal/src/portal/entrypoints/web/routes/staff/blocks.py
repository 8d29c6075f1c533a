"""Blocks: a key, a device or a company is stopped with a reason, and let go on."""

from collections.abc import Awaitable
from typing import Literal, TypedDict

from fastapi import APIRouter, Request
from starlette.responses import Response

from licensing_client import Problem
from licensing_client.api import BlockResponse
from portal.adapters.apis import ask
from portal.entrypoints.web.dependencies import Services, TheServices, TheStaff, Visit
from portal.entrypoints.web.device_labels import labels_of
from portal.entrypoints.web.forms import Form, TheForm
from portal.entrypoints.web.orders import RECORDS, listing
from portal.entrypoints.web.serials import only_serial
from portal.entrypoints.web.submitting import submit

BLOCKS_A_PAGE = 50
DEVICES, COMPANIES = "devices/", "companies/"
Way = Literal["block", "lift"]

router = APIRouter(prefix="/staff/blocks")


class Blocked(TypedDict, total=False):
    """What is named: exactly one of them."""

    activation_key: str
    serial: str
    company: str


@router.get("")
async def blocks_page(
    request: Request,
    visit: TheStaff,
    services: TheServices,
    show: str = "holding",
    order: str = "",
    cursor: str | None = None,
) -> Response:
    """What is blocked now, or all blocks that there were."""
    listed = listing(RECORDS, order, {"show": show})
    page = await ask(
        visit.api.ledger.list_blocks,
        holding=show != "all",
        order=listed.value,
        cursor=cursor,
        limit=BLOCKS_A_PAGE,
        at_least=visit.api.at_least,
    )
    companies = [one["subject"].removeprefix(COMPANIES) for one in page["items"]]
    blocked_devices = [one for one in page["items"] if one["subject"].startswith(DEVICES)]
    return services.pages.page(
        request,
        "staff/blocks.html",
        blocks=page["items"],
        following=page["next"],
        listing=listed,
        show="all" if show == "all" else "holding",
        companies=await services.accounts.company_names(companies),
        labels=await labels_of(visit.api, (one["subject"].removeprefix(DEVICES) for one in blocked_devices)),
    )


@router.get("/{way}")
async def form_page(request: Request, _: TheStaff, services: TheServices, way: Way, subject: str = "") -> Response:
    """What to stop, or what to let go on, and why."""
    return await _form_page(request, services, way, subject)


@router.post("/{way}")
async def change(request: Request, visit: TheStaff, services: TheServices, way: Way, form: TheForm) -> Response:
    """Block it, or lift its block; then it is, or is not, in the list."""
    return await submit(
        visit,
        services,
        _sent(visit, way, form),
        then="/staff/blocks",
        refused=lambda no: _form_page(request, services, way, form.text("subject"), form=form, refused=no),
    )


def named(subject: str, typed: str) -> Blocked:
    """What is meant: a company or a device by its address, else a serial or a whole key as it was typed.

    What is neither is sent as a key: the API says what is wrong with it.
    """
    if subject.startswith(COMPANIES):
        return {"company": subject.removeprefix(COMPANIES)}
    if subject.startswith(DEVICES):
        return {"serial": subject.removeprefix(DEVICES)}
    serial = only_serial(typed)
    return {"activation_key": typed} if serial is None else {"serial": serial}


def _sent(visit: Visit, way: Way, form: Form) -> Awaitable[BlockResponse]:
    return ask(
        visit.api.ledger.block if way == "block" else visit.api.ledger.unblock,
        reason=form.text("reason"),
        reference=form.text("reference"),
        idempotency_key=form.text("request"),
        **named(form.text("subject"), form.text("typed")),
    )


async def _form_page(
    request: Request,
    services: Services,
    way: Way,
    subject: str,
    *,
    form: Form | None = None,
    refused: Problem | None = None,
) -> Response:
    company = subject.removeprefix(COMPANIES) if subject.startswith(COMPANIES) else ""
    return services.pages.page(
        request,
        "staff/block.html",
        status=refused.status if refused else 200,
        way=way,
        subject=subject if subject.startswith((COMPANIES, DEVICES)) else "",
        serial=subject.removeprefix(DEVICES) if subject.startswith(DEVICES) else "",
        company=company,
        companies=await services.accounts.company_names([company]) if company else {},
        typed={name: form.text(name) for name in ("typed", "reason", "reference")} if form else {},
        refused=refused,
    )
