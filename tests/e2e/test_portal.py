"""The portal in a real browser, and at its own door, on the whole stack."""

import io
import re
import secrets
import wave
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import get_args

import httpx
import pytest
from fastapi.routing import APIRoute
from playwright.sync_api import Page, expect

from contracts.dates import civil_day
from dev.browser.chromium import WIDTHS, Scheme, sign_in
from dev.demo import people
from dev.stack.parts import Kit
from portal.entrypoints.web.app import ROUTERS
from portal.entrypoints.web.forms import FORM_TOKEN
from portal.entrypoints.web.routes.oauth import TOKEN
from portal.entrypoints.web.routes.openid import LOGOUT
from tests.support.portal import (
    CUSTOMER,
    RESELLER,
    STAFF,
    Portal,
    an_account,
    flaws,
    flaws_in_one_scheme,
    open_project,
    press,
    token_of,
    type_password,
    violations,
    with_axe,
)

BOX = "/devices/00903304a20e"
TODAY = civil_day(datetime.now(UTC))
OF_BOX = ("", "/return", "/move", "/take-back", "/test", "/warranty", "/label", f"?as_of={TODAY}", "/why?type=Port11")
PLACES = (
    *("", "projects", "devices", "keys", "bulk/transfer", "rmas", "rmas/new", "cases", "audio", "people"),
    *("join", "activity", "expirations", "settings"),
)
PAGES = (
    *(f"/{place}" for place in PLACES),
    *(BOX + of for of in OF_BOX),
    "/cases/CAS-104211",
    "/devices?license_type=Port11&delivered=false",
    "/balances?type=Port11",
    *(f"/{place}as_of={TODAY}" for place in ("?", "devices?", "balances?type=Port11&")),
    "/search?q=04a1",
    "/search",
    "/settings/second-factor",
    "/settings/passkeys",
    "/settings/erasure",
    "/components",
    "/no",
)
OF_PROJECT = ("labels", "label", "people", "keys")


def redeem(page: Page, key: str) -> None:
    page.goto("/")
    page.get_by_role("link", name="Redeem keys").first.click()
    page.get_by_label("Activation keys").fill(f"{key.lower()}\nnot-a-key")
    page.get_by_label("Into the project").select_option("Weingut Sonnhalde")
    page.get_by_role("button", name="See what they hold").click()


@pytest.mark.parametrize(("shape", "scripts"), [("wide", True), ("narrow", True), ("wide", False)])
def test_a_reseller_redeems_a_key_and_downloads_a_license_file(portal: Portal, shape: str, *, scripts: bool) -> None:
    page = portal.reseller(width=WIDTHS[shape], scripts=scripts)
    redeem(page, portal.keys.pop())
    expect(page.get_by_text("key_checksum")).to_be_visible()
    line = page.get_by_role("row", name=re.compile("^Port11"))
    before, after = (int(line.get_by_role("cell").nth(place).inner_text()) for place in (0, 1))
    assert after == before + 25

    page.get_by_role("button", name="Redeem the key").click()
    expect(page.get_by_role("heading", name="Receipt")).to_be_visible()
    assert int(line.get_by_role("cell").nth(1).inner_text()) == after
    page.get_by_role("link", name="Go to «Weingut Sonnhalde»").click()
    expect(page.get_by_role("row", name=re.compile("^Port11"))).to_contain_text(str(after))

    page.goto("/search?q=00:90:33:04:a1:c7")
    page.get_by_role("link", name="Go to 00 90 33 04 a1 c7").click()
    with page.expect_download() as downloaded:
        page.get_by_role("button", name="Download the license file").click()
    assert b"00903304a1c7" in downloaded.value.path().read_bytes()
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[shape]


@pytest.mark.parametrize(("shape", "serial"), [("wide", "04 c0 01"), ("narrow", "00-90-33-04-c0-02")])
def test_an_installer_allocates_to_a_box_and_sees_it_wait(portal: Portal, shape: str, serial: str) -> None:
    page = portal.reseller(width=WIDTHS[shape])
    page.goto("/projects?name=Klinik")
    page.get_by_role("link", name="Klinik am See").click()
    page.get_by_role("link", name="Allocate licenses").click()
    page.get_by_label("Device", exact=True).fill(serial)
    page.get_by_label("Channel").fill("3")
    page.get_by_role("button", name="See before and after").click()
    expect(page.get_by_text("It is added to the project first.")).to_be_visible()
    assert violations(page) == []
    page.get_by_label("I know that they do not come back.").check()
    page.get_by_role("button", name="Allocate", exact=True).click()
    expect(page.get_by_text(re.compile("Allocated as entry [0-9]+"))).to_be_visible()
    page.get_by_role("link", name="Go to the device").click()
    expect(page.get_by_text("Not fetched yet")).to_be_visible()


