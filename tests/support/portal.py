"""The portal on the running stack, with people in it, and what its tests do there."""

import asyncio
import os
import re
import secrets
import subprocess
import uuid
from collections.abc import Coroutine, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

import httpx
from playwright.sync_api import Browser, Page, StorageState

from dev.browser.chromium import WIDTHS, Scheme, a_page, chromium, sign_in
from dev.demo import people, support_cases
from dev.npm.readers import axe
from dev.stack.parts import Kit
from dev.stack.service import SCRIPTS
from dev.stack.settings import settings
from licensing_client.api import LegacyLicensesBody
from portal.application.accounts import Account
from portal.entrypoints.web.forms import FORM_TOKEN
from simulator.box import Box
from simulator.cast import HOTEL, HOTELIER
from simulator.device import Firmware
from tests.support.running import a_stocked_story

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VIOLATIONS = """rules => axe
    .run({runOnly: rules, resultTypes: ["violations"]})
    .then(result => result.violations.flatMap(rule => rule.nodes.map(node => [rule.id, node.html])))"""
"""Asks for no more than is looked at: to describe all that is well takes axe ten times as long."""
SCHEMES = "matchMedia('(prefers-color-scheme: dark)').matches ? ['dark', 'light'] : ['light', 'dark']"
"""The colour scheme that the page has, and the other."""
RESELLER, CUSTOMER = people.PEOPLE["reseller"].email, people.PEOPLE["end customer"].email
STAFF, REPAIRER = people.PEOPLE["staff"].email, people.PEOPLE["RMA clerk"].email

OLD_KEY = "V7 key 2019 0001"
"""Of the old manager, as its list has it."""

T = TypeVar("T")


class Portal(NamedTuple):
    """The portal with people in it, keys to redeem, and a box with 20 ports that the end customer sees.

    `credits_key` holds credits and licenses of an older version.
    """

    address: str
    browser: Browser
    keys: list[str]
    credits_key: str
    project: str
    box: Box
    sync_address: str
    signed_in: dict[str, StorageState]

    def fetch(self) -> None:
        """The box fetches its newest license file."""
        Firmware(self.box, self.sync_address).sync()

    @property
    def serial(self) -> str:
        return self.box.state.serial

    def visitor(self, *, width: int = WIDTHS["wide"], scheme: Scheme = "light", scripts: bool = True) -> Page:
        return a_page(self.browser, self.address, width=width, scheme=scheme, scripts=scripts)

    def person(
        self, email: str, *, width: int = WIDTHS["wide"], scheme: Scheme = "light", scripts: bool = True
    ) -> Page:
        """A page of somebody who is signed in, in a session that lasts to the end of the file."""
        if email not in self.signed_in:
            page = self.visitor()
            sign_in(page, email, people.PASSWORD)
            self.signed_in[email] = page.context.storage_state()
        return a_page(
            self.browser, self.address, width=width, scheme=scheme, scripts=scripts, cookies=self.signed_in[email]
        )

    def reseller(self, *, width: int = WIDTHS["wide"], scripts: bool = True) -> Page:
        return self.person(RESELLER, width=width, scripts=scripts)

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.address, follow_redirects=False)


@contextmanager
def a_portal(kit: Kit) -> Generator[Portal]:
    """The portal with its people, and a browser that is open."""
    with a_stocked_story(kit.state) as story:
        people.prepare(story)
        once = secrets.token_hex(4)  # keys that no other file on the same stack has redeemed
        keys = [people.a_key(story, {"Port11": 25, "Voicemail11": 5}, f"{once}-{number}") for number in range(4)]
        credits_key = people.a_key(story, {"SSC": 500, "Port10": 5}, "portal-credits")
        old: list[LegacyLicensesBody] = [{"license_name": "Registrations", "count": 30}]
        story.clerk.register_legacy_keys(
            keys=[{"legacy_key": OLD_KEY, "licenses": old}], reference="EXPORT-7", idempotency_key="portal-old-key"
        )
        story.partner.grant_rights(story.project, account=HOTELIER, acting_for=HOTEL, rights=["view", "rma"])
        project, box, sync_address = story.project, story.box(), story.sync_address
    asyncio.run(people.add_accounts(kit))
    asyncio.run(support_cases.tell(kit, support_cases.the_made_up_ones()))
    with chromium() as browser:
        yield Portal(kit.portal_url, browser, keys, credits_key, project, box, sync_address, {})


def with_axe(page: Page) -> Page:
    """The same page, with axe in all that it goes to: half the price where each is looked at."""
    page.add_init_script(path=axe())
    return page


def violations(page: Page) -> list[str]:
    """What axe finds, which a page's own policy does not let in: it is evaluated from outside."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(axe().read_text(encoding="utf-8"))
    return [f"{rule}: {html}" for rule, html in page.evaluate(VIOLATIONS, RULES)]


def flaws(page: Page) -> list[str]:
    """What is wrong with a page as it stands, and with the colours of its text in the other scheme."""
    return [*flaws_in_one_scheme(page), *pale_text(page)]


def flaws_in_one_scheme(page: Page) -> list[str]:
    """What axe finds, and whether the page scrolls sideways: enough where a test sees the page in both schemes."""
    wide, has = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    return violations(page) + ([f"{page.url} is {wide} wide"] if wide > has else [])


def pale_text(page: Page) -> list[str]:
    """Text that is hard to read in the other colour scheme; axe is in the page since `violations`."""
    scheme, other = page.evaluate(SCHEMES)
    page.emulate_media(color_scheme=other)
    found = page.evaluate(VIOLATIONS, ["color-contrast"])
    page.emulate_media(color_scheme=scheme)
    return [f"{other} {rule}: {html}" for rule, html in found]


def token_of(page: httpx.Response) -> str:
    """What a form of this page is sent with."""
    found = re.search(f'name="{FORM_TOKEN}" value="([0-9a-f]+)"', page.text)
    assert found is not None
    return found[1]


def an_account(kit: Kit, name: str = "Noor Haddad") -> str:
    """The address of an account that nothing has been done with; it has the password of all people."""
    email = f"{secrets.token_hex(6)}@example.net"
    in_a_thread(people.add_accounts(kit, [Account(str(uuid.uuid4()), email, name, "en")]))
    return email


def admin(kit: Kit, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """What `portal-admin` answers."""
    said = os.environ | settings("portal", kit.stack())
    return subprocess.run(
        [SCRIPTS / "portal-admin", *arguments],
        env=said,
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def open_project(page: Page, name: str) -> None:
    """Go to a project by its name, through the list of all."""
    page.goto(f"/projects?name={name.split(maxsplit=1)[0]}")
    page.get_by_role("link", name=name, exact=True).click()


def type_password(page: Page, email: str) -> None:
    """Sign in, on the way to the settings, which need no company."""
    page.goto("/sign-in?next=/settings")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(people.PASSWORD)
    press(page, "Sign in")


def in_a_thread(work: Coroutine[Any, Any, T]) -> T:
    """Run it beside Playwright, which has the event loop of this thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()
