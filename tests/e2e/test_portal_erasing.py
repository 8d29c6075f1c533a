"""Erasing: nothing of a person stays, nor of what people called things; what was done keeps its place in histories."""

import hashlib
import re
import secrets
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest
from playwright.sync_api import expect

from dev.browser.chromium import WIDTHS
from dev.demo import people
from dev.stack.parts import Kit
from portal.adapters.postgres.database import TABLES
from portal.entrypoints.web.forms import FORM_TOKEN
from tests.support.portal import (
    REPAIRER,
    Portal,
    admin,
    an_account,
    flaws,
    in_a_thread,
    open_project,
    press,
    token_of,
    type_password,
)
from tests.support.waiting import until

CODE = re.compile(r'data-copy="([0-9A-Z-]{12,})"')


class Person:
    """Somebody with an account, in a browser that is a client of HTTP."""

    def __init__(self, client: httpx.Client, kit: Kit, name: str) -> None:
        self.name, self.email, self.client = name, an_account(kit, name), client
        self.post("/sign-in", email=self.email, password=people.PASSWORD, at="/sign-in")

    def post(self, path: str, *, at: str = "/settings", **fields: str) -> httpx.Response:
        form = {FORM_TOKEN: token_of(self.client.get(at)), "request": secrets.token_hex(16)}
        return self.client.post(path, data=form | fields)

    def account(self) -> str:
        found = re.search(r'data-copy="([0-9a-f-]{36})"', self.client.get("/settings").text)
        assert found is not None
        return found[1]


async def rows(kit: Kit) -> dict[str, list[str]]:
    """All rows of the portal as texts, by table."""
    async with TABLES.pool(kit.cluster().url(role="portal"), most=1) as pool, pool.acquire() as connection:
        named = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'portal'")
        return {
            name: [row[0] for row in await connection.fetch(f"SELECT t::text FROM {name} AS t")] for (name,) in named
        }


def tables_with(kit: Kit, *said: str) -> set[str]:
    """The tables in which one of these stands."""
    known = in_a_thread(rows(kit))
    return {name for name, texts in known.items() if any(one in text for text in texts for one in said)}


People = Callable[[str], Person]


@pytest.fixture
def person(portal: Portal, kit: Kit) -> Iterator[People]:
    """Makes somebody with an account, by a name."""
    with ExitStack() as browsers:
        yield lambda name: Person(browsers.enter_context(portal.client()), kit, name)


def a_company(person: People) -> tuple[Person, Person]:
    """Its administrator, and a colleague, who joined by an invitation."""
    owner, colleague = person(f"Olga {secrets.token_hex(6)}"), person("Carl Colleague")
    assert owner.post("/company/registration", name="Pension Olga").headers["location"] == "/"
    invited = CODE.search(owner.post("/people/invitations").text)
    assert invited is not None
    assert colleague.post("/join", code=invited[1]).headers["location"] == "/"
    return owner, colleague


def test_the_last_administrator_is_told_what_comes_first_and_then_nothing_of_the_person_stays(
    portal: Portal, kit: Kit, person: People
) -> None:
    owner, colleague = a_company(person)
    account, told = owner.account(), owner.client.get("/settings/erasure")
    assert "Pension Olga" in told.text
    assert "Erase my account" not in told.text
    assert owner.post("/settings/erasure").status_code == 409
    owner.post("/people/members", account=colleague.account(), role="administrator")
    with portal.client() as elsewhere:
        elsewhere.post("/sign-in", data={FORM_TOKEN: token_of(elsewhere.get("/sign-in")), "email": owner.email})

    assert owner.post("/settings/erasure").headers["location"] == "/sign-in?done=erased"
    digests = (hashlib.sha256(one.encode()).hexdigest() for one in (owner.email, f"code {account}"))
    assert tables_with(kit, owner.email, owner.name, *digests) == set()
    assert tables_with(kit, account) == {"erased_accounts"}
    assert owner.client.get("/settings").headers["location"].startswith("/sign-in")
    assert "erased account" in colleague.client.get("/activity").text
    until(lambda: account not in colleague.client.get("/people").text)


def test_a_member_who_is_erased_stays_a_number_that_an_administrator_removes(person: People) -> None:
    owner, member = a_company(person)
    assert member.post("/settings/erasure").status_code == 303
    assert "erased account" in owner.client.get("/people").text
    answer = member.post("/sign-in", at="/sign-in", email=member.email, password=people.PASSWORD)
    assert answer.status_code == 403


def test_an_operator_erases_whom_an_administrator_names(kit: Kit, person: People) -> None:
    pia = person(f"Pia {secrets.token_hex(6)}")
    account = pia.account()
    done = admin(kit, "erase", pia.email.upper())
    assert (done.returncode, done.stdout.split()[0]) == (0, account)
    assert tables_with(kit, pia.email, pia.name) == set()
    assert pia.client.get("/settings").status_code == 303
    assert admin(kit, "erase", pia.email).returncode == 1
    assert admin(kit, "account", account, pia.email, "Pia", typed=people.PASSWORD).returncode == 1


