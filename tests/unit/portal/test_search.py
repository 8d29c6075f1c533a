"""The search at the head of every page: what it asks, groups and offers, and what it keeps out of addresses."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import httpx
import pytest

from contracts.codes.activation_key import digest, make, normalise
from contracts.codes.code_hint import hint_of
from licensing_client.cases_api import SummaryView
from portal.application.accounts import Session
from tests.support.portal_pages import AnsweringApis, OneSession, pages

SERIAL = "00903304a1c7"
KEY = make(b"s" * 32, "c")
DIGEST = digest(normalise(KEY))
COMPANIES = {"m": "Sonnhalde GmbH"}
CASE: SummaryView = {
    "rma": "RMA-2026-000117",
    "serial": SERIAL,
    "project": "p",
    "company": "c",
    "reference": "Rezeption",
    "state": "authorised",
    "answer": "accepted",
    "expected": "send_device",
    "filed": "2026-11-20T09:00:00Z",
    "since": "2026-11-20T09:00:00Z",
    "overdue_on": None,
    "owed": False,
    "sequence": 3,
    "filed_sequence": 3,
}


def hit(kind: str, identity: str, label: str, **more: str | None) -> dict[str, Any]:
    return {"company": "c", "project": "p", "project_name": "Klinik am See", "subject": "", **more} | {
        "kind": kind,
        "id": identity,
        "label": label,
    }


class Apis:
    """The ledger and the cases as a test fills them, and what they were asked for."""

    def __init__(self) -> None:
        self.empty()

    def empty(self) -> None:
        self.hits: list[dict[str, Any]] = []
        self.more: list[str] = []
        self.cases: list[SummaryView] = []
        self.away: set[str] = set()
        self.asked: list[str] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        place = request.url.path.rpartition("/")[2]
        self.asked.append(unquote_plus(f"{place}?{request.url.query.decode()}"))
        if place in self.away:
            raise httpx.ConnectError("nobody answers")
        if place == "search":
            return httpx.Response(200, json={"items": self.hits, "more": self.more})
        return httpx.Response(200, json={"items": self.cases if place == "rmas" else [], "next": None})


@pytest.fixture(scope="module")
def built() -> Apis:
    return Apis()


@pytest.fixture
def apis(built: Apis) -> Apis:
    """Empty again; the pages before it are built once."""
    built.empty()
    return built


@pytest.fixture(scope="module")
def staff(tmp_path_factory: pytest.TempPathFactory, built: Apis) -> httpx.AsyncClient:
    return pages(tmp_path_factory.mktemp("staff"), AnsweringApis(built.answer), companies=COMPANIES)


@pytest.fixture(scope="module")
def partner(tmp_path_factory: pytest.TempPathFactory, built: Apis) -> httpx.AsyncClient:
    reseller = OneSession(company_kind="reseller")
    return pages(tmp_path_factory.mktemp("partner"), AnsweringApis(built.answer), reseller, COMPANIES)


def groups(page: httpx.Response) -> list[str]:
    return re.findall(r'<h2 id="found-(\w+)"', page.text)


def links(page: httpx.Response) -> list[str]:
    found = re.search(r'<main id="main">(.*)</main>', page.text, re.DOTALL)
    assert found is not None
    return re.findall(r'<a [^>]*?href="([^"]+)"', found[1])


async def test_what_is_found_is_grouped_by_kind_and_led_to(partner: httpx.AsyncClient, apis: Apis) -> None:
    apis.hits = [
        hit("device", SERIAL, SERIAL),
        hit("project", "p", "Klinik 04a1"),
        hit("activation_key", DIGEST, hint_of(DIGEST)),
    ]
    apis.cases = [CASE]
    page = await partner.get("/search", params={"q": "04a1"})

    assert groups(page) == ["device", "project", "activation_key", "case"]
    assert links(page) == [f"/devices/{SERIAL}", "/projects/p", "/projects/p", "/rmas/RMA-2026-000117"]
    assert "Klinik am See" in page.text
    assert 'name="q" type="search" value="04a1"' in page.text


async def test_staff_is_led_to_its_own_pages_and_to_what_an_entry_is_about(
    staff: httpx.AsyncClient, apis: Apis
) -> None:
    nowhere: dict[str, str | None] = {"company": None, "project": None, "project_name": None}
    apis.hits = [
        hit("activation_key", DIGEST, "PO-2026-1174"),
        hit("delivered_device", SERIAL, SERIAL, **nowhere),
        hit("entry", "41", "CASE-2026", subject=f"activation-keys/{DIGEST}", **nowhere),
        hit("entry", "42", "CASE-2026", subject="set-aside/d", **nowhere),
    ]
    page = await staff.get("/search", params={"q": "sonnhalde"})

    assert groups(page) == ["activation_key_order", "delivered_device", "entry", "company"]
    assert links(page) == [
        f"/staff/keys/{DIGEST}",
        f"/staff/devices/{SERIAL}",
        f"/staff/keys/{DIGEST}",
        "/staff/companies/m",
    ]


async def test_names_of_companies_are_nothing_to_partners(partner: httpx.AsyncClient, apis: Apis) -> None:
    page = await partner.get("/search", params={"q": "sonnhalde"})
    assert ("Sonnhalde GmbH" in page.text, len(apis.asked)) == (False, 2)
    assert "Nothing fits." in page.text


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("rma-2026-000117", {"rmas?limit=10&rma=RMA-2026-000117"}),
        ("00:90:33:04", {"rmas?limit=10&serial=00:90:33:04", "rmas?limit=10&reference=00:90:33:04"}),
        ("Klinik  am See", {"rmas?limit=10&reference=Klinik am See"}),
        ("04", {"rmas?limit=10&reference=04"}),
        ("Klinik\x00\u200bam", {"rmas?limit=10&reference=Klinik am"}),
    ],
)
async def test_cases_are_asked_for_what_the_text_can_be(
    partner: httpx.AsyncClient, apis: Apis, typed: str, asked: set[str]
) -> None:
    await partner.get("/search", params={"q": typed})
    assert {one for one in apis.asked if one.startswith("rmas")} == asked


@pytest.mark.parametrize(
    ("typed", "hits"),
    [
        ("a1c7", [hit("device", SERIAL, SERIAL)]),
        ("00-90-33-04-A1-C7", [hit("device", SERIAL, SERIAL), hit("project", "p", "Box 00903304a1c7")]),
    ],
)
async def test_what_alone_is_meant_offers_itself_first(
    partner: httpx.AsyncClient, apis: Apis, typed: str, hits: list[dict[str, Any]]
) -> None:
    apis.hits = hits
    page = await partner.get("/search", params={"q": typed})
    assert f'<a class="button first" href="/devices/{SERIAL}" autofocus>' in page.text


async def test_a_device_is_meant_beside_the_cases_about_it(partner: httpx.AsyncClient, apis: Apis) -> None:
    case = hit("support_case", "CAS-104211", "No dial tone")
    apis.hits, apis.cases = [hit("device", SERIAL, SERIAL), case], [CASE]
    page = await partner.get("/search", params={"q": "a1c7"})
    assert f'<a class="button first" href="/devices/{SERIAL}" autofocus>' in page.text
    for others in ([case], [hit("device", SERIAL, SERIAL), hit("device", "00903304a1d7", "00903304a1d7"), case]):
        apis.hits = others
        assert "autofocus" not in (await partner.get("/search", params={"q": "a1"})).text


async def test_of_several_none_is_offered_first_and_it_says_that_there_are_more(
    partner: httpx.AsyncClient, apis: Apis
) -> None:
    apis.hits = [hit("project", "p", "Klinik am See"), hit("project", "q", "Klinik am Berg")]
    apis.more = ["project"]
    page = await partner.get("/search", params={"q": "klinik"})
    assert ("autofocus" in page.text, "There are more." in page.text) == (False, True)


async def test_a_whole_key_goes_on_by_its_hint_and_is_told_to_nobody(partner: httpx.AsyncClient, apis: Apis) -> None:
    page = await partner.get("/search", params={"q": f" {KEY.lower()} "})
    assert (page.status_code, page.headers["location"]) == (303, f"/search?q={hint_of(DIGEST)}")
    assert apis.asked == []


@pytest.mark.parametrize("typed", ["", "   "])
async def test_nothing_typed_says_what_one_may_type(partner: httpx.AsyncClient, apis: Apis, typed: str) -> None:
    page = await partner.get("/search", params={"q": typed})
    assert (page.status_code, "What one may type" in page.text, apis.asked) == (200, True, [])


async def test_too_long_a_text_is_asked_of_nobody(partner: httpx.AsyncClient, apis: Apis) -> None:
    page = await partner.get("/search", params={"q": "x" * 81})
    assert (page.status_code, "at most 80 characters" in page.text, apis.asked) == (200, True, [])


@pytest.mark.parametrize(
    ("away", "said", "found"),
    [
        ({"search"}, "Devices, projects and keys could not be searched.", ["case"]),
        ({"rmas"}, "Repairs could not be searched.", ["device"]),
        ({"search", "rmas"}, "Repairs could not be searched.", []),
    ],
)
async def test_who_does_not_answer_is_named_and_the_rest_stands(
    partner: httpx.AsyncClient, apis: Apis, away: set[str], said: str, found: list[str]
) -> None:
    apis.hits, apis.cases, apis.away = [hit("device", SERIAL, SERIAL)], [CASE], away
    page = await partner.get("/search", params={"q": "a1c7"})
    assert (page.status_code, groups(page), "Nothing fits." in page.text) == (200, found, False)
    assert said in page.text


async def test_what_was_typed_and_what_was_found_is_no_markup(partner: httpx.AsyncClient, apis: Apis) -> None:
    apis.hits = [hit("project", "p", "<script>alert(1)</script>")]
    page = await partner.get("/search", params={"q": '"><script>'})
    assert "<script>alert" not in page.text
    assert '"><script>' not in page.text


class Nobody(OneSession):
    async def find(self, _cookie: str, _now: datetime) -> Session | None:
        return None


async def test_a_search_that_was_sent_to_a_colleague_waits_behind_signing_in(tmp_path: Path, apis: Apis) -> None:
    stranger = pages(tmp_path, AnsweringApis(apis.answer), Nobody())
    page = await stranger.get("/search?q=00:90%2004+a1")
    sign_in = await stranger.get(page.headers["location"])
    assert 'name="next" value="/search?q=00:90%2004+a1"' in sign_in.text
