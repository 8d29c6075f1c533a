"""Home: what needs me, and where I was."""

import asyncio

from fastapi import APIRouter, Request
from starlette.responses import Response

from licensing_client import Problem
from licensing_client.api import DeviceView, ProjectView
from licensing_client.cases_api import SummaryView
from portal.adapters.apis import Asking, ask
from portal.entrypoints.web.dependencies import TheServices, TheVisit
from portal.entrypoints.web.projects_with_balance import with_balances
from runtime.trouble import Trouble

SHOWN = 8
LOOKED_AT = 200
"""Devices among which those are found that have not fetched their file."""

router = APIRouter()


@router.get("/")
async def home(request: Request, visit: TheVisit, services: TheServices) -> Response:
    """What waits, the projects, and cases that are open."""
    projects, waiting, cases = await asyncio.gather(_projects(visit.api), _waiting(visit.api), _cases(visit.api))
    return services.pages.page(
        request,
        "home.html",
        projects=await with_balances(visit.api, projects[:SHOWN]),
        names={one["project"]: one["project_name"] for one in projects},
        more=len(projects) > SHOWN,
        waiting=waiting,
        cases=cases,
    )


async def _projects(api: Asking) -> list[ProjectView]:
    page = await ask(api.ledger.list_projects, archived=False, limit=LOOKED_AT, at_least=api.at_least)
    return page["items"]


async def _waiting(api: Asking) -> list[DeviceView]:
    """Devices whose newest license file nobody has fetched."""
    page = await ask(api.ledger.find_devices, limit=LOOKED_AT, at_least=api.at_least)
    return [one for one in page["items"] if waits(one)]


def waits(device: DeviceView) -> bool:
    """Whether the device has licenses that are in no file it fetched."""
    delivery = device["delivery"]
    return bool(device["licenses"]) and (delivery is None or delivery["issue"] < device["issue"])


async def _cases(api: Asking) -> list[SummaryView] | None:
    """The open cases; None where the service of cases is away, which is no reason to show nothing."""
    try:
        page = await ask(api.cases.find_cases, is_open=True, limit=SHOWN)
    except (Problem, Trouble):
        return None
    return page["items"]
