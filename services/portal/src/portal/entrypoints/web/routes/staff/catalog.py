"""The catalog: license types and device models, and the forms that add or change one."""

import asyncio
from collections.abc import Mapping
from typing import Any, cast

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from licensing_client import Problem
from licensing_client.api import DeviceModel, LicenseTypeFacts
from portal.adapters.apis import ask
from portal.entrypoints.web.dependencies import Services, TheServices, TheStaff
from portal.entrypoints.web.forms import Form, TheForm
from portal.entrypoints.web.license_types import CLASSES, all_models, all_types
from portal.entrypoints.web.submitting import submit

TYPE, MODEL = "staff/license_type.html", "staff/device_model.html"
FIELDS = {
    TYPE: ("license_type", "license_class", "family", "version", "weight", "device_limit", "sole_device", "months"),
    MODEL: ("model", "family", "warranty_months"),
}

router = APIRouter(prefix="/staff/catalog")


@router.get("")
async def catalog_page(request: Request, visit: TheStaff, services: TheServices) -> Response:
    """All license types and all device models."""
    types, models = await asyncio.gather(all_types(visit.api), all_models(visit.api))
    return services.pages.page(request, "staff/catalog.html", types=types, models=models, classes=CLASSES)


@router.get("/types/new")
async def new_type_page(request: Request, _: TheStaff, services: TheServices) -> Response:
    """A new license type."""
    return _form_page(request, services, TYPE, {"weight": 1})


@router.get("/types/{name}")
async def type_page(request: Request, visit: TheStaff, services: TheServices, name: str) -> Response:
    """A known license type, of which weight and limits may change."""
    found = next((one for one in await all_types(visit.api) if one["license_type"] == name), None)
    if found is None:
        raise HTTPException(404)
    return _form_page(request, services, TYPE, found, is_known=True)


@router.post("/types")
async def define_type(request: Request, visit: TheStaff, services: TheServices, form: TheForm) -> Response:
    """Add or change a license type."""
    wanted: LicenseTypeFacts = {
        "license_type": form.text("license_type"),
        "license_class": cast("Any", form.text("license_class")),
        "family": form.text("family"),
        "version": form.whole("version"),
        "weight": form.whole("weight") or 1,
        "device_limit": form.whole("device_limit"),
        "sole_device": form.text("sole_device") == "yes",
        "months": form.whole("months"),
    }
    sent = ask(
        visit.api.ledger.define_license_types,
        license_types=[wanted],
        reference=form.text("reference"),
        idempotency_key=form.text("request"),
    )
    return await submit(
        visit, services, sent, then="/staff/catalog", refused=lambda no: _again(request, services, TYPE, form, no)
    )


@router.get("/models/new")
async def new_model_page(request: Request, _: TheStaff, services: TheServices) -> Response:
    """A new device model."""
    return _form_page(request, services, MODEL, {"warranty_months": 12})


@router.get("/models/{name}")
async def model_page(request: Request, visit: TheStaff, services: TheServices, name: str) -> Response:
    """A known device model, which changes for later deliveries."""
    found = next((one for one in await all_models(visit.api) if one["model"] == name), None)
    if found is None:
        raise HTTPException(404)
    return _form_page(request, services, MODEL, found, is_known=True)


@router.post("/models")
async def define_model(request: Request, visit: TheStaff, services: TheServices, form: TheForm) -> Response:
    """Add or change a device model."""
    wanted: DeviceModel = {"model": form.text("model"), "family": form.text("family")}
    if months := form.whole("warranty_months"):
        wanted["warranty_months"] = months
    sent = ask(
        visit.api.ledger.define_device_models,
        models=[wanted],
        reference=form.text("reference"),
        idempotency_key=form.text("request"),
    )
    return await submit(
        visit,
        services,
        sent,
        then="/staff/catalog#models",
        refused=lambda no: _again(request, services, MODEL, form, no),
    )


async def _again(request: Request, services: Services, template: str, form: Form, refused: Problem) -> Response:
    """The form with what was typed."""
    is_known, reference = form.text("known") == "yes", form.text("reference")
    said = {name: form.text(name) for name in FIELDS[template]}
    return _form_page(request, services, template, said, is_known=is_known, reference=reference, refused=refused)


def _form_page(
    request: Request,
    services: Services,
    template: str,
    said: Mapping[str, Any],
    *,
    is_known: bool = False,
    reference: str = "",
    refused: Problem | None = None,
) -> Response:
    return services.pages.page(
        request,
        template,
        status=refused.status if refused else 200,
        one={name: "" if said.get(name) is None else said[name] for name in FIELDS[template]},
        classes=CLASSES,
        is_known=is_known,
        reference=reference,
        refused=refused,
    )
