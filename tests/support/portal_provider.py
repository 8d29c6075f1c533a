"""An OpenID Connect provider as a person meets it, and what one does there and in the portal; whichever it is."""

from collections.abc import Callable
from typing import NamedTuple

from playwright.sync_api import Page, expect

from dev.demo import people
from tests.support.portal import Portal, flaws, press


class Provider(NamedTuple):
    """What pages of the portal call it, and how somebody with this address signs in on its page."""

    shown: str
    say_who: Callable[[Page, str], None]

    def sign_in(self, page: Page, email: str, wanted: str = "/") -> None:
        """By the page of the provider, on the way to a page of the portal."""
        page.goto(f"/sign-in?next={wanted}")
        page.get_by_role("link", name=f"Sign in with {self.shown}").click()
        self.say_who(page, email)

    def links_once(self, page: Page, portal: Portal, email: str, company: str) -> None:
        """The owner of an account links it with the password, and needs none to sign in then."""
        self.sign_in(page, email, wanted="/settings")
        expect(page.get_by_role("heading", name=f"Link {self.shown}")).to_be_visible()
        assert flaws(page) == []
        page.get_by_label("Password").fill("not the password")
        press(page, "Link and sign in")
        expect(page.get_by_role("alert")).to_contain_text("Nothing was linked")
        page.get_by_label("Password").fill(people.PASSWORD)
        press(page, "Link and sign in")
        expect(page).to_have_url(f"{portal.address}/settings")
        expect(page.get_by_role("table").filter(has_text="Linked with")).to_contain_text(email)
        assert flaws(page) == []
        page.goto("/")
        press(page, "Sign out")
        expect(page.get_by_text("You are signed out here")).to_be_visible()
        assert flaws(page) == []
        page.get_by_role("link", name=f"Sign in with {self.shown}").click()
        expect(page.get_by_role("banner")).to_contain_text(company)
