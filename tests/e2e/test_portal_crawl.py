"""An end customer with rights in one project, and somebody without a session, find nothing of anybody else."""

import asyncio
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import quote, urljoin

import httpx
import pytest
from fastapi.routing import APIRoute

from dev.demo import people
from dev.demo.story import wanted
from dev.stack.parts import Kit
from licensing_client.api import DeliveredDeviceBody
from portal.application.accounts import Account
from portal.entrypoints.web.app import ROUTERS
from portal.entrypoints.web.dependencies import LIVE
from portal.entrypoints.web.forms import FORM_TOKEN
from simulator.cast import PARTNER, VENDOR
from tests.support.portal import token_of
from tests.support.running import a_stocked_story

ROUTES = [one for router in ROUTERS for one in router.routes if isinstance(one, APIRoute) and one.path != LIVE]
LINK = re.compile(r'(?:href|src|action|hx-get)="([^"]+)"')
TAGS = re.compile(r"<[^>]+>|\s+")
MOST_PAGES = 400
DELIVERED = ("2024-03-17", "2025-03-16", "2025-03-17")
"""When the customer's own device was delivered, and its warranty ended: what no end customer reads."""
ELSEWHERE = "Klinik am See"


@dataclass
class Found:
    """What a visitor may not see, and each page on which some of it stood."""

    secrets: frozenset[str]
    told: dict[str, set[str]] = field(default_factory=dict[str, set[str]])

    def look(self, page: httpx.Response, guessed: str = "") -> None:
        """Look for secrets in whole bytes, and in what stands between the tags; what was guessed is known."""
        raw = unescape(page.text).lower()
        seen = raw + TAGS.sub("", raw) + str(page.headers).lower()
        told = {one for one in self.secrets if one in seen and one not in guessed.lower()}
        if told:
            self.told.setdefault(f"{page.request.method} {page.request.url.path}", set()).update(told)


@dataclass(frozen=True)
class Town:
    """A customer with one project, and what others have: values of path parameters by their names."""

    address: str
    email: str
    project: str
    serial: str
    others: dict[str, list[str]]
    secrets: frozenset[str]

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.address, timeout=30)

    def guesses(self, method: str) -> Iterator[tuple[str, str]]:
        """Each address that names something of others, with what it names."""
        for route in ROUTES:
            names = re.findall(r"\{(\w+)\}", route.path)
            if method in (route.methods or ()) and names:
                for value in self.others.get(names[0], ["1"]):
                    said = {name: self.others.get(name, ["1"])[0] for name in names} | {names[0]: value}
                    yield route.path.format_map({name: quote(one, safe="") for name, one in said.items()}), value


BROKEN = "0090330c7a3f"
"""A device that no other test looks for: it is found with its case."""


@pytest.fixture(scope="module")
def town(kit: Kit) -> Town:
    account, company, email = str(uuid.uuid4()), str(uuid.uuid4()), f"{uuid.uuid4().hex}@example.net"
    with a_stocked_story(kit.state) as story:
        people.prepare(story)
        partner, clerk = story.partner, story.clerk
        clerk.register_company(kind="end_customer", administrator=account, company=company)
        partner.grant_rights(story.project, account=account, acting_for=company, rights=["view"])
        clerk.define_device_models(models=[{"model": "IP811", "family": "IP8x1"}], reference="CAT-1")
        box: DeliveredDeviceBody = {
            "serial": story.serial,
            "model": "IP811",
            "delivered_on": DELIVERED[0],
            "delivered_to": PARTNER,
        }
        clerk.register_devices(devices=[box], reference=f"DN-{story.serial}")
        key = clerk.issue_activation_key(licenses=wanted({"Port11": 3}), order_number="PO-SECRET-77")
        quiet = f"Quiet {uuid.uuid4().hex}"
        partner.get_project(story.project, at_least=partner.create_project(project_name=quiet)["sequence"])
        others = [one for one in partner.everything(partner.list_projects) if one["project"] != story.project]
        site = next(one["project"] for one in others if one["project_name"] == ELSEWHERE)
        redeemed = partner.redeem_activation_key(activation_key=key["activation_key"], project=site)
        partner.get_project(site, at_least=redeemed["sequence"])
        added = partner.add_device(site, serial=BROKEN)
        listed = partner.everything(partner.list_devices, site, at_least=added["sequence"])
        devices = [one["serial"] for one in listed]
        case = story.cases.file(BROKEN)
        issued = next(
            one for one in clerk.everything(clerk.list_activation_keys) if one["order_number"] == "PO-SECRET-77"
        )
        spoken = story.announcements.partner.speak_announcement(
            name="secret-voice", text="Hello", voice="espeak-ng/en-us"
        )
        project, serial = story.project, story.serial
    asyncio.run(people.add_accounts(kit, [*people.PEOPLE.values(), Account(account, email, "Ida Gast", "en")]))
    named = {
        "project": [one["project"] for one in others][:4],
        "serial": devices,
        "rma": [case["rma"]],
        "digest": [issued["key_digest"]],
        "company": [PARTNER, VENDOR],
        "job": [spoken["job"]],
        "sequence": [str(redeemed["sequence"]), str(case.get("sequence", 1))],
        "name": ["Port11", "IP811"],
        "token": ["x" * 32],
        "way": ["block"],
        "step": ["replace", "close"],
        "code": ["g711a"],
    }
    hidden = {
        *named["project"], *named["serial"], *named["rma"], *named["digest"], *named["job"],
        *people.COMPANIES.values(), quiet,
        key["activation_key"], "PO-SECRET-77", "secret-voice", "Jana Krüger", "reseller@example.net",
        "anna@hotel-adria.example", *DELIVERED,
    }  # fmt: skip
    return Town(kit.portal_url, email, project, serial, named, frozenset(one.lower() for one in hidden))


