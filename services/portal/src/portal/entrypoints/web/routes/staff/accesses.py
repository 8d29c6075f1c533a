"""Who looked at what: the data access log of the APIs, as the vendor's staff reads it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from contracts.dates import first_moment_of
from licensing_client import Problem
from licensing_client.api import AccessViewPage
from portal.adapters.apis import Asking, ask
from portal.application.accounts import Accounts
from portal.entrypoints.web import access_words as words
from portal.entrypoints.web.dependencies import TheServices, TheStaff
from portal.entrypoints.web.searching import MOST_TYPED

ROWS_A_PAGE = 50
MOST_NAMESAKES = 10
NOT_UNDERSTOOD = 422
YEARS = range(2020, 2100)
"""Of days that are asked for."""

router = APIRouter(prefix="/staff/accesses")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A list of accesses: of one API, about everything or one thing, from a day to a day, both included."""

    area: str = "licenses"
    by: str = ""
    value: str = ""
    since: str = ""
    until: str = ""

    @property
    def address(self) -> str:
        """Its query, without a cursor."""
        return self.of_area(self.area)

    def of_area(self, area: str) -> str:
        """The same query for a part of the APIs."""
        said = {"area": area, "by": self.by, "value": self.value, "since": self.since, "until": self.until}
        return urlencode({name: text for name, text in said.items() if text})


async def _wanted(area: str = "", by: str = "", value: str = "", since: str = "", until: str = "") -> Wanted:
    """What is asked for; an unknown choice is none."""
    typed = "".join(one for one in value if one.isprintable()).strip()[:MOST_TYPED]
    return Wanted(
        area=area if area in words.AREAS else "licenses",
        by=by if by in words.ABOUT and typed else "",
        value=typed if by in words.ABOUT and by else "",
        since=since if _day(since) else "",
        until=until if _day(until) else "",
    )


TheWanted = Annotated[Wanted, Depends(_wanted)]


@router.get("")
async def accesses_page(
    request: Request, visit: TheStaff, services: TheServices, wanted: TheWanted, cursor: str | None = None
) -> Response:
    """What was read, the newest first."""
    refused, page = None, None
    try:
        page = await find_accesses(visit.api, services.accounts, wanted, cursor, ROWS_A_PAGE)
    except Problem as problem:
        if problem.status != NOT_UNDERSTOOD:
            raise
        refused = problem
    rows = page["items"] if page else []
    return services.pages.page(
        request,
        "staff/accesses.html",
        wanted=wanted,
        refused=refused,
        rows=rows,
        following=page["next"] if page else None,
        words=words,
        people=await services.accounts.names([one["account"] for one in rows]),
        companies=await services.accounts.company_names([one["company"] for one in rows if one["company"]]),
    )


async def find_accesses(
    api: Asking, accounts: Accounts, wanted: Wanted, cursor: str | None, limit: int
) -> AccessViewPage:
    """A page of what was read; a company may be typed by its name."""
    value, since, until = wanted.value, _day(wanted.since), _day(wanted.until)
    if wanted.by == "company":
        value = await _company(accounts, value)
    client = api.cases if wanted.area == "repairs" else api.ledger
    said: dict[str, Any] = {wanted.by: value} if wanted.by else {}
    return await ask(
        client.list_accesses,
        **said,
        since=first_moment_of(since).isoformat() if since else None,
        until=first_moment_of(until + timedelta(days=1)).isoformat() if until else None,
        cursor=cursor,
        limit=limit,
    )


async def _company(accounts: Accounts, typed: str) -> str:
    """The id of the one company that is called so; what names none, or several, stays as it was typed."""
    found = await accounts.companies_named(typed, MOST_NAMESAKES)
    whole = [one for one, name in found.items() if name.casefold() == typed.casefold()]
    (company,) = whole if len(whole) == 1 else tuple(found) if len(found) == 1 else (typed,)
    return company


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in YEARS else None
