"""Projects: the list, and one with its balance and devices."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from contracts.dates import civil_day
from licensing_client import Problem
from licensing_client.api import BalanceView, DeviceView, EntryView, LabelView, ProjectView, ProjectViewPage
from portal.adapters.apis import Asking, ask
from portal.entrypoints.web.actors import actors
from portal.entrypoints.web.balances import sheet
from portal.entrypoints.web.dependencies import Services, TheServices, TheVisit, Visit
from portal.entrypoints.web.device_labels import devices_in, labels_of
from portal.entrypoints.web.forms import TheForm
from portal.entrypoints.web.orders import BY_NAME, BY_SERIAL, DEVICES, PROJECTS, Listing, listing
from portal.entrypoints.web.submitting import submit
from portal.entrypoints.web.times import AsOf, Time, newest, then

PROJECTS_A_PAGE = 20
DEVICES_A_PAGE = 50
ENTRIES = 10

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What projects a list is of, and in which order: those that begin with a name are ordered by it."""

    name: str = ""
    order: str = ""

    def listing(self, as_of: str) -> Listing:
        return listing((BY_NAME,) if self.name else PROJECTS, self.order, {"name": self.name}, as_of=as_of)


class Happened(NamedTuple):
    """The newest entries of a project, whom and what they name, and the entry at which they stand."""

    stand: int
    entries: Sequence[EntryView]
    actors: Mapping[str, dict[str, Any]]
    labels: Mapping[str, LabelView]


@router.get("/projects")
async def projects_page(
    request: Request,
    visit: TheVisit,
    services: TheServices,
    as_of: AsOf,
    wanted: Annotated[Wanted, Depends()],
    cursor: str | None = None,
) -> Response:
    """The projects, by part of the name where one is asked for, with their balances; now or as they were."""
    return await _projects_page(request, visit, services, wanted, as_of, cursor=cursor)


@router.post("/projects")
async def open_project(request: Request, visit: TheVisit, services: TheServices, form: TheForm) -> Response:
    """Open a project and go there."""
    name, once = form.text("name"), form.text("request") or None
    sent = ask(visit.api.ledger.create_project, project_name=name, idempotency_key=once)
    return await submit(
        visit,
        services,
        sent,
        then=lambda made: f"/projects/{made['project']}",
        refused=lambda no: _projects_page(request, visit, services, Wanted(), refused=no, typed=name),
    )


@router.get("/projects/{project}")
async def project_page(
    request: Request,
    visit: TheVisit,
    services: TheServices,
    project: str,
    as_of: AsOf,
    order: str = "",
    cursor: str | None = None,
) -> Response:
    """What the project has, free and on devices, the devices themselves and what happened; now or as it was."""
    if as_of:
        return await _as_it_was(request, visit, services, project, as_of, cursor)
    ledger, at_least = visit.api.ledger, visit.api.at_least
    happened, listed = await _happened(visit, services, project), listing(DEVICES, order)
    found, balance, devices, service = await asyncio.gather(
        ask(ledger.get_project, project, at_least=at_least),
        ask(ledger.get_balance, project, at_least=at_least),
        ask(
            ledger.list_devices,
            project,
            order=listed.value,
            cursor=cursor,
            limit=DEVICES_A_PAGE,
            at_least=at_least,
        ),
        ask(ledger.get_software_service, project, at_least=at_least),
    )
    return services.pages.page(
        request,
        "project.html",
        time=Time(stand=happened.stand, about={"project": project}, travels=True, fields=listed.said),
        listing=listed,
        project=found,
        service=service,
        entries=happened.entries,
        actors=happened.actors,
        labels=happened.labels,
        sheet=sheet(balance),
        devices=devices["items"],
        following=devices["next"],
    )


async def _projects_page(  # noqa: PLR0913 - what was typed stays
    request: Request,
    visit: Visit,
    services: Services,
    wanted: Wanted,
    as_of: str = "",
    *,
    cursor: str | None = None,
    refused: Problem | None = None,
    typed: str = "",
) -> Response:
    stand = None if as_of else (await newest(visit.api, 1))["as_of"]
    found = await find_projects(visit.api, wanted, as_of, cursor, PROJECTS_A_PAGE)
    listed, projects = wanted.listing(as_of), found["items"]
    if as_of:
        time = then(as_of, stand_of(projects), civil_day(services.clock()), listed.said)
    else:
        time = Time(stand=stand, travels=True, fields=listed.said)
    return services.pages.page(
        request,
        "projects.html",
        status=refused.status if refused else 200,
        time=time,
        projects=projects,
        name=wanted.name,
        listing=listed,
        following=found["next"],
        refused=refused,
        typed=typed,
    )


async def find_projects(api: Asking, wanted: Wanted, as_of: str, cursor: str | None, limit: int) -> ProjectViewPage:
    """A page of the list."""
    return await ask(
        api.ledger.list_projects,
        project_name=wanted.name or None,
        order=wanted.listing(as_of).value,
        archived=None if as_of else False,
        expand="balances",
        as_of=as_of or None,
        cursor=cursor,
        limit=limit,
        at_least=api.at_least,
    )


async def _as_it_was(
    request: Request, visit: Visit, services: Services, project: str, as_of: str, cursor: str | None
) -> Response:
    ledger, at_least = visit.api.ledger, visit.api.at_least

    async def happened_by_then() -> Happened:
        """The entries need a place in the log, which costs little; what thousands of devices had takes longest."""
        plain = await ask(ledger.get_balance, project, as_of=as_of, at_least=at_least)
        return await _happened(visit, services, project, until=plain.get("as_of") or 0)

    found, balance, devices, happened = await asyncio.gather(
        ask(ledger.get_project, project, at_least=at_least),
        ask(ledger.get_balance, project, as_of=as_of, expand="allocated", at_least=at_least),
        ask(ledger.list_devices, project, as_of=as_of, cursor=cursor, limit=DEVICES_A_PAGE, at_least=at_least),
        happened_by_then(),
    )
    return services.pages.page(
        request,
        "project.html",
        time=then(as_of, balance.get("as_of") or 0, civil_day(services.clock())),
        listing=listing((BY_SERIAL,), "", as_of=as_of),
        project=found,
        service=None,
        entries=happened.entries,
        actors=happened.actors,
        labels=happened.labels,
        sheet=sheet(balance),
        devices=devices["items"],
        following=devices["next"],
    )


async def _happened(visit: Visit, services: Services, project: str, until: int | None = None) -> Happened:
    found = await newest(visit.api, ENTRIES, until=until, project=project)
    entries = found["items"]
    who, labels = await asyncio.gather(
        actors(entries, services.accounts, visit), labels_of(visit.api, devices_in(entries))
    )
    return Happened(found["as_of"], entries, who, labels)


def stand_of(projects: Sequence[ProjectView]) -> int | None:
    """The entry at which projects of a past stand, as their balances say; None of no project."""
    balances = (one.get("balances") for one in projects)
    return next((one.get("as_of") for one in balances if one), None)


def free_of(balance: BalanceView) -> dict[str, int]:
    """What is free, by type."""
    return {line["license_type"]: line["count"] for line in balance["free"]}


def held_by(device: DeviceView) -> dict[str, int]:
    """What stands on a device, by type."""
    return {line["license_type"]: line["count"] for line in device["licenses"]}
