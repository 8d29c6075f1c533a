"""No text of others, and none in an address, makes a page do anything that it was not made for."""

import re
from pathlib import Path
from types import ModuleType
from urllib.parse import quote

import httpx
import pytest
from fastapi.routing import APIRoute

import audio.entrypoints.api.app
import ledger.entrypoints.api.app
import rma.entrypoints.api.app
from portal.entrypoints.web.app import ROUTERS
from portal.entrypoints.web.bulk.jobs import JOBS
from portal.entrypoints.web.dependencies import LIVE
from tests.support.free_texts import UNSEEN, free_texts
from tests.support.hostile_apis import TEXT, HostileApis, dangers
from tests.support.portal_pages import AnsweringApis, OneSession, pages

OF_ACCOUNTS = (
    "/sign-",
    "/register",
    "/password",
    "/settings",
    "/static",
    "/.well-known",
    "/company",
    "/staff/companies",
)
"""They rest on the portal's own database alone."""
ROUTES = [
    route
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute)
    and "GET" in (route.methods or ())
    and not route.path.startswith((*OF_ACCOUNTS, LIVE))
]
NAMES = {
    "serial": "00903304a1c7",
    "number": "3",
    "sequence": "3",
    "way": "block",
    "job": next(iter(JOBS)),
    "/staff/catalog/types/{name}": "Port11",
    "/staff/catalog/models/{name}": "IP811",
}
SOME = "00000000-0000-4000-8000-000000000001"
NEEDED = {"type": "Port11"}
LOOKED_UP = {"serial", "replacement", "activation_key", "invitation_code", "voice", "formats"}
"""What is looked up as it was typed, and kept as what it was found to be."""
SPOKEN = {"text"}
"""What is spoken is sound from then on; no page shows it."""
LEAST = {"ledger": 25, "rma": 15, "audio": 1}


async def test_text_of_others_is_inert_on_every_page(tmp_path: Path) -> None:
    found = dict[str, list[str]]()
    async with hostile(tmp_path) as portal:
        for route in ROUTES:
            asked = {name: value for name, value in NEEDED.items() if name in queries(route)}
            page = await portal.get(address(route, NAMES, SOME), params=asked)
            found[route.path] = acting(page, 200)

    assert len(found) > 50
    assert {path: what for path, what in found.items() if what} == {}


async def test_text_in_an_address_is_inert_on_every_page(tmp_path: Path) -> None:
    found = dict[str, list[str]]()
    async with hostile(tmp_path) as portal:
        for route in ROUTES:
            page = await portal.get(address(route, {}, TEXT), params=dict.fromkeys(queries(route), TEXT))
            found[route.path] = acting(page, 200, 303, 404, 422)

    assert {path: what for path, what in found.items() if what} == {}


def hostile(folder: Path) -> httpx.AsyncClient:
    return pages(folder, AnsweringApis(HostileApis().answer), OneSession(name=TEXT), {TEXT: TEXT})


def queries(route: APIRoute) -> list[str]:
    every = [route.dependant, *route.dependant.dependencies]
    return [one.alias for dependant in every for one in dependant.query_params]


def address(route: APIRoute, names: dict[str, str], text: str) -> str:
    def value(name: re.Match[str]) -> str:
        return quote(names.get(route.path) or names.get(name[1]) or text, safe="")

    return re.sub(r"\{(\w+)\}", value, route.path)


def acting(page: httpx.Response, *statuses: int) -> list[str]:
    """What is wrong with a page: its status, or what could act in it; a browser saves the rest, or plays it."""
    wrong = [] if page.status_code in statuses else [f"status {page.status_code}"]
    kind = page.headers.get("content-type", "text/html").partition(";")[0]
    is_saved = page.headers.get("content-disposition", "").startswith("attachment") or kind == "audio/wav"
    return wrong if is_saved else wrong + dangers(page.text)


@pytest.mark.parametrize("api", [ledger.entrypoints.api.app, rma.entrypoints.api.app, audio.entrypoints.api.app])
def test_no_free_text_that_an_api_takes_reads_otherwise_than_it_is_written(api: ModuleType) -> None:
    name = api.__name__.partition(".")[0]
    allowed = LOOKED_UP | (SPOKEN if name == "audio" else set())
    free = [*free_texts(api.application())]

    assert len(free) >= LEAST[name]
    taken = {
        (one.where, one.name) for one in free for sign in UNSEEN if one.takes(f"a{sign}b") or one.takes(f"a{sign}@b")
    }
    assert {one for one in taken if one[1] not in allowed} == set()
