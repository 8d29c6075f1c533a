"""Whatever text an API answers with, and whatever an address asks for, no page does anything that it was not made for."""

from urllib.parse import quote

import httpx
import pytest
from fastapi.routing import APIRoute

from portal.entrypoints.web.app import ROUTERS
from tests.support.hostile_apis import TEXTS, HostileApis, dangers
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
GETS = [
    one for router in ROUTERS for one in router.routes if isinstance(one, APIRoute) and "GET" in (one.methods or ())
]
ROUTES = {one.path: one for one in GETS if not one.path.startswith(OF_ACCOUNTS)}
NAMES = {"serial": "00903304a1c7", "number": "3", "way": "devices"}


@pytest.fixture(scope="module", params=TEXTS, ids=["markup", "address"])
def portal(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> httpx.AsyncClient:
    text = request.param
    apis = AnsweringApis(HostileApis(text).answer)
    return pages(tmp_path_factory.mktemp("portal"), apis, OneSession(name=text), {text: text})


def address(route: APIRoute, names: dict[str, str], text: str) -> str:
    place = route.path
    for one in route.dependant.path_params:
        place = place.replace(f"{{{one.name}}}", quote(names.get(one.name, text), safe=""))
    return place


@pytest.mark.parametrize("path", ROUTES)
async def test_text_of_others_is_inert_on_every_page(portal: httpx.AsyncClient, path: str) -> None:
    page = await portal.get(address(ROUTES[path], NAMES, "00000000-0000-4000-8000-000000000001"))
    assert page.status_code == 200
    assert is_saved(page) or dangers(page.text) == []


@pytest.mark.parametrize("text", TEXTS, ids=["markup", "address"])
@pytest.mark.parametrize("path", ROUTES)
async def test_text_of_an_address_is_inert_on_every_page(portal: httpx.AsyncClient, path: str, text: str) -> None:
    asked = {one.name: text for one in ROUTES[path].dependant.query_params}
    page = await portal.get(address(ROUTES[path], {}, text), params=asked)
    assert page.status_code < 500
    assert is_saved(page) or dangers(page.text) == []


def is_saved(page: httpx.Response) -> bool:
    """Whether a browser saves it and shows nothing."""
    head = page.headers
    kind = head["content-type"].partition(";")[0]
    return head.get("content-disposition", "").startswith("attachment") or kind in {"image/svg+xml", "audio/wav"}
