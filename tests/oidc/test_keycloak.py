"""Signing in to the portal through a whole Keycloak, and both ways of signing out there: `make check-oidc`."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from dev.browser.chromium import WIDTHS
from dev.demo import people
from dev.keycloak.server import SHOWN, Keycloak
from dev.stack.parts import Kit
from dev.stack.service import ServiceProcess
from dev.stack.settings import admin_port_name, settings
from simulator.cast import HOTEL, PARTNER
from tests.support.portal import CUSTOMER, REPAIRER, RESELLER, Portal, a_portal, press
from tests.support.portal_provider import Provider

pytestmark = pytest.mark.timeout(900)
"""The first waits until Keycloak has built itself."""
PASSWORD_THERE = "the harbour at six o'clock"


def say_who(page: Page, email: str) -> None:
    page.get_by_label("Username or email").fill(email)
    page.get_by_role("textbox", name="Password").fill(PASSWORD_THERE)
    press(page, "Sign In")


PROVIDER = Provider(SHOWN, say_who)


@pytest.fixture(scope="module")
def keycloak(kit: Kit) -> Iterator[Keycloak]:
    """Keycloak with the portal as its client, and the portal at it."""
    keycloak = Keycloak(kit.state, port=kit.ports.port("keycloak"), portal=kit.portal_url)
    keycloak.start()
    keycloak.make_realm([RESELLER, CUSTOMER, REPAIRER], PASSWORD_THERE)
    at_it = {"LICENSING_OPENID_ISSUER": keycloak.issuer, "LICENSING_OPENID_NAME": SHOWN}
    ServiceProcess(
        "portal",
        kit.state,
        settings=lambda: settings("portal", kit.stack()) | at_it,
        admin_port=kit.ports.port(admin_port_name("portal")),
        address=kit.portal_url,
    ).start()
    yield keycloak
    keycloak.stop()


@pytest.fixture(scope="module")
def portal(kit: Kit, keycloak: Keycloak) -> Iterator[Portal]:
    with a_portal(kit) as portal:
        yield portal


def test_an_owner_links_the_account_once_and_needs_no_password_to_sign_in_then(portal: Portal) -> None:
    page = portal.visitor(width=WIDTHS["narrow"])
    PROVIDER.links_once(page, portal, RESELLER, people.COMPANIES[PARTNER])


def test_who_is_signed_in_links_in_the_settings(portal: Portal) -> None:
    page = portal.person(REPAIRER)
    page.goto("/settings")
    page.get_by_role("link", name=f"Link {SHOWN}").click()
    say_who(page, REPAIRER)
    press(page, "Link them")
    expect(page.get_by_text("It is linked")).to_be_visible()
    elsewhere = portal.visitor()
    PROVIDER.sign_in(elsewhere, REPAIRER, wanted="/settings")
    expect(elsewhere).to_have_url(f"{portal.address}/settings")


def test_who_signs_out_at_keycloak_is_signed_out_here_in_that_browser_alone(portal: Portal) -> None:
    desk, phone = portal.visitor(), portal.visitor()
    for page in (desk, phone):
        signed_in(portal, page)
    desk.goto("/sign-in/openid/out")
    press(desk, "Logout")
    expect(desk).to_have_url(f"{portal.address}/sign-in")
    assert [is_signed_in(portal, page) for page in (desk, phone)] == [False, True]
    desk.get_by_role("link", name=f"Sign in with {SHOWN}").click()
    expect(desk.get_by_label("Username or email")).to_be_visible()


def test_whom_an_administrator_signs_out_at_keycloak_is_signed_out_here_everywhere(
    portal: Portal, keycloak: Keycloak
) -> None:
    desk, phone, by_password = portal.visitor(), portal.visitor(), portal.person(CUSTOMER)
    for page in (desk, phone):
        signed_in(portal, page)
    keycloak.end_sessions_of(CUSTOMER)
    assert [is_signed_in(portal, page) for page in (desk, phone, by_password)] == [False, False, True]


def signed_in(portal: Portal, page: Page) -> None:
    """The end customer, through Keycloak; the account is linked where it was not."""
    PROVIDER.sign_in(page, CUSTOMER)
    page.wait_for_url(f"{portal.address}/**")
    if page.get_by_role("heading", name=f"Link {SHOWN}").is_visible():
        page.get_by_label("Password").fill(people.PASSWORD)
        press(page, "Link and sign in")
    expect(page.get_by_role("banner")).to_contain_text(people.COMPANIES[HOTEL])
    assert is_signed_in(portal, page)


def is_signed_in(portal: Portal, page: Page) -> bool:
    page.goto("/settings")
    return page.url == f"{portal.address}/settings"
