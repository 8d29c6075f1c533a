"""Signing in to the portal through a real OpenID Connect provider, npm's oidc-provider."""

import re
import secrets
from collections.abc import Generator
from contextlib import contextmanager

import httpx
import pytest
from playwright.sync_api import Page, expect

from dev.browser.chromium import WIDTHS
from dev.demo import people
from dev.stack.openid import SHOWN
from dev.stack.parts import PARTS, Kit, Runnable
from portal.entrypoints.web.forms import FORM_TOKEN
from portal.entrypoints.web.routes.openid import LOGOUT
from simulator.cast import PARTNER
from tests.support.portal import CUSTOMER, REPAIRER, RESELLER, STAFF, Portal, admin, flaws, press, token_of
from tests.support.portal_provider import Provider

ANSWER = "/sign-in/openid/answer"
PASSWORD = "the harbour at six o'clock"


def say_who(page: Page, email: str) -> None:
    page.get_by_label("E-mail address").fill(email)
    press(page, "Continue")


PROVIDER = Provider(SHOWN, say_who)


def test_an_owner_links_the_account_once_and_needs_no_password_to_sign_in_then(portal: Portal) -> None:
    page = portal.visitor(width=WIDTHS["narrow"], scheme="dark")
    PROVIDER.links_once(page, portal, RESELLER, people.COMPANIES[PARTNER])


def test_who_has_no_account_makes_one_with_the_address_that_the_provider_has_verified(portal: Portal) -> None:
    page = portal.visitor()
    email = f"ines.{secrets.token_hex(4)}@example.net"
    PROVIDER.sign_in(page, email)
    expect(page.get_by_label("Name")).to_have_value(email.partition("@")[0])
    assert flaws(page) == []
    page.get_by_label("Name").fill("Ines <i>")
    page.get_by_label("New password").fill(PASSWORD)
    press(page, "Make the account")
    expect(page.get_by_text("No company yet")).to_be_visible()
    page.goto("/settings")
    expect(page.get_by_text("Ines <i>")).to_be_visible()


def test_an_address_that_nobody_has_verified_opens_and_makes_nothing(portal: Portal) -> None:
    page = portal.visitor()
    PROVIDER.sign_in(page, "jana@unverified.example")
    expect(page.get_by_text("names no address of yours that it has verified")).to_be_visible()
    assert flaws(page) == []
    with portal.client() as client:
        client.get(answer_of(client, "jana@unverified.example"))
        form = {FORM_TOKEN: token_of(client.get("/sign-in")), "name": "Jana", "password": PASSWORD}
        assert client.post("/sign-in/openid/link", data=form).status_code == 409
        assert client.get("/settings").status_code == 303


def test_who_is_signed_in_links_in_the_settings_and_unlinks(portal: Portal) -> None:
    page = portal.person(REPAIRER)
    page.goto("/settings")
    page.get_by_role("link", name=f"Link {SHOWN}").click()
    say_who(page, "tomas@unverified.example")
    expect(page.get_by_text(REPAIRER)).to_be_visible()
    assert flaws(page) == []
    press(page, "Link them")
    expect(page.get_by_text("It is linked")).to_be_visible()
    with portal.client() as client:
        assert client.get(answer_of(client, "tomas@unverified.example")).headers["location"] == "/"
    press(page, "Unlink")
    expect(page.get_by_role("link", name=f"Link {SHOWN}")).to_be_visible()
    with portal.client() as client:
        answer = client.get(answer_of(client, "tomas@unverified.example"))
        assert answer.headers["location"] == "/sign-in/openid/link"


def answer_of(client: httpx.Client, email: str, wanted: str = "/") -> str:
    """The address with which the provider sends somebody back, not yet asked for."""
    way = client.get(f"/sign-in/openid?next={wanted}")
    login = client.get(way.headers["location"]).headers["location"]
    address = str(way.next_request.url.join(login)) if way.next_request else login
    done = client.post(address, data={"login": email})
    for _ in range(5):
        if ANSWER in done.headers["location"]:
            return done.headers["location"]
        done = client.get(str(done.url.join(done.headers["location"])))
    raise AssertionError(f"the provider does not send {email} back")


def linked(portal: Portal, email: str) -> None:
    """Link an account with the identity of its address, unless it is."""
    with portal.client() as client:
        if client.get(answer_of(client, email)).headers["location"] != "/sign-in/openid/link":
            return
        form = {FORM_TOKEN: token_of(client.get("/sign-in/openid/link")), "password": people.PASSWORD}
        assert client.post("/sign-in/openid/link", data=form).headers["location"] == "/"


@contextmanager
def without_provider(kit: Kit) -> Generator[Runnable]:
    """The provider is away; then it is back, with another key."""
    part = kit.make(next(part for part in PARTS if part.name == "openid"))
    part.stop()
    try:
        yield part
    finally:
        part.launch()
        part.wait(lambda _: None)


