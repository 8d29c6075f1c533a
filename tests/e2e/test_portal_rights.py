"""Ten people of two companies with rights by chance: a page offers what the API's table allows and the API does."""

import os
import secrets
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

import httpx
import pytest

from dev.demo import people
from dev.demo.cases import ADDRESS
from dev.demo.story import Story, wanted
from dev.stack.parts import Kit
from portal.application.accounts import Account
from portal.entrypoints.web.forms import FORM_TOKEN
from simulator.cast import HOTEL, HOTELIER, PARTNER
from simulator.issuer import Issuer
from simulator.partner import CaseClient, PartnerClient, Refused
from tests.support.portal import in_a_thread, token_of
from tests.support.portal_rights import REPORT, Drawn, drawn, shown, unfit
from tests.support.running import a_stocked_story

SEED = int(os.environ.get("RIGHTS_SEED") or secrets.randbelow(2**32))
"""Of the rights; `RIGHTS_SEED` draws those of a run again."""
TOO_MANY = wanted({"Port11": 9_999})
NOT_ALLOWED = {"no_right"}


@dataclass(frozen=True)
class Person:
    """One of the ten, in a browser, and as the APIs see the account."""

    drawn: Drawn
    browser: httpx.Client
    api: PartnerClient
    cases: CaseClient


@dataclass(frozen=True)
class Town:
    """What the ten look at: a project with a device, and another one with the same rights."""

    project: str
    other: str
    serial: str
    spent: str
    document: bytes
    ten: list[Person]


@pytest.fixture(scope="module")
def town(kit: Kit) -> Iterator[Town]:
    with a_stocked_story(kit.state) as story, ExitStack() as opened:
        people.prepare(story)
        story.firmware().sync()
        story.partner.label_device(story.serial, own_name="Reception")
        story.partner.label_project(story.project, own_name="Adria")
        other = story.partner.create_project(project_name=f"Annexe {story.serial}")["project"]
        ten = [a_person(kit, story, one, other, opened) for one in drawn(SEED)]
        yield Town(story.project, other, story.serial, story.activation_key, story.box().invalidate(), ten)


def a_person(kit: Kit, story: Story, one: Drawn, other: str, opened: ExitStack) -> Person:
    """Somebody who belongs to the company, has the rights in both projects, and is signed in."""
    account, company = Account(str(uuid.uuid4()), f"{uuid.uuid4().hex}@example.net", "Noor", "en"), PARTNER
    if one.who == "guest":
        company = HOTEL
        with story.acting_for(HOTELIER, HOTEL) as hotelier:
            hotelier.add_member(HOTEL, account=account.account)
    else:
        story.partner.add_member(PARTNER, account=account.account)
    for project in (story.project, other):
        granted = story.partner.grant_rights(project, account=account.account, acting_for=company, rights=[*one.rights])
        story.partner.get_project(project, at_least=granted["sequence"])  # pages show it from now on
    in_a_thread(people.add_accounts(kit, [account]))
    browser = opened.enter_context(httpx.Client(base_url=kit.portal_url, timeout=30))
    form = {FORM_TOKEN: token_of(browser.get("/sign-in")), "email": account.email, "password": people.PASSWORD}
    assert browser.post("/sign-in", data=form).status_code == 303
    browser.get("/company")
    issuer, cases = Issuer(kit.state), f"http://127.0.0.1:{kit.ports.port('rma-api')}"
    return Person(
        one,
        browser,
        opened.enter_context(story.acting_for(account.account, company)),
        opened.enter_context(CaseClient(cases, issuer, account.account, company)),
    )


def probes(town: Town, person: Person) -> dict[str, Callable[[], object]]:
    """Each action as the API is asked for it: where it is allowed, something else is in its way, or it does no harm."""
    api, project, serial = person.api, town.project, town.serial
    return {
        "Allocate licenses": lambda: api.allocate_licenses(project, serial=serial, licenses=TOO_MANY),
        "Redeem keys": lambda: api.redeem_activation_key(activation_key=town.spent, project=project),
        "Move licenses": lambda: api.move_licenses(project, target=town.other, licenses=TOO_MANY),
        "People": lambda: api.revoke_rights(project, account=str(uuid.uuid4()), acting_for=PARTNER, rights=["view"]),
        "Make a claim code": lambda: api.create_claim_code(project),
        "Buy months": lambda: api.buy_software_service(project, months=1, preview_digest="0" * 64),
        "Upgrade licenses": lambda: api.upgrade_licenses(project, version=99),
        "Move the device": lambda: api.move_device(serial, project=project),
        "Extend the warranty": lambda: api.extend_warranty(serial, license_type="WE-24"),
        "Download the license file": lambda: api.get_license_file(serial),
        "Change": lambda: api.label_device(serial, own_name="Reception"),
        REPORT: lambda: person.cases.file_case(
            serial=serial,
            defect="No light.",
            administrative_contact={"name": "Anna", "email": "anna@hotel-adria.example"},
            technical_contact={"name": "Mia", "email": "mia@hotel-adria.example"},
            shipping_address=ADDRESS,
        ),
    }


def refusal(asked: Callable[[], object]) -> str:
    """The code of what the API refuses; empty where it does it."""
    try:
        asked()
    except Refused as no:
        return no.code
    return ""


def unfit_on(person: Person, path: str, actions: Sequence[str]) -> list[str]:
    """Actions that are not offered as they should be; a page that the API refuses says why, and offers none."""
    page = person.browser.get(path)
    if page.status_code == 403 and "This is not possible" in page.text:
        return [one for one in actions if person.drawn.may(one, path)]
    return unfit(page.text, path, actions, person.drawn)


def test_pages_offer_ten_people_what_the_table_says(town: Town) -> None:
    wrong = [
        (path, action, person.drawn)
        for person in town.ten
        for path, actions in shown(town.project, town.serial).items()
        for action in unfit_on(person, path, actions)
    ]
    assert wrong == [], f"RIGHTS_SEED={SEED}"


def test_the_api_does_for_ten_people_what_the_table_says(town: Town) -> None:
    returned = town.serial, town.document
    told = {
        (action, person.drawn.may(action), refusal(asked))
        for person in town.ten
        for action, asked in probes(town, person).items()
    }
    told |= {  # by then nothing else is asked of what the device holds
        ("Return licenses", one.drawn.may("Return licenses"), refusal(partial(one.api.return_licenses, *returned)))
        for one in town.ten
    }
    wrong = {one for one in told if one[1] == (one[2] in NOT_ALLOWED)}
    assert wrong == set(), f"RIGHTS_SEED={SEED}"
