"""Why a number of a balance is what it is: the entries that made it, the newest first."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.dates import civil_day
from contracts.identifiers import LICENSE_TYPE_PATTERN, MAX_SEQUENCE
from licensing_client.api import EntryView, LabelView
from portal.adapters.apis import ask
from portal.entrypoints.web.actors import actors
from portal.entrypoints.web.balances import of_type, summed, totals
from portal.entrypoints.web.dependencies import Services, TheServices, TheVisit, Visit
from portal.entrypoints.web.device_labels import labels_of
from portal.entrypoints.web.orders import PROJECTS, Listing, listing
from portal.entrypoints.web.routes.projects import stand_of
from portal.entrypoints.web.times import AsOf, Time, newest, then

DEVICES_OF_AN_ENTRY = 3
ENTRIES_A_PAGE = 50
PROJECTS_A_PAGE = 150
"""A project takes 0.8 kB with its five links into the past, and no page weighs more than 150."""

LicenseType = Annotated[str, Query(pattern=LICENSE_TYPE_PATTERN, max_length=40)]
Behind = Annotated[int | None, Query(ge=1, le=MAX_SEQUENCE)]

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Change:
    """What an entry changed on an account, and what was there after it; `after` is None where it changed nothing."""

    count: int = 0
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """An entry with what it changed on each account that the page has a column for."""

    entry: EntryView
    changes: Sequence[Change]


def causes(entries: Sequence[EntryView], accounts: Sequence[str], license_type: str) -> list[Cause]:
    """The entries with the movements of one license type; an entry may move it more than once."""
    return [Cause(one, [_change(one, account, license_type) for account in accounts]) for one in entries]


def _change(entry: EntryView, account: str, license_type: str) -> Change:
    moved = [one for one in entry["movements"] if (one["account"], one["license_type"]) == (account, license_type)]
    return Change(sum(one["count"] for one in moved), moved[-1]["balance"] or 0) if moved else Change()


@router.get("/projects/{project}/why")
async def project_why(
    request: Request,
    visit: TheVisit,
    services: TheServices,
    project: str,
    as_of: AsOf,
    type: LicenseType,  # noqa: A002 - the address's
    cursor: Behind = None,
) -> Response:
    """What is free and held of a type in a project, and every entry that made it so."""
    ledger, at_least = visit.api.ledger, visit.api.at_least
    at = as_of or await _position(visit)
    found, balance = await asyncio.gather(
        ask(ledger.get_project, project, at_least=at_least),
        ask(ledger.get_balance, project, as_of=at, at_least=at_least),
    )
    stand = balance.get("as_of") or 0
    page = await newest(visit.api, ENTRIES_A_PAGE, until=_until(cursor, stand), project=project, license_type=type)
    counts = [
        sum(one["count"] for one in lines if one["license_type"] == type)
        for lines in (balance["free"], balance["held"])
    ]
    return services.pages.page(
        request,
        "why.html",
        time=_time(services, as_of, stand, {"project": project}, type),
        project=found,
        serial="",
        license_type=type,
        counts=counts,
        causes=causes(page["items"], [f"project/{project}", f"held/{project}"], type),
        following=page["next"] if page["more"] else None,
        actors=await actors(page["items"], services.accounts, visit),
        labels=await _labels(visit, page["items"]),
        most=DEVICES_OF_AN_ENTRY,
    )


@router.get("/devices/{serial}/why")
async def device_why(
    request: Request,
    visit: TheVisit,
    services: TheServices,
    serial: str,
    as_of: AsOf,
    type: LicenseType,  # noqa: A002 - the address's
    cursor: Behind = None,
) -> Response:
    """What a device has of a type, and every entry that made it so."""
    ledger, at_least = visit.api.ledger, visit.api.at_least
    at = as_of or await _position(visit)
    device = await ask(ledger.get_device, serial, as_of=at, at_least=at_least)
    stand = device.get("as_of") or 0
    page = await newest(visit.api, ENTRIES_A_PAGE, until=_until(cursor, stand), device=serial, license_type=type)
    return services.pages.page(
        request,
        "why.html",
        time=_time(services, as_of, stand, {"device": serial}, type),
        project=await ask(ledger.get_project, device["project"], at_least=at_least),
        serial=device["serial"],
        license_type=type,
        counts=[sum(one["count"] for one in device["licenses"] if one["license_type"] == type)],
        causes=causes(page["items"], [f"device/{device['serial']}"], type),
        following=page["next"] if page["more"] else None,
        actors=await actors(page["items"], services.accounts, visit),
        labels=await _labels(visit, page["items"]),
        most=DEVICES_OF_AN_ENTRY,
    )


async def _labels(visit: Visit, entries: Sequence[EntryView]) -> Mapping[str, LabelView]:
    return await labels_of(visit.api, (one for entry in entries for one in entry["serials"][:DEVICES_OF_AN_ENTRY]))


@router.get("/balances")
async def balances_page(
    request: Request,
    visit: TheVisit,
    services: TheServices,
    as_of: AsOf,
    type: LicenseType,  # noqa: A002 - the address's
    order: str = "",
    cursor: str | None = None,
) -> Response:
    """What the company has of a type, project by project, now or as it was."""
    listed = listing(PROJECTS, order, {"type": type}, as_of=as_of)
    if as_of:
        return await _balances_then(request, visit, services, listed, type, cursor)
    stand = await _position(visit)
    found = await ask(
        visit.api.ledger.list_balances,
        order=listed.value,
        cursor=cursor,
        limit=PROJECTS_A_PAGE,
        at_least=visit.api.at_least,
    )
    whole = next((line for line in totals(found["licenses"]) if line.license_type == type), None)
    if whole is None:
        raise HTTPException(404)
    lines = [(one, line) for one in found["items"] for line in totals(one["licenses"]) if line.license_type == type]
    return services.pages.page(
        request,
        "balances.html",
        time=Time(stand=stand, travels=True, fields=listed.said),
        listing=listed,
        license_type=type,
        whole=whole,
        lines=lines,
        following=found["next"],
    )


async def _balances_then(
    request: Request, visit: Visit, services: Services, listed: Listing, license_type: str, cursor: str | None
) -> Response:
    """What each project had, and all of them where one page has them all (ADR 39)."""
    found = await ask(
        visit.api.ledger.list_projects,
        expand="balances",
        as_of=listed.as_of,
        order=listed.value,
        cursor=cursor,
        limit=PROJECTS_A_PAGE,
        at_least=visit.api.at_least,
    )
    lines = [(one, line) for one in found["items"] for line in of_type(one, license_type)]
    is_whole = cursor is None and found["next"] is None
    return services.pages.page(
        request,
        "balances.html",
        time=then(listed.as_of, stand_of(found["items"]), civil_day(services.clock()), listed.said),
        listing=listed,
        license_type=license_type,
        whole=summed([line for _, line in lines], license_type) if is_whole else None,
        lines=lines,
        following=found["next"],
    )


async def _position(visit: Visit) -> int:
    """Where the ledger stands: number and entries are both asked for as of it, so that they agree."""
    return (await newest(visit.api, 1))["as_of"]


def _time(services: Services, as_of: str, stand: int | None, about: Mapping[str, str], license_type: str) -> Time:
    fields = {"type": license_type}
    if as_of:
        return then(as_of, stand, civil_day(services.clock()), fields)
    return Time(stand=stand, about=about, travels=True, fields=fields)


def _until(cursor: int | None, stand: int) -> int:
    """The entry that a page goes up to: the one before the last page's, or where all of it stands."""
    return stand if cursor is None else cursor - 1