def test_what_a_device_fetches_appears_on_the_open_page_which_can_be_turned_back(portal: Portal) -> None:
    page = portal.reseller()
    page.goto(f"/devices/{portal.serial}")
    time = page.locator("#time")
    expect(time.get_by_text("live", exact=True)).to_be_visible()
    before = page.locator("#stand").inner_text().replace(",", "")
    time.locator("summary").click()
    page.get_by_label("As of an entry").fill(before)
    page.get_by_text("Not fetched yet").wait_for()

    portal.fetch()
    expect(page.locator("#delivery")).to_have_text("Delivered")
    expect(page.get_by_role("status")).to_contain_text("License file delivered")
    expect(page.get_by_label("As of an entry")).to_have_value(before)
    assert violations(page) == []

    page.get_by_label("As of an entry").press("Enter")
    expect(page.get_by_text("As it was at entry")).to_be_visible()
    expect(page.locator("#delivery")).to_have_text("Not fetched yet")
    expect(page.get_by_role("link", name="Allocate licenses")).to_have_count(0)
    assert violations(page) == []
    page.get_by_role("link", name="Back to now").click()
    expect(page.locator("#delivery")).to_have_text("Delivered")


def test_more_than_is_free_can_not_be_allocated(portal: Portal) -> None:
    page = portal.reseller(scripts=False)
    page.goto("/projects?name=Weingut")
    page.get_by_role("link", name="Weingut Sonnhalde").click()
    page.get_by_role("link", name="Allocate licenses").click()
    page.get_by_label("Device", exact=True).fill("04c003")
    page.evaluate("document.querySelector('#count-Port11').removeAttribute('max')")
    page.get_by_label("Port11").fill("9999")
    page.get_by_role("button", name="See before and after").click()
    expect(page.get_by_text("too few")).to_be_visible()
    expect(page.get_by_role("button", name="Allocate", exact=True)).to_have_count(0)


def test_a_receipt_that_is_asked_for_again_is_the_same(portal: Portal) -> None:
    page = portal.reseller()
    redeem(page, portal.keys.pop())
    page.get_by_role("button", name="Redeem the key").click()
    entry = page.get_by_role("row", name=re.compile("Redeemed")).inner_text()
    page.reload()
    assert page.get_by_role("row", name=re.compile("Redeemed")).inner_text() == entry


def looked_at(page: Page, project: str) -> dict[str, list[str]]:
    """What is wrong with each page."""
    found = dict[str, list[str]]()
    for path in (*PAGES[:-1], project, *(f"{project}/{place}" for place in OF_PROJECT), PAGES[-1]):
        page.goto(path)
        found[path] = flaws_in_one_scheme(page)
    return {path: wrong for path, wrong in found.items() if wrong}


def a_project(portal: Portal) -> str:
    page = portal.reseller()
    open_project(page, "Klinik am See")
    path = page.url.removeprefix(portal.address)
    page.context.close()
    return path


def test_axe_finds_no_violation_and_a_page_asks_nobody_but_its_own_host(portal: Portal) -> None:
    """In English, wide and light; what breaks a policy of the page's own, or is not there, is told on the console."""
    page, project = with_axe(portal.visitor()), a_project(portal)
    asked, said = list[str](), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto("/sign-in")
    assert flaws(page) == []
    sign_in(page, RESELLER, people.PASSWORD)

    assert looked_at(page, project) == {}
    assert [url for url in asked if not url.startswith(portal.address)] == []
    (missing,) = said
    assert "404" in missing


def test_axe_finds_no_violation_in_german_and_its_long_words_fit(portal: Portal) -> None:
    """Narrow and dark, where the test above is wide and light."""
    page = with_axe(portal.person(STAFF, width=WIDTHS["narrow"], scheme="dark"))
    page.goto(BOX)
    expect(page.get_by_role("button", name="Lizenzen zuweisen")).to_be_visible()
    assert looked_at(page, a_project(portal)) == {}


