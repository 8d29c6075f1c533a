"""What holds for every route of the application, whatever is asked for."""

import ast
import re
import time
from importlib.resources import files
from pathlib import Path

import httpx
import pytest
from fastapi.routing import APIRoute

from portal.adapters import apis
from portal.entrypoints.web.app import ROUTERS
from portal.entrypoints.web.bulk.jobs import JOBS
from portal.entrypoints.web.dependencies import LIVE
from portal.entrypoints.web.forms import FORM_TOKEN, form_token
from portal.entrypoints.web.routes.oauth import TOKEN as TOKEN_ENDPOINT
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
UNCHECKED = {LOGOUT, TOKEN_ENDPOINT}
"""Programs send them: one says what is signed, the other a secret that no browser keeps. Neither reads a cookie."""
WEB = Path(str(files("portal.entrypoints.web")))
LEADS = {"see", "RedirectResponse"}
LOOKED_AT = {
    "pages.py address",
    "submitting.py then if isinstance(then, str) else then(done)",
    "routes/labels.py what.page",
    "routes/openid.py LINK",
    "routes/openid.py await openid.provider.way_in(attempt)",
    "routes/openid.py await _configured(services).provider.way_out() or '/sign-in'",
    "routes/openid.py on_the_way('/sign-in/code', wanted) if opened.waits else wanted",
    "routes/passkeys.py wanted",
    "routes/repairs.py _address(filed['rma'], filed['sequence'])",
    "routes/repairs.py _address(rma, done['sequence'])",
    "routes/signing_in.py on_the_way('/sign-in/code', wanted) if opened.waits else wanted",
    "routes/signing_in.py wanted",
}
"""What leads on otherwise: to the provider, to a constant, or to what `own_address` made of it in the lines before."""
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
    posts = [route for route in ROUTES if "POST" in (route.methods or ()) and route.path not in UNCHECKED]
    async with pages(tmp_path, away(), OneSession()) as portal:
        portal.cookies.update(COOKIE)
        for route in posts:
            page = await portal.post(address(route), data=fields, headers=head)
            taken[route.path] = page.status_code

    assert len(posts) > 50
    assert {path: status for path, status in taken.items() if status != 403} == {}


@pytest.mark.parametrize(
    "charset", ["punycode", "PUNYCODE", '"punycode"', "utf-7", "unicode_escape", "utf-16", "x", "\\"]
)
async def test_no_form_names_a_decoder_that_takes_a_minute_or_makes_half_characters(
    tmp_path: Path, charset: str
) -> None:
    """A part of 128 kB takes the decoder of Punycode ten seconds, in which nobody else is served."""
    body = f'--b\r\nContent-Disposition: form-data; name="{FORM_TOKEN}"\r\n\r\n{"-" + "b" * 128_000}\r\n--b--\r\n'
    began = time.process_time()
    async with pages(tmp_path, away(), OneSession()) as portal:
        for said in (f"charset={charset}", f"charset*=utf-8''{charset}"):
            head = {"Content-Type": f"multipart/form-data; boundary=b; {said}"}
            page = await portal.post("/settings/language", content=body.encode(), headers=head)
            assert page.status_code == 403

    assert time.process_time() - began < 2


async def test_every_route_refuses_a_character_that_no_table_takes(tmp_path: Path) -> None:
    async with pages(tmp_path, away(), OneSession()) as portal:
        portal.cookies.update(COOKIE)
        asked = {
            f"POST {route.path}": await portal.post(address(route), data={FORM_TOKEN: TOKEN, "name": "a\0b"})
            for route in ROUTES
            if "POST" in (route.methods or ()) and route.path not in UNCHECKED
        }
        asked |= {"path": await portal.get("/devices/0090%003304a1c7")}
        parts = (f'name="{FORM_TOKEN}"', TOKEN), ('name="file"; filename="a\0b"', "RIFF")
        body = "".join(f"--b\r\nContent-Disposition: form-data; {head}\r\n\r\n{said}\r\n" for head, said in parts)
        head = {"Content-Type": "multipart/form-data; boundary=b"}
        asked |= {"file": await portal.post("/audio/recordings", content=f"{body}--b--\r\n".encode(), headers=head)}

    assert {path: page.status_code for path, page in asked.items() if page.status_code != 422} == {}


async def test_a_query_is_asked_without_a_character_that_no_table_takes(tmp_path: Path) -> None:
    parts = list[str]()

    class Names:
        async def companies_named(self, part: str, _most: int, _after: str = "") -> dict[str, str]:
            parts.append(part)
            return {}

    async with pages(tmp_path, away(), OneSession(), accounts=Names()) as portal:
        page = await portal.get("/staff/companies", params={"name": "a\0b"})
    assert (page.status_code, parts) == (200, ["ab"])


def test_a_page_leads_on_only_to_an_address_that_begins_with_a_place_of_ours() -> None:
    """What was asked for stands behind that place, or went through `own_address`."""
    found = {
        f"{module.relative_to(WEB)} {ast.unparse(call.args[0])}"
        for module in WEB.rglob("*.py")
        for call in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in LEADS
        if not begins_here(call.args[0])
    }
    assert found == LOOKED_AT


def begins_here(address: ast.expr) -> bool:
    match address:
        case ast.Constant(value=str(said)):
            return re.fullmatch(r"/|/[a-z].*", said) is not None
        case ast.JoinedStr(values=[ast.Constant(value=str(said)), *_]):
            return re.match(r"/[a-z]+(/|\?)", said) is not None
        case ast.IfExp(body=one, orelse=other):
            return begins_here(one) and begins_here(other)
        case ast.Call(func=ast.Name(id="own_address")):
            return True
        case ast.Call(func=ast.Name(id="on_the_way"), args=[ast.Constant(value=str(said)), *_]):
            return said.startswith("/sign-in")
        case _:
            return False


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
    may_be_kept = page.request.url.path.startswith("/.well-known/") and page.is_success
    return (
        "default-src 'none'" in policy
        and "frame-ancestors 'none'" in policy
        and "unsafe" not in policy
        and page.headers["x-frame-options"] == "DENY"
        and page.headers["x-content-type-options"] == "nosniff"
        and (may_be_kept or page.headers["cache-control"] == "no-store")
    )
