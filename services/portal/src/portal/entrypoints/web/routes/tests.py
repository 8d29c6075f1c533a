"""The one test that a device gets in its life."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from licensing_client import Problem
from portal.adapters.apis import Asking, ask
from portal.entrypoints.web.dependencies import Services, TheServices, TheVisit, Visit
from portal.entrypoints.web.forms import TheForm
from portal.entrypoints.web.submitting import submit

MOST_TYPES = 200

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
        refused=lambda no: _page(request, visit, services, serial, refused=no),
    )


async def _page(
    request: Request, visit: Visit, services: Services, serial: str, refused: Problem | None = None
) -> Response:
    device = await ask(visit.api.ledger.get_device, serial, at_least=visit.api.at_least)
    project = await ask(visit.api.ledger.get_project, device["project"], at_least=visit.api.at_least)
    return services.pages.page(
        request,
        "device_test.html",
        status=refused.status if refused else 200,
        device=device,
        project=project,
        versions=await _versions(visit.api),
        refused=refused,
    )


async def _versions(api: Asking) -> list[int]:
    """The versions that there are, the newest first."""
    page = await ask(api.ledger.list_license_types, limit=MOST_TYPES)
    found = {one["version"] for one in page["items"] if one["license_class"] == "pbx"}
    return sorted((version for version in found if version is not None), reverse=True)
