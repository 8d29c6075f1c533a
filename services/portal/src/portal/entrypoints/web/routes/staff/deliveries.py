"""Delivered devices: registered many at a time, found by serial, and put right by two persons."""

import asyncio
import re
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from contracts.dates import civil_day
from licensing_client import Problem
from licensing_client.api import CompanyView, DeliveredDeviceBody
from portal.adapters.apis import ask
from portal.entrypoints.web.dependencies import Services, TheServices, TheStaff, Visit
from portal.entrypoints.web.device_labels import labels_of
from portal.entrypoints.web.forms import Form, TheForm
from portal.entrypoints.web.license_types import all_models
from portal.entrypoints.web.orders import DELIVERIES, listing
from portal.entrypoints.web.pages import words_for
from portal.entrypoints.web.serials import beginning, only_serial
from portal.entrypoints.web.submitting import submit

DEVICES_A_PAGE = 50
MOST_DEVICES = 200
"""Devices of one form, which become one entry."""
MOST_COMPANIES = 200
FIELDS = ("serials", "model", "delivered_on", "delivered_to", "reference")
_BETWEEN = re.compile(r"[\n\r,;]+")

router = APIRouter(prefix="/staff/deliveries")


@router.get("")
async def deliveries_page(
    request: Request,
    visit: TheStaff,
    services: TheServices,
    serial: str = "",
    order: str = "",
    cursor: str | None = None,
) -> Response:
    """Delivered devices by serial or day, or by serial those whose serial begins as asked for."""
    listed = listing(DELIVERIES[:1] if beginning(serial) else DELIVERIES, order, {"serial": serial})
    page = await ask(
        visit.api.ledger.list_delivered_devices,
        serial=beginning(serial) or None,
        order=listed.value,
        cursor=cursor,
        limit=DEVICES_A_PAGE,
        at_least=visit.api.at_least,
    )
    devices = page["items"]
    values: dict[str, Any] = {"devices": devices, "following": page["next"], "serial": serial}
    values["listing"] = listed
    values["labels"] = await labels_of(visit.api, (one[name] for one in devices for name in ("serial", "replacement")))
    return services.pages.page(request, "staff/deliveries.html", **values)


@router.get("/new")
async def form_page(request: Request, visit: TheStaff, services: TheServices) -> Response:
    """One model, one day, one company, and the serials as a scanner reads them."""
    return await _form_page(request, visit, services)


@router.post("")
async def register(request: Request, visit: TheStaff, services: TheServices, form: TheForm) -> Response:
    """Register all of them, or none."""
    said = scanned(form.text("serials"))
    serials = [serial for one in said if (serial := only_serial(one))]
    if not said or len(said) > MOST_DEVICES or len(serials) != len(said):
        wrong = next((one for one in said if only_serial(one) is None), "")
        _ = words_for(request)
        error = (
            _("«{serial}» is no whole serial.", serial=wrong)
            if wrong
            else _("Give up to {most} serials, one in each line.", most=MOST_DEVICES)
        )
        return await _form_page(request, visit, services, form=form, error=error)
    company = form.optional("delivered_to")
    devices: list[DeliveredDeviceBody] = [
        {"serial": one, "model": form.text("model"), "delivered_on": form.text("delivered_on")} for one in serials
    ]
    for device in devices if company else ():
        device["delivered_to"] = company
    sent = ask(
        visit.api.ledger.register_devices,
        devices=devices,
        reference=form.text("reference"),
        idempotency_key=form.text("request"),
    )
    return await submit(
        visit,
        services,
        sent,
        then=f"/staff/deliveries?serial={serials[0]}" if len(serials) == 1 else "/staff/deliveries",
        refused=lambda no: _form_page(request, visit, services, form=form, refused=no),
    )


@router.get("/{serial}")
async def delivery_page(request: Request, visit: TheStaff, services: TheServices, serial: str) -> Response:
    """How a device is registered, and the form to put it right."""
    return await _page(request, visit, services, serial)


@router.post("/{serial}/corrections")
async def correct(request: Request, visit: TheStaff, services: TheServices, serial: str, form: TheForm) -> Response:
    """Propose another model or day; a second person decides."""
    sent = ask(
        visit.api.ledger.propose_delivery_correction,
        serial,
        model=form.text("model"),
        delivered_on=form.text("delivered_on"),
        reason=form.text("reason"),
        reference=form.text("reference"),
        idempotency_key=form.text("request"),
    )
    return await submit(
        visit,
        services,
        sent,
        then=lambda made: f"/staff/corrections/{made['correction']}",
        refused=lambda no: _page(request, visit, services, serial, form=form, refused=no),
    )


def scanned(text: str) -> list[str]:
    """What was scanned, one in each line or between commas, each once."""
    return list(dict.fromkeys(one for line in _BETWEEN.split(text) if (one := line.strip())))


async def _page(
    request: Request,
    visit: Visit,
    services: Services,
    serial: str,
    *,
    form: Form | None = None,
    refused: Problem | None = None,
) -> Response:
    ledger, at_least = visit.api.ledger, visit.api.at_least
    page, models, labels = await asyncio.gather(
        ask(ledger.list_delivered_devices, serial=beginning(serial), limit=1, at_least=at_least),
        all_models(visit.api),
        labels_of(visit.api, [serial]),
    )
    found = next((one for one in page["items"] if one["serial"] == serial), None)
    return services.pages.page(
        request,
        "staff/delivery.html",
        status=refused.status if refused else 200 if found else 404,
        serial=serial,
        device=found,
        models=models,
        labels=labels,
        typed={name: form.text(name) for name in ("model", "delivered_on", "reason", "reference")} if form else {},
        refused=refused,
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
    models, companies = await asyncio.gather(all_models(visit.api), _companies(visit))
    today = civil_day(services.clock()).isoformat()
    return services.pages.page(
        request,
        "staff/delivery_new.html",
        status=refused.status if refused else 422 if error else 200,
        models=models,
        companies=companies,
        names=await services.accounts.company_names([one["company"] for one in companies]),
        typed={name: form.text(name) for name in FIELDS} if form else {"delivered_on": today},
        most=MOST_DEVICES,
        error=error,
        refused=refused,
    )


async def _companies(visit: Visit) -> list[CompanyView]:
    page = await ask(visit.api.ledger.list_companies, limit=MOST_COMPANIES, at_least=visit.api.at_least)
    return [one for one in page["items"] if one["kind"] != "vendor"]