@pytest.fixture(scope="module")
def customer(town: Town) -> Iterator[httpx.Client]:
    with town.client() as client:
        form = {FORM_TOKEN: token_of(client.get("/sign-in")), "email": town.email, "password": people.PASSWORD}
        assert client.post("/sign-in", data=form).status_code == 303
        client.get("/company")
        yield client


def test_every_link_leads_an_end_customer_to_what_is_theirs(town: Town, customer: httpx.Client) -> None:
    found, seen, waiting = Found(town.secrets), set[str](), ["/"]
    while waiting:
        path = waiting.pop()
        if path in seen or path == LIVE:
            continue
        seen.add(path)
        page = customer.get(path)
        assert page.status_code in (200, 303, 403, 404, 422), path
        found.look(page)
        if page.headers.get("content-type", "").startswith("text/html"):
            links = [urljoin(path, unescape(one).partition("#")[0]) for one in LINK.findall(page.text)]
            waiting += [one for one in links if one.startswith("/")]
        waiting += [page.headers["location"]] if "location" in page.headers else []
        assert len(seen) < MOST_PAGES

    assert found.told == {}
    assert {f"/projects/{town.project}", f"/devices/{town.serial}"} <= seen


def test_no_guessed_address_tells_an_end_customer_of_others(town: Town, customer: httpx.Client) -> None:
    found, answers = Found(town.secrets), dict[str, int]()
    for address, guess in town.guesses("GET"):
        page = customer.get(address)
        answers[address] = page.status_code
        found.look(page, guess)

    assert found.told == {}
    assert {path: status for path, status in answers.items() if status >= 500} == {}
    plain = [f"/projects/{one}" for one in town.others["project"]] + [
        f"/devices/{one}" for one in town.others["serial"]
    ]
    assert {answers[path] for path in plain} == {404}


def test_no_form_does_or_tells_an_end_customer_anything_of_others(town: Town, customer: httpx.Client) -> None:
    found, answers, token = Found(town.secrets), dict[str, int](), token_of(customer.get("/settings"))
    for address, guess in town.guesses("POST"):
        form = {FORM_TOKEN: token, "request": uuid.uuid4().hex, "text": "x", "licenses": "1", "count-Port11": "1"}
        page = customer.post(address, data=form | {"target": town.project, "serial": town.serial, "months": "1"})
        answers[address] = page.status_code
        found.look(page, guess)

    assert found.told == {}
    refused = {
        status for path, status in answers.items() if path.startswith(("/projects", "/devices", "/rmas", "/staff"))
    }
    assert refused <= {403, 404, 409, 422}


def test_search_and_filters_find_nothing_of_others(town: Town, customer: httpx.Client) -> None:
    found = Found(town.secrets)
    for guess in sorted(town.secrets):
        for address in (
            f"/search?q={quote(guess)}",
            f"/projects?name={quote(guess)}",
            f"/rmas?show=all&find={quote(guess)}",
        ):
            found.look(customer.get(address), guess)
    for query in ("keys?project=", "staff/corrections/new?source=project/", "rmas/new?serial="):
        for guess in (*town.others["project"], *town.others["serial"]):
            found.look(customer.get(f"/{query}{guess}"), guess)

    assert found.told == {}


def test_who_has_no_session_finds_nothing(town: Town) -> None:
    found, answers = Found(town.secrets | {town.project, "ida gast"}), dict[str, int]()
    with town.client() as outsider:
        for route in ROUTES:
            if "GET" in (route.methods or ()) and "{" not in route.path:
                page = outsider.get(route.path)
                answers[route.path] = page.status_code
                found.look(page)
        for address, guess in town.guesses("GET"):
            page = outsider.get(address)
            answers[address] = page.status_code
            found.look(page, guess)

    assert found.told == {}
    open_to_all = {path for path, status in answers.items() if status == 200}
    assert open_to_all <= {
        "/.well-known/jwks.json",
        "/.well-known/oauth-authorization-server",
        "/components",
        "/password",
        "/register",
        "/rules",
        "/sign-in",
        "/sign-in/code",
    }
