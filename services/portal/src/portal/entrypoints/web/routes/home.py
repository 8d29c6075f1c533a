"""Home: what needs me. Each card is asked for side by side with the others, and stands without them."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from fastapi import APIRouter, Request
from starlette.responses import Response

from contracts.dates import civil_day
from licensing_client import Problem
from licensing_client.api import CompanyBalances, DeviceView, EntryView, ExpirationView, ProjectTotalsView
from licensing_client.cases_api import SummaryView
from portal.adapters.apis import Asking, ask, unless_away
from portal.entrypoints.web import case_words, support_case_words
from portal.entrypoints.web.actors import actors
from portal.entrypoints.web.balances import of_projects, totals
from portal.entrypoints.web.dependencies import Services, TheServices, TheVisit, Visit
from portal.entrypoints.web.device_labels import devices_in, labels_of
from portal.entrypoints.web.orders import OLDEST, listing
from portal.entrypoints.web.routes.projects import stand_of
from portal.entrypoints.web.times import AsOf, Time, newest, then

SHOWN = 8
ENTRIES = 10
ENDING = 12
"""More that ends soon is nobody's next step; the soonest are the first."""
CODES = ("invitation", "claim_code")
"""What waits for somebody else to use it."""
HORIZONS = (7, 30, 90)
"""Days left by which what ends is grouped."""
LOOKED_AT = 200
"""Devices without their newest file among which those with licenses are found; projects with held ones; what ends."""

T = TypeVar("T")
router = APIRouter()


class Waiting(NamedTuple):
    """The first devices whose file waits; whether there may be others."""

    devices: Sequence[DeviceView]
    is_part: bool


@router.get("/")
async def home(request: Request, visit: TheVisit, services: TheServices, as_of: AsOf) -> Response:
    """What waits for this person: partners see their devices and dates, staff its queues; or what there was."""
    if visit.is_staff:
        return await _of_staff(request, visit, services)
    if as_of:
        return await _as_it_was(request, visit, services, as_of)
    api = visit.api
    stand, entries, known = await _entries(visit, services)
    (expiring, balances, waiting), (cases, support), projects = await asyncio.gather(
        asyncio.gather(
            _card(_expiring(api)),
            _card(ask(api.ledger.list_balances, limit=LOOKED_AT, at_least=api.at_least)),
            _card(_waiting(api)),
        ),
        asyncio.gather(_card(_cases(api)), _card(ask(api.ledger.list_support_cases, limit=SHOWN))),
        _card(ask(api.ledger.list_projects, archived=False, limit=SHOWN, at_least=api.at_least)),
    )
    ending = None if expiring is None else _by_horizon(expiring)
    return services.pages.page(
        request,
        "home.html",
        time=Time(stand=stand, travels=True),
        ending=ending,
        codes=None if expiring is None else [one for one in expiring if one["kind"] in CODES][:SHOWN],
        held=None if balances is None else _held(balances),
        sheet=None if balances is None else totals(balances["licenses"]),
        waiting=waiting,
        cases=cases,
        support=support,
        support_words=support_case_words,
        projects=projects,
        names={one["project"]: one["project_name"] for one in projects["items"]} if projects else {},
        entries=entries,
        actors=known,
        labels=await labels_of(api, _devices(ending, cases, entries)),
        words=case_words,
        shown=SHOWN,
    )


async def _as_it_was(request: Request, visit: Visit, services: Services, as_of: str) -> Response:
    """The projects, what was free and held in them, and what had happened; what needs somebody is of now."""
    api = visit.api
    found = await ask(api.ledger.list_projects, expand="balances", as_of=as_of, limit=LOOKED_AT, at_least=api.at_least)
    projects, stand = found["items"], stand_of(found["items"])
    page = await newest(api, ENTRIES, until=stand) if stand else None
    entries = page["items"] if page else []
    return services.pages.page(
        request,
        "home_then.html",
        time=then(as_of, stand, civil_day(services.clock())),
        sheet=None if found["next"] else of_projects(projects),
        projects=projects[:SHOWN],
        following=None,
        listing=listing((OLDEST,), ""),
        names={one["project"]: one["project_name"] for one in projects},
        entries=entries,
        actors=await actors(entries, services.accounts, visit),
        labels=await labels_of(api, devices_in(entries)),
    )