def test_an_answer_opens_a_session_in_the_browser_that_asked_once_and_in_no_other(portal: Portal) -> None:
    linked(portal, CUSTOMER)
    with portal.client() as owner, portal.client() as thief:
        answer = answer_of(owner, CUSTOMER)
        before = owner.cookies["session"]
        thief.get("/sign-in/openid")
        stolen = thief.get(answer)
        assert (stolen.status_code, "Nobody was signed in" in stolen.text) == (403, True)

        opened = owner.get(answer)
        assert (opened.status_code, opened.headers["location"]) == (303, "/")
        assert owner.cookies["session"] != before
        assert owner.get("/settings").status_code == 200
        assert owner.get(answer).status_code == 403, "it works once"


@pytest.mark.parametrize("wanted", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_the_way_through_the_provider_leads_to_no_other_host(portal: Portal, wanted: str) -> None:
    linked(portal, CUSTOMER)
    with portal.client() as client:
        assert client.get(answer_of(client, CUSTOMER, wanted)).headers["location"] == "/"


def test_what_can_not_be_undone_asks_who_came_from_the_provider_for_the_password(portal: Portal) -> None:
    linked(portal, CUSTOMER)
    with portal.client() as client:
        client.get(answer_of(client, CUSTOMER))
        form = {FORM_TOKEN: token_of(client.get("/settings")), "subject": "another"}
        asked = client.post("/settings/openid/unlink", data=form)
        assert (asked.status_code, "Your password, please" in asked.text) == (403, True)


def test_a_refusal_of_the_provider_is_no_defect_of_the_page(portal: Portal) -> None:
    with portal.client() as client:
        state = httpx.URL(client.get("/sign-in/openid").headers["location"]).params["state"]
        refused = client.get(ANSWER, params={"state": state, "error": "access_denied"})
        guessed = client.get(ANSWER, params={"state": state, "code": "x"})
    assert [one.status_code for one in (refused, guessed)] == [403, 403]


def test_a_locked_account_is_not_opened_by_the_provider(portal: Portal, kit: Kit) -> None:
    linked(portal, STAFF)
    assert admin(kit, "lock", STAFF).returncode == 0
    try:
        with portal.client() as client:
            answer = client.get(answer_of(client, STAFF))
            assert (answer.status_code, "This account is locked" in answer.text) == (403, True)
    finally:
        assert admin(kit, "unlock", STAFF).returncode == 0


def test_a_provider_that_is_away_is_said_to_be_and_one_with_another_key_is_believed(portal: Portal, kit: Kit) -> None:
    linked(portal, CUSTOMER)
    with portal.client() as client:
        answer = answer_of(client, CUSTOMER)
        with without_provider(kit):
            away = client.get(answer)
            assert (away.status_code, f"{SHOWN} does not respond" in away.text) == (503, True)
            form = {FORM_TOKEN: token_of(away), "email": CUSTOMER, "password": people.PASSWORD}
            assert client.post("/sign-in", data=form).headers["location"] == "/"
    with portal.client() as client:
        assert client.get(answer_of(client, CUSTOMER)).headers["location"] == "/"


def sign_out_at_the_provider(client: httpx.Client) -> None:
    """By the page that the provider shows for it; it tells the portal before it answers."""
    page = client.get(client.get("/sign-in/openid/out").headers["location"])
    form = {"xsrf": found(page.text, r'name="xsrf" value="([^"]+)"'), "logout": "yes"}
    done = client.post(found(page.text, r'action="([^"]+)"'), data=form)
    assert done.status_code == 303


def found(text: str, pattern: str) -> str:
    one = re.search(pattern, text)
    assert one is not None
    return one[1]


def test_who_signs_out_at_the_provider_is_signed_out_here_and_nobody_else_is(portal: Portal) -> None:
    linked(portal, CUSTOMER)
    with portal.client() as desk, portal.client() as phone, portal.client() as by_password:
        for client in (desk, phone):
            client.get(answer_of(client, CUSTOMER))
        form = {FORM_TOKEN: token_of(by_password.get("/sign-in")), "email": CUSTOMER, "password": people.PASSWORD}
        by_password.post("/sign-in", data=form)
        assert [one.get("/settings").status_code for one in (desk, phone, by_password)] == [200, 200, 200]

        sign_out_at_the_provider(desk)
        assert [one.get("/settings").status_code for one in (desk, phone, by_password)] == [303, 200, 200]


@pytest.mark.parametrize("body", [{}, {"logout_token": ""}, {"logout_token": "a.b.c"}, {"logout_token": "x" * 100_000}])
def test_what_the_provider_has_not_signed_signs_nobody_out(portal: Portal, body: dict[str, str]) -> None:
    with portal.client() as anybody:
        refused = anybody.post(LOGOUT, data=body)
    assert (refused.status_code, refused.json()) == (400, {"error": "invalid_request"})
    assert refused.headers["cache-control"] == "no-store"
