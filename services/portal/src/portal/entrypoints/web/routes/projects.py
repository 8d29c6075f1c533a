"""Projects: the list, and one with its balance and devices."""

import asyncio

from fastapi import APIRouter, Request
from starlette.responses import Response

from licensing_client.api import BalanceView, DeviceView
from portal.adapters.apis import ask
from portal.entrypoints.web.balances import sheet
from portal.entrypoints.web.dependencies import TheServices, TheVisit
from portal.entrypoints.web.forms import TheForm
from portal.entrypoints.web.projects_with_balance import with_balances
from portal.entrypoints.web.submitting import submit

PROJECTS_A_PAGE = 20
DEVICES_A_PAGE = 50

router = APIRouter()


@router.get("/projects")
async def projects_page(
    request: Request, visit: TheVisit, services: TheServices, name: str = "", cursor: str | None = None
) -> Response:
    """The projects, by part of the name where one is asked for."""
    found = await ask(
        visit.api.ledger.list_projects,
        project_name=name or None,
        archived=False,
        cursor=cursor,
        limit=PROJECTS_A_PAGE,
        at_least=visit.api.at_least,
    )
    projects = await with_balances(visit.api, found["items"])
    return services.pages.page(request, "projects.html", projects=projects, name=name, following=found["next"])


@router.post("/projects")
async def open_project(visit: TheVisit, services: TheServices, form: TheForm) -> Response:
    """Open a project and go there."""
    name, once = form.text("name"), form.text("request") or None
    sent = ask(visit.api.ledger.create_project, project_name=name, idempotency_key=once)
    return await submit(visit, services, sent, then=lambda made: f"/projects/{made['project']}")


@router.get("/projects/{project}")
async def project_page(
    request: Request, visit: TheVisit, services: TheServices, project: str, cursor: str | None = None
) -> Response:
    """What the project has, free and on devices, and the devices themselves."""
    ledger, at_least = visit.api.ledger, visit.api.at_least
    found, balance, devices, service = await asyncio.gather(
        ask(ledger.get_project, project, at_least=at_least),
        ask(ledger.get_balance, project, at_least=at_least),
        ask(ledger.list_devices, project, cursor=cursor, limit=DEVICES_A_PAGE, at_least=at_least),
        ask(ledger.get_software_service, project, at_least=at_least),
    )
    is_whole = cursor is None and devices["next"] is None
    return services.pages.page(
        request,
        "project.html",
        project=found,
        sheet=sheet(balance, devices["items"] if is_whole else None),
        service=service,
        devices=devices["items"],
        following=devices["next"],
    )


def free_of(balance: BalanceView) -> dict[str, int]:
    """What is free, by type."""
    return {line["license_type"]: line["count"] for line in balance["free"]}


def held_by(device: DeviceView) -> dict[str, int]:
    """What stands on a device, by type."""
    return {line["license_type"]: line["count"] for line in device["licenses"]}