@pytest.mark.campaign
@pytest.mark.parametrize("email", [RESELLER, STAFF], ids=["English", "German"])
@pytest.mark.parametrize("shape", WIDTHS)
@pytest.mark.parametrize("scheme", get_args(Scheme))
def test_axe_finds_no_violation_whatever_the_language_the_window_and_the_scheme(
    portal: Portal, email: str, shape: str, scheme: Scheme
) -> None:
    page = with_axe(portal.person(email, width=WIDTHS[shape], scheme=scheme))
    assert looked_at(page, a_project(portal)) == {}


TOO_WIDE = """() => [...document.querySelectorAll(".main, .columns > *")]
    .filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.innerText.slice(0, 40))"""


@pytest.mark.parametrize("email", [STAFF, RESELLER])
def test_no_table_is_wider_than_its_place_whatever_the_window(portal: Portal, email: str) -> None:
    page = portal.person(email)
    wide = dict[str, list[str]]()
    for path in ("/", "/projects", "/devices", "/rmas?show=all", "/cases", BOX):
        page.goto(path)
        for width in (1280, 1190, 1170, 1000, 970, 700):
            page.set_viewport_size({"width": width, "height": 900})
            wide |= {f"{path} {width}": found} if (found := page.evaluate(TOO_WIDE)) else {}
    assert wide == {}


@pytest.mark.parametrize("shape", WIDTHS)
def test_a_name_of_one_long_word_fits_wherever_it_is_shown(portal: Portal, kit: Kit, shape: str) -> None:
    page, name = portal.visitor(width=WIDTHS[shape]), "Telephony" * 8
    company_with_projects(page, an_account(kit), 0)
    new_project(page, name)
    page.goto("/projects")
    page.get_by_role("link", name=name).click()
    project = page.url.removeprefix(portal.address)
    wide = dict[str, int]()
    for path in ("/", "/projects", f"/search?q={name}", "/activity", project, f"{project}/people"):
        page.goto(path)
        wide[path] = page.evaluate("document.documentElement.scrollWidth")
        assert page.evaluate(TOO_WIDE) == [], path

    assert {path: width for path, width in wide.items() if width > WIDTHS[shape]} == {}


def test_an_end_customer_sees_one_project_and_no_warranty(portal: Portal) -> None:
    page = portal.person(CUSTOMER)
    page.goto("/projects")
    expect(page.get_by_role("link", name="Hotel Adria", exact=True)).to_be_visible()
    expect(page.get_by_text("Klinik am See")).to_have_count(0)
    page.goto("/devices/00903304a1c7")
    expect(page.get_by_text("device_unknown")).to_be_visible()


def signed_in(client: httpx.Client, email: str = RESELLER) -> httpx.Response:
    token = token_of(client.get("/sign-in"))
    form = {FORM_TOKEN: token, "email": email, "password": people.PASSWORD}
    assert client.post("/sign-in", data=form).headers["location"] == "/"
    client.get("/company")
    return client.get("/settings")


@pytest.fixture(scope="module")
def victim(portal_of_file: Portal) -> Iterator[httpx.Client]:
    """Somebody who is signed in, and finds every page."""
    with portal_of_file.client() as client:
        signed_in(client, STAFF)
        yield client


ROUTES = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
POSTS = [route.path for route in ROUTES if "POST" in (route.methods or ()) and route.path not in (LOGOUT, TOKEN)]


def test_no_form_is_taken_from_another_site(victim: httpx.Client) -> None:
    token = token_of(victim.get("/settings"))
    for path in POSTS:
        forged = victim.post(path, data={FORM_TOKEN: "0" * 64})
        elsewhere = victim.post(path, data={FORM_TOKEN: token}, headers={"Sec-Fetch-Site": "cross-site"})
        assert (forged.status_code, elsewhere.status_code) == (403, 403), path
    assert victim.get("/settings").status_code == 200


def test_signing_in_changes_the_cookie_and_signing_out_ends_it(portal: Portal) -> None:
    with portal.client() as client:
        client.get("/sign-in")
        before = client.cookies["session"]
        page = signed_in(client)
        during = client.cookies["session"]
        client.post("/sign-out", data={FORM_TOKEN: token_of(page)})
        assert len({before, during, client.cookies["session"]}) == 3
        stolen = httpx.get(f"{portal.address}/settings", cookies={"session": during})
        assert stolen.headers["location"] == "/sign-in?next=/settings"


