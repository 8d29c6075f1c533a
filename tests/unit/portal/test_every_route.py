"""What holds for every route of the application, whatever is asked for."""

import re
from pathlib import Path

import httpx
import pytest
from fastapi.routing import APIRoute

from portal.adapters import apis
from portal.entrypoints.web.app import ROUTERS
from portal.entrypoints.web.bulk.jobs import JOBS
from portal.entrypoints.web.dependencies import LIVE
from portal.entrypoints.web.forms import FORM_TOKEN, form_token
from portal.entrypoints.web.routes.openid import LOGOUT
from tests.support.portal_pages import OneSession, away, pages

ROUTES = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
COOKIE = {"session": "the cookie of a browser"}
TOKEN = form_token(COOKIE["session"])
FORGERIES: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "without a token": ({}, {}),
    "with a token of another browser": ({FORM_TOKEN: form_token("another")}, {}),
    "with a token that is no text": ({FORM_TOKEN: "\N{SNOWMAN}" * 64}, {}),
    "from another site": ({FORM_TOKEN: TOKEN}, {"Sec-Fetch-Site": "cross-site"}),
    "from another host of the site": ({FORM_TOKEN: TOKEN}, {"Sec-Fetch-Site": "same-site"}),
    "as JSON": ({}, {"Content-Type": "application/json"}),
    "as plain text": ({}, {"Content-Type": "text/plain"}),
}
NAMES = {"job": next(iter(JOBS))}
FORGED_HEADERS = {
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "evil",
    "X-Original-URL": "/evil",
    "Origin": "https://evil.example",
}


@pytest.fixture(autouse=True)
def _nobody_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apis, "PATIENCE_SECONDS", -1.0)


def address(route: APIRoute) -> str:
    return re.sub(r"\{(\w+)\}", lambda name: NAMES.get(name[1], "1"), route.path)


def test_forms_are_the_only_way_to_change_something() -> None:
    methods = {method for route in ROUTES for method in route.methods or ()}
    assert methods <= {"GET", "HEAD", "POST"}


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_no_route_takes_a_form_that_another_site_sent(tmp_path: Path, forgery: str) -> None:
    (fields, head), taken = FORGERIES[forgery], dict[str, int]()
    posts = [route for route in ROUTES if "POST" in (route.methods or ()) and route.path != LOGOUT]
    async with pages(tmp_path, away(), OneSession()) as portal:
        portal.cookies.update(COOKIE)
        for route in posts:
            page = await portal.post(address(route), data=fields, headers=head)
            taken[route.path] = page.status_code

    assert len(posts) > 50
    assert {path: status for path, status in taken.items() if status != 403} == {}


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "PUT"])
async def test_every_response_has_the_policy_is_framed_nowhere_and_kept_nowhere(tmp_path: Path, method: str) -> None:
    wrong = dict[str, httpx.Headers]()
    every = [address(route) for route in ROUTES if route.path != LIVE]
    asked = [*(every if method in ("GET", "POST") else every[::10]), "/no", "/static/0/no.js"]
    async with pages(tmp_path, away(), OneSession()) as portal:
        for path in asked:
            page = await portal.request(method, path, headers=FORGED_HEADERS)
            if not is_guarded(page) or "evil" in page.text + str(page.headers):
                wrong[f"{path} {page.status_code}"] = page.headers

    assert [*wrong] == []


def is_guarded(page: httpx.Response) -> bool:
    """Whether it has the headers; what browsers and caches may keep has nothing of anybody."""
    policy = page.headers["content-security-policy"]
    may_be_kept = page.request.url.path == "/.well-known/jwks.json" and page.is_success
    return (
        "default-src 'none'" in policy
        and "frame-ancestors 'none'" in policy
        and "unsafe" not in policy
        and page.headers["x-frame-options"] == "DENY"
        and page.headers["x-content-type-options"] == "nosniff"
        and (may_be_kept or page.headers["cache-control"] == "no-store")
    )