async def _of_staff(request: Request, visit: Visit, services: Services) -> Response:
    api = visit.api
    stand, entries, known = await _entries(visit, services)
    corrections, cases = await asyncio.gather(
        _card(ask(api.ledger.list_corrections, state="proposed", limit=SHOWN, at_least=api.at_least)),
        _card(_cases(api)),
    )
    proposers = [one["proposed_by"] for one in corrections["items"]] if corrections else []
    return services.pages.page(
        request,
        "staff/home.html",
        time=Time(stand=stand),
        corrections=corrections,
        people=await services.accounts.names(proposers) if proposers else {},
        cases=cases,
        names={},
        entries=entries,
        actors=known,
        labels=await labels_of(api, _devices(None, cases, entries)),
        words=case_words,
    )


async def _card(asked: Awaitable[T]) -> T | None:
    """A part of the page; None where it is away or refused, which is no reason to show nothing."""
    try:
        return await unless_away(asked)
    except Problem:
        return None


async def _expiring(api: Asking) -> list[ExpirationView]:
    """What ends within the last horizon, the soonest first: what is not among it ends after all that is."""
    page = await ask(api.ledger.list_expirations, within=HORIZONS[-1], limit=LOOKED_AT, at_least=api.at_least)
    return page["items"]


def _by_horizon(expiring: Sequence[ExpirationView]) -> Mapping[int, list[ExpirationView]]:
    """What ends with a day, by the first horizon that it is within."""
    groups = dict[int, list[ExpirationView]]()
    for one in [one for one in expiring if one["kind"] not in CODES][:ENDING]:
        groups.setdefault(next(days for days in HORIZONS if one["days_left"] <= days), []).append(one)
    return groups


def _devices(
    ending: Mapping[int, list[ExpirationView]] | None,
    cases: Sequence[SummaryView] | None,
    entries: Sequence[EntryView] | None,
) -> list[str | None]:
    """The devices that the cards name by their serials."""
    ends = [one["serial"] for group in (ending or {}).values() for one in group]
    return [*ends, *(one["serial"] for one in cases or ()), *devices_in(entries)]


def _held(balances: CompanyBalances) -> list[ProjectTotalsView]:
    """Projects in which licenses wait to be paid."""
    return [one for one in balances["items"] if any(line["held"] for line in one["licenses"])]


async def _waiting(api: Asking) -> Waiting:
    page = await ask(api.ledger.find_devices, delivered=False, limit=LOOKED_AT, at_least=api.at_least)
    found = [one for one in page["items"] if waits(one)]
    return Waiting(found[:SHOWN], page["next"] is not None or len(found) > SHOWN)


def waits(device: DeviceView) -> bool:
    """Whether the device has licenses that are in no file it fetched."""
    return bool(device["licenses"]) and device["delivered_issue"] != device["issue"]


async def _cases(api: Asking) -> list[SummaryView]:
    """Cases with a box that is owed, then those that go on, the oldest first."""
    owed, is_open = await asyncio.gather(
        ask(api.cases.find_cases, owed=True, limit=SHOWN), ask(api.cases.find_cases, is_open=True, limit=SHOWN)
    )
    return list({one["rma"]: one for one in (*owed["items"], *is_open["items"])}.values())[:SHOWN]


async def _entries(visit: Visit, services: Services) -> tuple[int | None, list[EntryView] | None, Mapping[str, Any]]:
    """The entry that they stand at, the newest entries, and those who caused them."""
    page = await _card(newest(visit.api, ENTRIES))
    if page is None:
        return None, None, {}
    return page["as_of"], page["items"], await actors(page["items"], services.accounts, visit)