@pytest.mark.parametrize("email", [RESELLER, "nobody@example.net"])
def test_a_wrong_password_tells_nothing_about_the_account(portal: Portal, email: str) -> None:
    with portal.client() as client:
        form = {FORM_TOKEN: token_of(client.get("/sign-in")), "email": email, "password": "wrong"}
        answer = client.post("/sign-in", data=form)
        assert (answer.status_code, "no account with this address and password" in answer.text) == (403, True)


@pytest.mark.parametrize("wanted", ["https://evil.example", "//evil.example"])
def test_signing_in_leads_to_no_other_host(portal: Portal, wanted: str) -> None:
    with portal.client() as client:
        form = {"email": RESELLER, "password": people.PASSWORD, "next": wanted}
        form[FORM_TOKEN] = token_of(client.get("/sign-in"))
        assert client.post("/sign-in", data=form).headers["location"] == "/"


def test_every_response_has_the_policy_and_is_kept_nowhere(portal: Portal) -> None:
    with portal.client() as client:
        for path in ("/sign-in", "/no", "/"):
            head = client.get(path).headers
            assert "default-src 'none'" in head["content-security-policy"]
            assert "unsafe" not in head["content-security-policy"]
            assert head["cache-control"] == "no-store"
        cookie = client.get("/sign-in").headers.get("set-cookie", "") or str(client.cookies)
        assert "session" in cookie


def test_only_who_is_signed_in_sends_a_big_file(portal: Portal, victim: httpx.Client) -> None:
    with wave.open(sound := io.BytesIO(), "wb") as file:
        file.setparams((1, 2, 48_000, 0, "NONE", ""))
        file.writeframes(b"\x00\x00\xff\x3f" * 75_000)
    big = {"file": ("tone.wav", sound.getvalue())}
    with portal.client() as stranger:
        refused = stranger.post("/sign-in", data={FORM_TOKEN: "0" * 64}, files=big)
    taken = victim.post("/audio/recordings", data={FORM_TOKEN: token_of(victim.get("/settings"))}, files=big)
    assert refused.status_code == 413
    assert (taken.status_code, taken.headers["location"].startswith("/audio/")) == (303, True)


def test_a_list_keeps_its_order_from_page_to_page_and_on_the_way_back(portal: Portal, kit: Kit) -> None:
    page = portal.visitor()
    company_with_projects(page, an_account(kit), 21)
    page.goto("/projects")
    project, opened = (page.get_by_role("columnheader", name=name) for name in ("Project", "Opened"))
    expect(project).to_have_attribute("aria-sort", "ascending")
    expect(page.get_by_role("row").nth(1)).to_contain_text("DEFAULT")
    opened.get_by_role("link").press("Enter")
    expect(opened).to_have_attribute("aria-sort", "descending")
    expect(page.get_by_role("row").nth(1)).to_contain_text("Site 20")
    assert flaws(page) == []

    page.get_by_role("link", name="Next page").click()
    expect(page.get_by_role("row").last).to_contain_text("DEFAULT")
    page.get_by_role("link", name="Site 00").click()
    expect(page.get_by_role("heading", name="Site 00")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile("order=newest_first&cursor="))
    expect(opened).to_have_attribute("aria-sort", "descending")
    expect(page.get_by_role("row").last).to_contain_text("DEFAULT")

    page.set_viewport_size({"width": WIDTHS["narrow"], "height": 800})
    orders = page.get_by_role("navigation", name="Order of the list")
    expect(orders.get_by_role("link", name="Newest first")).to_have_attribute("aria-current", "true")
    orders.get_by_role("link", name="Oldest first").click()
    expect(page).to_have_url(re.compile("order=oldest_first$"))
    expect(page.locator("tbody tr").first).to_contain_text("DEFAULT")
    assert flaws(page) == []


def company_with_projects(page: Page, email: str, projects: int) -> None:
    """A company of the account's own, which no other test meets."""
    type_password(page, email)
    page.goto("/company")
    page.get_by_label("Name of your company").fill("Pension Marin")
    press(page, "Register the company")
    expect(page.get_by_role("banner")).to_contain_text("Pension Marin")
    for number in range(projects):
        new_project(page, f"Site {number:02}")


def new_project(page: Page, name: str) -> None:
    page.goto("/projects")
    token = page.locator(f"input[name={FORM_TOKEN}]").first.input_value()
    project: dict[str, str | float | bool] = {FORM_TOKEN: token, "request": secrets.token_hex(16), "name": name}
    assert page.request.post("/projects", form=project, max_redirects=0).status == 303