def test_erasing_is_a_page_that_says_what_goes_and_what_stays(portal: Portal, kit: Kit) -> None:
    email = f"{secrets.token_hex(6)}@example.net"
    added = admin(kit, "account", str(uuid.uuid4()), email, "Noor Haddad", typed=people.PASSWORD)
    assert added.returncode == 0, added.stderr
    page = portal.visitor(width=WIDTHS["narrow"], scheme="dark")
    type_password(page, email)
    page.get_by_role("link", name="Erase the account").click()
    assert flaws(page) == []
    page.get_by_role("button", name="Erase my account").click()
    expect(page.get_by_text("The account is erased")).to_be_visible()
    assert flaws(page) == []


def test_what_a_project_is_called_is_erased_for_good_by_its_administrator(portal: Portal) -> None:
    page = portal.reseller(width=WIDTHS["narrow"])
    open_project(page, "Weingut Sonnhalde")
    page.get_by_role("link", name="Give it a name, a place, a reference").click()
    page.get_by_role("textbox", name="Place").fill("Cellar 7")
    press(page, "Save")
    expect(page.get_by_text("Cellar 7")).to_be_visible()
    page.get_by_role("link", name="Change", exact=True).click()
    page.get_by_role("link", name="Erase all words of this project").click()
    press(page, "Erase all words")
    expect(page.get_by_text("One label or note was erased.")).to_be_visible()
    assert flaws(page) == []
    open_project(page, "Weingut Sonnhalde")
    expect(page.get_by_role("link", name="Give it a name, a place, a reference")).to_be_visible()


def test_a_box_gets_a_name_that_is_found_and_a_transfer_gets_a_note(portal: Portal) -> None:
    page, colleague = portal.reseller(width=WIDTHS["narrow"], scripts=False), portal.reseller()
    name = "No light <script>alert(1)</script>"
    page.goto("/devices/00903304a20e")
    page.get_by_role("link", name="Give it a name, a place, a reference").click()
    colleague.goto("/devices/00903304a20e/label")
    assert flaws(colleague) == []
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Place", exact=True).fill("a\u202eb")
    press(page, "Save")
    expect(page.get_by_role("alert")).to_contain_text("U+202E")
    expect(page.get_by_label("Name", exact=True)).to_have_value(name)
    page.get_by_label("Place", exact=True).fill("Ulm, basement")
    press(page, "Save")
    expect(page.get_by_text(f"{name} · Ulm, basement")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS["narrow"]

    colleague.get_by_label("Name", exact=True).fill("Boiler room")
    press(colleague, "Save")
    expect(colleague.get_by_role("alert")).to_contain_text(f"It says now: {name} · Ulm, basement")
    assert flaws(colleague) == []
    press(colleague, "Save")
    expect(colleague.get_by_text("Boiler room")).to_be_visible()
    colleague.goto("/search?q=iler+r")
    colleague.get_by_role("link", name="Go to 00 90 33 04 a2 0e").click()
    expect(colleague.get_by_text("Boiler room")).to_be_visible()
    colleague.goto("/devices?serial=00903304a2")
    expect(colleague.get_by_role("row", name="00 90 33 04 a2 0e")).to_contain_text("Boiler room")

    open_project(page, "Klinik am See")
    page.get_by_role("link", name="Move licenses").click()
    page.get_by_label("Into the project").select_option("Weingut Sonnhalde")
    page.get_by_label("Channel").fill("1")
    press(page, "See before and after")
    page.get_by_label("Note", exact=True).fill("Borrowed until spring.")
    press(page, "Move them")
    expect(page.get_by_text("Borrowed until spring.")).to_be_visible()
    page.goto("/activity")
    entry = page.get_by_role("listitem").filter(has_text="Borrowed until spring.")
    entry.get_by_role("link", name=re.compile("^entry ")).click()
    page.get_by_role("link", name="Change", exact=True).click()
    press(page, "Erase it")
    expect(page.get_by_role("heading", name="Notes")).to_be_visible()
    expect(page.get_by_text("Borrowed until spring.")).to_have_count(0)

    staff = portal.person(REPAIRER)
    staff.goto("/devices/00903304a20e")
    staff.get_by_role("link", name="Erase it").click()
    expect(staff.get_by_label("Name", exact=True)).to_be_disabled()
    assert flaws(staff) == []
    press(staff, "Erase it")
    expect(staff.get_by_role("button", name="Give it a name, a place, a reference")).to_be_disabled()
    expect(staff.get_by_text("Boiler room")).to_have_count(0)
