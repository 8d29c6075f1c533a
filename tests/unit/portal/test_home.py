"""Home: what needs a partner, what needs staff, and that one part that is away takes nothing else along."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from portal.entrypoints.web.routes.home import SHOWN
from tests.support.portal_pages import AnsweringApis, OneSession, pages

SERIAL = "00903304a1c7"
PROJECT = "11111111-2222-4333-8444-555555555555"
NOW = "2026-11-28T20:15:00Z"
CARDS = ["ending", "waiting", "cases", "held", "codes", "support", "projects", "balance", "latest"]
OF_PLACE = {
    "expirations": {"ending", "codes"},
    "devices": {"waiting"},
    "balances": {"held", "balance"},
    "support-cases": {"support"},
    "projects": {"projects"},
    "rmas": {"cases"},
    "entries": {"latest"},
}
"""Which cards of a partner rest on which place of an API."""


def ends(kind: str, days: int, **more: str | None) -> dict[str, Any]:
    where = {"project": PROJECT, "project_name": "Klinik am See", "serial": None, "code_hint": None}
    return where | {"kind": kind, "ends_on": f"2026-12-{days:02}", "days_left": days} | more


def total(license_type: str, free: int, held: int, allocated: int, delivered: int) -> dict[str, Any]:
    counts = {"free": free, "held": held, "allocated": allocated, "delivered": delivered}
    return {"license_type": license_type, "license_class": "pbx"} | counts


def case(rma: str, *, owed: bool = False) -> dict[str, Any]:
    filed = "2026-11-20T09:00:00Z"
    return {"rma": rma, "serial": SERIAL, "state": "authorised", "expected": None, "filed": filed, "owed": owed}


def entry(event: str, **facts: str) -> dict[str, Any]:
    return {
        "sequence": 41,
        "time": NOW,
        "actor": "account:a@v",
        "event_type": f"licensing.ledger.{event}.v1",
        "projects": [PROJECT],
        "serials": [],
        "movements": [],
        "facts": facts or None,
    }


def device(serial: str, delivered: int | None) -> dict[str, Any]:
    licenses = [{"license_type": "Port11", "license_class": "pbx", "count": 60}]
    return {"serial": serial, "issue": 2, "licenses": licenses, "changed": NOW, "delivered_issue": delivered}


class Apis:
    """The APIs as a test fills them: items by the last part of an address, and the cases of boxes that are owed."""

    def __init__(self) -> None:
        self.items: dict[str, list[Any]] = {}
        self.next: str | None = None
        self.away: set[str] = set()
        self.refused: set[str] = set()

    def answer(self, request: httpx.Request) -> httpx.Response:
        place, asked = request.url.path.rpartition("/")[2], dict(request.url.params)
        if place in self.away:
            raise httpx.ConnectError("nobody answers")
        if place in self.refused:
            return httpx.Response(403, json={"code": "no_right", "detail": "You have no right to do this here."})
        items = self.items.get("owed" if "owed" in asked else place, [])
        rest = {"licenses": items[0]["licenses"] if items else []} if place == "balances" else {}
        rest |= {"as_of": 41} if place == "entries" else {}
        if place == "devices":
            assert asked["delivered"] == "false"
        return httpx.Response(200, json={"items": items, "next": self.next} | rest)


@pytest.fixture
def apis() -> Apis:
    return Apis()


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Apis, str], httpx.AsyncClient]:
    """The pages for a kind of company, built once; who answers changes from test to test."""
    answering, built = AnsweringApis(Apis().answer), dict[str, httpx.AsyncClient]()

    def door(apis: Apis, kind: str) -> httpx.AsyncClient:
        answering.answer = apis.answer
        if kind not in built:
            built[kind] = pages(tmp_path_factory.mktemp(kind), answering, OneSession(company_kind=kind))
        return built[kind]

    return door


@pytest.fixture
def partner(doors: Callable[[Apis, str], httpx.AsyncClient], apis: Apis) -> httpx.AsyncClient:
    return doors(apis, "reseller")


@pytest.fixture
def staff(doors: Callable[[Apis, str], httpx.AsyncClient], apis: Apis) -> httpx.AsyncClient:
    return doors(apis, "vendor")


def cards(page: httpx.Response) -> dict[str, str]:
    """The cards of the page by their id, each with its text and links."""
    found = re.findall(r'<section class="section" aria-labelledby="(\w+)">(.*?)</section>', page.text, re.DOTALL)
    return dict(found)


def fill(apis: Apis) -> None:
    balance = {"project": PROJECT, "project_name": "Klinik am See", "licenses": [total("Port11", 20, 5, 75, 60)]}
    project = {"project": PROJECT, "project_name": "Klinik am See", "blocked": None}
    apis.items = {
        "expirations": [
            ends("invitation", 2, project=None, project_name=None, code_hint="7KQX"),
            ends("warranty", 3, serial=SERIAL),
            ends("claim_code", 12, code_hint="RGP3"),
            ends("software_service", 19),
        ],
        "devices": [device(SERIAL, 1), device("00903304a1d2", None), device("00903304a20e", 2)],
        "balances": [balance],
        "support-cases": [{"number": "1401", "title": "No ring", "state": "waiting_customer", "changed": NOW}],
        "projects": [project],
        "rmas": [case("RMA-2026-000117"), case("RMA-2026-000098", owed=True)],
        "owed": [case("RMA-2026-000098", owed=True)],
        "entries": [entry("licenses-allocated") | {"serials": [SERIAL]}, entry("rights-granted")],
    }


async def test_what_ends_stands_by_the_days_that_are_left_and_the_soonest_first(
    partner: httpx.AsyncClient, apis: Apis
) -> None:
    apis.items["expirations"] = [
        ends("test_licenses", 1, serial=SERIAL),
        ends("test_licenses", 7, serial=SERIAL),
        ends("warranty", 8, serial=SERIAL),
        ends("claim_code", 9, code_hint="RGP3"),
        ends("software_service", 30),
        ends("software_service", 31),
    ]
    rows = re.findall(r"(Within \d+ days|<td>[A-Z][a-z ]+</td>)", cards(await partner.get("/"))["ending"])
    assert [row.removeprefix("<td>").removesuffix("</td>") for row in rows] == [
        "Within 7 days",
        "Test licenses",
        "Test licenses",
        "Within 30 days",
        "Warranty",
        "Software service",
        "Within 90 days",
        "Software service",
    ]


async def test_each_line_leads_to_where_something_can_be_done(partner: httpx.AsyncClient, apis: Apis) -> None:
    fill(apis)
    page = await partner.get("/")
    links = {
        name: re.findall(r'<li>.*?href="([^"]+)"|<td[^>]*><a href="([^"]+)"', card)
        for name, card in cards(page).items()
    }

    assert {name: ["".join(link) for link in found] for name, found in links.items()} == {
        "ending": [f"/devices/{SERIAL}", f"/projects/{PROJECT}/service"],
        "waiting": [f"/devices/{SERIAL}", "/devices/00903304a1d2"],
        "held": [f"/projects/{PROJECT}/service"],
        "codes": ["/people", f"/projects/{PROJECT}/claim-codes"],
        "support": ["/cases/1401"],
        "projects": [f"/projects/{PROJECT}"],
        "cases": ["/rmas/RMA-2026-000098", f"/devices/{SERIAL}", "/rmas/RMA-2026-000117", f"/devices/{SERIAL}"],
        "balance": [
            "/balances?type=Port11",
            "/balances?type=Port11",
            "/devices?license_type=Port11&amp;delivered=false",
            "/devices?license_type=Port11&amp;delivered=true",
        ],
        "latest": [],
    }
    assert f'<a href="/devices/{SERIAL}">' in cards(page)["latest"]
    assert f'<a href="/projects/{PROJECT}">Klinik am See</a>' in cards(page)["latest"]
    assert "Sabine Vogt" in cards(page)["latest"]


async def test_devices_are_called_as_their_people_call_them(partner: httpx.AsyncClient, apis: Apis) -> None:
    fill(apis)
    apis.items["device-labels"] = [{"serial": SERIAL, "own_name": None, "place": "Ward <3>", "reference": "INV-7"}]
    found = cards(await partner.get("/"))

    assert {name for name, card in found.items() if "Ward &lt;3&gt;" in card} == {"ending", "cases", "latest"}
    apis.away = {"device-labels"}
    page = await partner.get("/")
    assert (page.status_code, list(cards(page)), "Does not respond" in page.text) == (200, CARDS, False)


async def test_the_balance_of_the_company_is_a_table_with_its_picture(partner: httpx.AsyncClient, apis: Apis) -> None:
    fill(apis)
    balance = cards(await partner.get("/"))["balance"]
    counts = re.findall(r'<td class="number[^"]*" data-name="([^"]+)">(?:<a [^>]*>)?([^<]+)<', balance)
    widths = re.findall(r'<rect class="(\w+)" x="[\d.]+" width="([\d.]+)"', balance)

    assert dict(counts) == {
        "Free": "20",
        "Held": "5",
        "Waits for the device": "15",
        "Delivered": "60",
        "In all": "100",
    }
    assert dict(widths) == {"delivered": "60.0", "waiting": "15.0", "free": "20.0", "held": "5.0"}


async def test_an_empty_company_reads_what_to_do_first_and_no_empty_lists(
    partner: httpx.AsyncClient, apis: Apis
) -> None:
    page = await partner.get("/")
    assert list(cards(page)) == [name for name in CARDS if name not in ("held", "codes", "support")]
    assert "Redeem a key into a project." in page.text


async def test_devices_that_nobody_looked_at_are_not_called_delivered(partner: httpx.AsyncClient, apis: Apis) -> None:
    apis.items, apis.next = {"devices": [device(SERIAL, 2)]}, "more"
    waiting = cards(await partner.get("/"))["waiting"]
    assert ("Every device has fetched" in waiting, "There are more of them" in waiting) == (False, True)


async def test_the_page_says_at_which_entry_it_stands_and_where_it_listens(
    partner: httpx.AsyncClient, apis: Apis
) -> None:
    page = await partner.get("/")
    assert 'data-stand="41" data-stream="/live?"' in page.text
    apis.away = {"entries"}
    assert "data-stream" not in (await partner.get("/")).text


@pytest.mark.parametrize("place", OF_PLACE)
async def test_a_part_that_is_away_says_so_and_the_rest_stands(
    partner: httpx.AsyncClient, apis: Apis, place: str
) -> None:
    fill(apis)
    apis.away = {place}
    page = await partner.get("/")
    silent = {name for name, card in cards(page).items() if "Does not respond" in card}
    assert (page.status_code, list(cards(page)), silent) == (200, CARDS, OF_PLACE[place])


async def test_a_part_that_is_refused_takes_nothing_along(partner: httpx.AsyncClient, apis: Apis) -> None:
    fill(apis)
    apis.refused = {"balances"}
    page = await partner.get("/")
    assert (page.status_code, list(cards(page))) == (200, CARDS)


async def test_with_everything_away_there_is_still_a_page(partner: httpx.AsyncClient, apis: Apis) -> None:
    apis.away = set(OF_PLACE)
    page = await partner.get("/")
    assert (page.status_code, page.text.count("Does not respond")) == (200, len(CARDS))


async def test_staff_reads_its_queues(staff: httpx.AsyncClient, apis: Apis) -> None:
    fill(apis)
    why = {"reason": "Wrong <b>box</b>", "reference": "CASE-1", "proposed_by": "a", "proposed": "2026-11-28T18:15:00Z"}
    apis.items["corrections"] = [{"correction": "k"} | why]
    page = await staff.get("/")

    assert list(cards(page)) == ["corrections", "cases", "latest"]
    assert '<a href="/staff/corrections/k">Wrong &lt;b&gt;box&lt;/b&gt;</a>' in cards(page)["corrections"]


async def test_the_queue_of_corrections_may_be_away_while_the_cases_are_there(
    staff: httpx.AsyncClient, apis: Apis
) -> None:
    fill(apis)
    apis.away = {"corrections"}
    page = await staff.get("/")
    silent = [name for name, card in cards(page).items() if "Does not respond" in card]
    assert (page.status_code, silent, "RMA-2026-000117" in cards(page)["cases"]) == (200, ["corrections"], True)


async def test_no_list_is_longer_than_a_screen(partner: httpx.AsyncClient, apis: Apis) -> None:
    fill(apis)
    apis.items["devices"] = [device(f"00903304{number:04x}", None) for number in range(100)]
    apis.items["rmas"] = [case(f"RMA-2026-{number:06}") for number in range(100)]
    found = cards(await partner.get("/"))
    assert found["waiting"].count('href="/devices/') == SHOWN
    assert found["cases"].count('href="/rmas/') == SHOWN
