"""Allocating licenses of a project to one of its devices: what is free before and after, then the receipt."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from licensing_client import Problem
from licensing_client.api import BalanceView, DeviceView, LicensesAllocatedResponse, LicensesView, WantedLicenses
from portal.adapters.apis import Asking, ask
from portal.entrypoints.web.confirming import require_password
from portal.entrypoints.web.dependencies import Services, TheServices, TheVisit, Visit
from portal.entrypoints.web.forms import Form, TheForm
from portal.entrypoints.web.pages import words_for
from portal.entrypoints.web.routes.labels import noted
from portal.entrypoints.web.serials import whole
from portal.entrypoints.web.submitting import reached
from portal.entrypoints.web.two_sides import counted, typed

FINAL = ("gateway", "warranty")
"""Classes that never come back from a device."""

router = APIRouter(prefix="/projects/{project}/allocations")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to become of one license type of the balance."""

    license_type: str
    license_class: str
    count: int
    free: int
    on_device: int

    @property
    def is_too_much(self) -> bool:
        return self.count > self.free


@router.get("/new")
async def form_page(
    request: Request, visit: TheVisit, services: TheServices, project: str, serial: str = ""
) -> Response:
    """The form: the device, and how many of each type."""
    return await _form_page(request, visit, services, project, serial=serial)


@router.post("/preview")
async def preview(request: Request, visit: TheVisit, services: TheServices, project: str, form: TheForm) -> Response:
    """The balance and the device, before and after."""
    serial, counts = whole(form.text("serial")), counted(form)
    if serial is None or not counts:
        return await _again(request, visit, services, project, form)
    found = await ask(visit.api.ledger.get_project, project, at_least=visit.api.at_least)
    balance = await ask(visit.api.ledger.get_balance, project, at_least=visit.api.at_least)
    device = await _device(visit.api, serial)
    wishes = wished(balance, counts, device)
    return services.pages.page(
        request,
        "allocation_preview.html",
        project=found,
        serial=serial,
        device=device,
        wishes=wishes,
        is_possible=not any(one.is_too_much for one in wishes),
        is_final=any(one.license_class in FINAL for one in wishes),
        request_key=secrets.token_hex(16),
    )


@router.post("")
async def allocate(request: Request, visit: TheVisit, services: TheServices, project: str, form: TheForm) -> Response:
    """Add the device where it is not here yet, allocate, and show the receipt; sent again, it is the same one."""
    serial, counts, once = form.text("serial"), counted(form), form.text("request")
    is_final = form.text("confirm_final") == "yes"
    if is_final:
        await require_password(request, services, visit.session, form)
    ledger = visit.api.ledger
    found = await ask(ledger.get_project, project, at_least=visit.api.at_least)
    wanted: list[WantedLicenses] = [{"license_type": name, "count": count} for name, count in counts.items()]

    async def sent() -> LicensesAllocatedResponse:
        if await _device(visit.api, serial) is None:
            await ask(ledger.add_device, project, serial=serial, idempotency_key=f"{once}-device")
        return await ask(
            ledger.allocate_licenses,
            project,
            serial=serial,
            licenses=wanted,
            confirm_final=is_final,
            idempotency_key=once,
        )

    try:
        done = await reached(visit, services, sent())
    except Problem as problem:
        return await _form_page(
            request, visit, services, project, serial=serial, said=typed(form), refused=problem, status=problem.status
        )
    note = form.text("note")
    note_refused = await noted(visit, project, done["sequence"], note)
    device = await ask(ledger.get_device, serial, at_least=done["sequence"])
    return services.pages.page(
        request,
        "allocation_receipt.html",
        project=found,
        device=device,
        counts=counts,
        sequence=done["sequence"],
        note=note,
        note_refused=note_refused,
    )


def wished(balance: BalanceView, counts: dict[str, int], device: DeviceView | None) -> list[Wish]:
    """A line for each type that was asked for; one that the balance does not have counts as none free."""
    free: dict[str, LicensesView] = {line["license_type"]: line for line in balance["free"]}
    held = {line["license_type"]: line["count"] for line in device["licenses"]} if device else {}
    return [
        Wish(
            name,
            free[name]["license_class"] if name in free else "",
            count,
            free[name]["count"] if name in free else 0,
            held.get(name, 0),
        )
        for name, count in counts.items()
    ]


def offered(balance: BalanceView) -> Sequence[LicensesView]:
    """What a device can get: credits of software service are the project's."""
    return [line for line in balance["free"] if line["count"] and line["license_class"] != "service"]


async def _device(api: Asking, serial: str) -> DeviceView | None:
    try:
        return await ask(api.ledger.get_device, serial, at_least=api.at_least)
    except Problem as problem:
        if problem.status == 404:
            return None
        raise


async def _again(request: Request, visit: Visit, services: Services, project: str, form: Form) -> Response:
    error = words_for(request)("Give the whole serial of the device, and a count for at least one type.")
    serial = form.text("serial")
    return await _form_page(request, visit, services, project, serial=serial, said=typed(form), error=error, status=422)


async def _form_page(  # noqa: PLR0913 - what was typed stays
    request: Request,
    visit: Visit,
    services: Services,
    project: str,
    *,
    serial: str,
    said: dict[str, str] | None = None,
    error: str = "",
    refused: Problem | None = None,
    status: int = 200,
) -> Response:
    found = await ask(visit.api.ledger.get_project, project, at_least=visit.api.at_least)
    balance = await ask(visit.api.ledger.get_balance, project, at_least=visit.api.at_least)
    return services.pages.page(
        request,
        "allocation.html",
        status=status,
        project=found,
        serial=serial,
        offered=offered(balance),
        typed=said or {},
        error=error,
        refused=refused,
    )
