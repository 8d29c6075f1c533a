"""The one test that a device gets in its life."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from licensing_client import Problem
from licensing_client.api import TestView
from portal.adapters.apis import Asking, ask
from portal.entrypoints.web.dependencies import Services, TheServices, TheVisit, Visit
from portal.entrypoints.web.forms import Form, TheForm
from portal.entrypoints.web.submitting import submit

MOST_TYPES = 200
ASKED = ("version", "count", "slave")

router = APIRouter(prefix="/devices/{serial}/test")


@router.get("")
async def test_page(request: Request, visit: TheVisit, services: TheServices, serial: str) -> Response:
    """What a test is, and how many of each."""
    return await _page(request, visit, services, serial)


@router.post("")
async def issue(request: Request, visit: TheVisit, services: TheServices, serial: str, form: TheForm) -> Response:
    """Put the test on the device; what the ledger refuses is said above the form."""
    is_slave = form.text("slave") == "yes"
    sent = ask(
        visit.api.ledger.issue_test_licenses,
        serial,
        version=form.whole("version") or 0,
        slave=is_slave,
        count=None if is_slave else form.whole("count"),
        idempotency_key=form.text("request"),
    )
    return await submit(
        visit,
        services,
        sent,
        then=f"/devices/{serial}",
        refused=lambda no: _page(request, visit, services, serial, refused=no, form=form),
    )


async def _page(
    request: Request,
    visit: Visit,
    services: Services,
    serial: str,
    refused: Problem | None = None,
    form: Form | None = None,
) -> Response:
    device = await ask(visit.api.ledger.get_device, serial, at_least=visit.api.at_least)
    project = await ask(visit.api.ledger.get_project, device["project"], at_least=visit.api.at_least)
    return services.pages.page(
        request,
        "device_test.html",
        status=refused.status if refused else 200,
        device=device,
        project=project,
        test=await known_test(visit.api, serial),
        versions=await _versions(visit.api),
        typed={name: form.text(name) for name in ASKED} if form else {},
        refused=refused,
    )


async def known_test(api: Asking, serial: str, as_of: str | None = None) -> TestView | None:
    """The test that a device has or has had; None without one."""
    try:
        return await ask(api.ledger.get_test_licenses, serial, as_of=as_of, at_least=api.at_least)
    except Problem:
        return None


async def _versions(api: Asking) -> list[int]:
    """The versions that there are, the newest first."""
    page = await ask(api.ledger.list_license_types, limit=MOST_TYPES)
    found = {one["version"] for one in page["items"] if one["license_class"] == "pbx"}
    return sorted((version for version in found if version is not None), reverse=True)
