"""Passkeys in the portal, kept by a virtual authenticator of a real Chromium."""

from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect

from dev.browser.chromium import WIDTHS
from dev.stack.parts import Kit
from portal.entrypoints.web.forms import FORM_TOKEN
from tests.support.portal import Portal, an_account, flaws, press, token_of, type_password


class Authenticator:
    """What keeps passkeys for a page: it verifies its owner, and needs nobody to touch it."""

    def __init__(self, page: Page) -> None:
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._session.send("WebAuthn.enable", {"enableUI": False})
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        made = self._session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self._known = {"authenticatorId": made["authenticatorId"]}

    def passkeys(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._session.send("WebAuthn.getCredentials", self._known)["credentials"]
        return found

    def go_back_to(self, passkey: dict[str, Any]) -> None:
        """Have a passkey as it once was, as a copy of it would."""
        self._session.send("WebAuthn.clearCredentials", self._known)
        self._session.send("WebAuthn.addCredential", self._known | {"credential": passkey})

    def verify_nobody(self) -> None:
        self._session.send("WebAuthn.setUserVerified", self._known | {"isUserVerified": False})


def add(page: Page, name: str) -> None:
    page.goto("/settings/passkeys")
    page.get_by_label("Name").fill(name)
    press(page, "Add a passkey")


def forget_session(page: Page) -> None:
    page.context.clear_cookies()
    page.goto("/sign-in?next=/settings")


@pytest.fixture
def email(kit: Kit) -> str:
    return an_account(kit)


@pytest.fixture
def page(portal: Portal, email: str) -> Page:
    """The settings of somebody who has just signed in."""
    page = portal.visitor(width=WIDTHS["narrow"], scheme="dark")
    type_password(page, email)
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    return page


def test_a_passkey_signs_in_on_its_own_and_the_password_alone_does_not_any_more(page: Page, email: str) -> None:
    authenticator = Authenticator(page)
    add(page, "Laptop <b>")
    expect(page.get_by_text("They are shown once")).to_be_visible()
    recovery = page.locator(".codes li").first.inner_text()
    assert flaws(page) == []
    page.goto("/settings/passkeys")
    expect(page.get_by_role("row").filter(has_text="Laptop <b>")).to_contain_text("never")
    assert flaws(page) == []

    forget_session(page)
    assert flaws(page) == []
    press(page, "Use a passkey")
    expect(page.get_by_role("definition").filter(has_text=email)).to_be_visible()
    assert [one["signCount"] for one in authenticator.passkeys()] == [2]

    forget_session(page)
    type_password(page, email)
    expect(page.get_by_role("heading", name="Your code, please")).to_be_visible()
    assert flaws(page) == []
    press(page, "Use a passkey")
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()

    forget_session(page)
    type_password(page, email)
    page.get_by_label("Code").fill(recovery)
    press(page, "Sign in")
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()


def test_passkeys_are_removed_one_by_one_and_the_last_one_leaves_the_password(page: Page, email: str) -> None:
    Authenticator(page)
    add(page, "Laptop")
    expect(page.get_by_text("They are shown once")).to_be_visible()
    add(page, "Laptop again")
    expect(page.get_by_text("The browser gave no passkey.")).to_be_visible()
    page.goto("/settings/passkeys")
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("button", name="Remove Laptop").click()
    expect(page.get_by_text("You have none yet.")).to_be_visible()

    forget_session(page)
    press(page, "Use a passkey")
    expect(page.get_by_role("alert")).to_contain_text("This passkey was not taken.")
    type_password(page, email)
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()


def test_a_copy_of_a_passkey_is_noticed_by_its_count(page: Page) -> None:
    authenticator = Authenticator(page)
    add(page, "Laptop")
    expect(page.get_by_text("They are shown once")).to_be_visible()
    copy = authenticator.passkeys()[0]
    forget_session(page)
    press(page, "Use a passkey")
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()

    authenticator.go_back_to(copy)
    forget_session(page)
    press(page, "Use a passkey")
    expect(page.get_by_role("alert")).to_contain_text("This passkey was not taken.")


def test_who_was_not_verified_shows_no_passkey(page: Page) -> None:
    authenticator = Authenticator(page)
    add(page, "Laptop")
    expect(page.get_by_text("They are shown once")).to_be_visible()
    authenticator.verify_nobody()
    forget_session(page)
    press(page, "Use a passkey")
    expect(page.get_by_text("The browser gave no passkey.")).to_be_visible()


def test_a_passkey_of_another_account_is_no_second_factor(portal: Portal, kit: Kit, page: Page) -> None:
    authenticator = Authenticator(page)
    add(page, "Laptop")
    expect(page.get_by_text("They are shown once")).to_be_visible()
    mine = authenticator.passkeys()[0]
    other = an_account(kit)
    page.context.clear_cookies()
    type_password(page, other)
    add(page, "Telephone")
    expect(page.get_by_text("They are shown once")).to_be_visible()
    authenticator.go_back_to(mine)
    page.context.clear_cookies()
    type_password(page, other)
    answer = page.evaluate(SHOW_ANY)
    with portal.client() as client:
        client.cookies.set("session", page.context.cookies()[0].get("value", ""))
        form = {FORM_TOKEN: token_of(client.get("/sign-in/code")), "passkey": answer}
        assert client.post("/sign-in/code/passkey", data=form).status_code == 403


SHOW_ANY = """async () => {
    const body = new URLSearchParams({form_token: document.querySelector("[name=form_token]").value});
    const options = await (await fetch("/passkeys/options", {method: "POST", body})).json();
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON({...options, allowCredentials: []});
    return JSON.stringify(await navigator.credentials.get({publicKey}));
}"""


def test_without_javascript_the_pages_say_that_there_are_no_passkeys_and_all_else_works(
    portal: Portal, email: str
) -> None:
    page = portal.visitor(scripts=False)
    type_password(page, email)
    page.goto("/settings/passkeys")
    expect(page.get_by_text("This browser knows no passkeys, or runs no JavaScript.")).to_be_visible()
    expect(page.get_by_role("button", name="Add a passkey")).to_be_hidden()


@pytest.mark.parametrize("answer", ["", "{}", "[" * 50_000, '{"id": "é", "rawId": "é", "type": "public-key"}'])
def test_what_is_no_passkey_opens_nothing(portal: Portal, answer: str) -> None:
    with portal.client() as client:
        form = {FORM_TOKEN: token_of(client.get("/sign-in"))}
        client.post("/passkeys/options", data=form)
        refused = client.post("/sign-in/passkey", data=form | {"passkey": answer})
    assert (refused.status_code, "This passkey was not taken." in refused.text) == (403, True)
