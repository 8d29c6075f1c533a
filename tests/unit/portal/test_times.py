"""Pages as they were, and why their numbers are what they are."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from contracts.events.devices import LicenseFileDelivered
from tests.support.portal_pages import AnsweringApis, OneSession, pages

PROJECT = "11111111-2222-4333-8444-555555555555"
SERIAL = "00903304a1c7"
LOT = {"license_type": "Port11", "license_class": "pbx", "count": 60}
DEVICE = {
    "serial": SERIAL,
    "project": PROJECT,
    "generation": 1,
    "issue": 2,
    "delivered_issue": None,
    "licenses": [LOT],
    "sequence": 38,
    "changed": "2026-11-28T20:15:00Z",
    "delivery": None,
    "blocked": None,
}
SERVICE = {"state": "none", "ends_on": None, "free_credits": 0}


def entry(sequence: int, *moved: tuple[str, int, int]) -> dict[str, Any]:
    movements = [
        {"account": account, "license_type": "Port11", "count": count, "balance": balance}
        for account, count, balance in moved
    ]
    return {
        "sequence": sequence,
        "time": "2026-11-28T20:15:00Z",
        "actor": "account:a@v",
        "event_type": "licensing.ledger.licenses-allocated.v1",
        "subject": f"devices/{SERIAL}",
        "projects": [PROJECT],
        "serials": [SERIAL],
        "correlation_id": "c0ffee",
        "movements": movements,
        "facts": {"note": "<b>bold</b>"},
    }


class Apis:
    """A ledger that stands at entry 41, and at 38 on any day that is asked for."""

    def __init__(self) -> None:
        self.asked = list[httpx.Request]()
        self.next: str | None = "more"
        self.more_devices: str | None = None
        self.allocated: list[dict[str, Any]] | None = [LOT | {"count": 70, "delivered": 40}]
        self.device: dict[str, Any] = DEVICE
        self.device_then: dict[str, Any] = DEVICE
        self.entries = [
            entry(38, (f"project/{PROJECT}", -60, 25), (f"held/{PROJECT}", 5, 5), (f"device/{SERIAL}", 60, 60))
        ]

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        said = request.url.params.get("as_of")
        then: dict[str, int] = {} if said is None else {"as_of": int(said) if said.isdecimal() else 38}
        match request.url.path.removeprefix("/v1/").split("/"):
            case ["entries"]:
                found: Any = {"items": self.entries, "next": 38, "more": False, "as_of": 41}
            case ["projects", _]:
                found = {
                    "project": PROJECT,
                    "project_name": "Klinik am See",
                    "company": "v",
                    "blocked": None,
                    "rights": ["view"],
                }
            case ["projects", _, "balance"]:
                allocated = [LOT | {"count": 60 if then else 75, "delivered": 60}]
                found = {"project": PROJECT, "free": [LOT | {"count": 25}], "held": [LOT | {"count": 5}]} | then
                found["allocated"] = allocated
            case ["projects", _, "devices"]:
                found = {"items": [DEVICE], "next": self.more_devices}
            case ["devices"]:
                found = {"items": [DEVICE | then] if then.get("as_of", 38) >= 38 else [], "next": self.next}
            case ["projects", _, "software-service"]:
                found = SERVICE
            case ["devices", serial] if serial == SERIAL:
                found = (self.device_then if then else self.device) | then
            case ["projects"]:
                opened = {"created": "2026-11-01T08:00:00Z", "archived": None, "blocked": None}
                named = [("Klinik am See", PROJECT, 20), ("Weingut", "w", 39)]
                until = then.get("as_of", 41)
                there = [(name, identity, at) for name, identity, at in named if at <= until]
                balance: dict[str, Any] = {"free": [LOT | {"count": 25}], "held": [LOT | {"count": 5}]} | then
                balance["allocated"] = self.allocated
                beside = {"balances": balance} if request.url.params.get("expand") == "balances" else {}
                items = [opened | {"project_name": a, "project": b, "sequence": c} | beside for a, b, c in there]
                found = {"items": items, "next": self.next}
            case _:
                return httpx.Response(404, json={"code": "test_unknown", "detail": "There is no test."})
        return httpx.Response(200, json=found)

    def query(self, path: str) -> dict[str, str]:
        """What the newest request of a path says besides."""
        return dict(next(one for one in reversed(self.asked) if one.url.path == f"/v1/{path}").url.params)


@pytest.fixture
def apis() -> Apis:
    return Apis()


@pytest.fixture
def partner(tmp_path: Path, apis: Apis) -> httpx.AsyncClient:
    return pages(tmp_path, AnsweringApis(apis.answer), OneSession(company_kind="reseller"))


@pytest.mark.parametrize("path", [f"/projects/{PROJECT}", f"/devices/{SERIAL}"])
async def test_a_page_of_now_listens_and_can_be_turned_back(partner: httpx.AsyncClient, path: str) -> None:
    page = (await partner.get(path)).text
    about = f"project={PROJECT}" if "projects" in path else f"device={SERIAL}"
    assert f'data-stand="41" data-stream="/live?{about}"' in page
    assert "live.js" in page
    assert page.count(f'<form action="{path}">') == 2
    assert "As it was" not in page


@pytest.mark.parametrize("path", [f"/projects/{PROJECT}", f"/devices/{SERIAL}"])
@pytest.mark.parametrize(("as_of", "said"), [("2026-11-24", "24 Nov 2026"), ("38", "As it was at entry 38")])
async def test_a_page_of_the_past_says_so_hears_nothing_and_does_nothing(
    partner: httpx.AsyncClient, path: str, as_of: str, said: str
) -> None:
    page = (await partner.get(f"{path}?as_of={as_of}")).text
    assert said in re.sub(r"<[^>]+>", "", page)
    assert f'<a class="button" href="{path}">Back to now</a>' in page
    assert ("data-stream" in page, "live.js" in page) == (False, False)
    main = page[page.index('<main id="main">') :]
    assert re.findall(r'<form method="post"|class="button first"', main) == []


async def test_a_day_that_is_not_over_can_still_change(partner: httpx.AsyncClient) -> None:
    over, goes_on = [await partner.get(f"/projects/{PROJECT}?as_of=2026-11-{day}") for day in (27, 28)]
    assert ["can still change" in page.text for page in (over, goes_on)] == [False, True]


async def test_a_device_that_was_elsewhere_then_is_said_to_have_been(partner: httpx.AsyncClient) -> None:
    page = await partner.get("/devices/009033000001?as_of=3")
    assert (page.status_code, "in none of your projects then" in page.text) == (404, True)
    assert "Back to now" in page.text


@pytest.mark.parametrize("path", ["/balances?type=<b>", "/e/0", "/activity?cursor=x", f"/projects/{PROJECT}/why"])
async def test_an_address_with_a_typing_error_gets_a_page(partner: httpx.AsyncClient, path: str) -> None:
    page = await partner.get(path)
    assert (page.status_code, "This request is not understood" in page.text) == (422, True)


async def test_all_that_a_page_shows_is_of_the_same_time(partner: httpx.AsyncClient, apis: Apis) -> None:
    await partner.get(f"/projects/{PROJECT}?as_of=2026-11-24")
    assert [apis.query(f"projects/{PROJECT}/{part}")["as_of"] for part in ("balance", "devices")] == ["2026-11-24"] * 2
    assert apis.query("entries")["after"] == "39"
    await partner.get(f"/devices/{SERIAL}?as_of=30")
    assert [apis.query(f"devices/{SERIAL}{part}")["as_of"] for part in ("", "/test-licenses", "/guarantee")] == [
        "30"
    ] * 3
    assert apis.query("entries")["after"] == "31"


async def test_links_of_the_past_stay_in_it(partner: httpx.AsyncClient) -> None:
    page = (await partner.get(f"/projects/{PROJECT}?as_of=38")).text
    assert f"/devices/{SERIAL}?as_of=38" in page
    assert f"/projects/{PROJECT}/why?as_of=38&amp;type=Port11" in page


def text(page: str) -> str:
    return re.sub(r"<[^>]+>", "", page)


def counts(page: httpx.Response) -> list[str]:
    """The numbers of the balance: free, held, waiting, delivered and in all."""
    return re.findall(r'<td class="number[^"]*" data-name="[^"]+">(?:<a [^>]*>)?([^<]+)<', page.text)


def rows(page: httpx.Response) -> list[list[str]]:
    body = page.text[page.text.index("<tbody>") : page.text.index("</tbody>")]
    return [re.findall(r'<td class="number[^"]*"[^>]*>([^<]*)</td>', row) for row in body.split("</tr>")[:-1]]


async def test_the_list_of_projects_shows_those_that_were_open_then(partner: httpx.AsyncClient, apis: Apis) -> None:
    page = (await partner.get("/projects?as_of=2026-11-24&name=in")).text
    assert apis.query("projects").items() >= {"expand": "balances", "as_of": "2026-11-24"}.items()
    assert "25 Port11" in page
    assert ("Klinik am See" in page, "Weingut" in page, "Open the project" in page) == (True, False, False)
    assert f'href="/projects/{PROJECT}?as_of=2026-11-24"' in page
    assert "?name=in&amp;as_of=2026-11-24&amp;cursor=more" in page
    assert "Weingut" in (await partner.get("/projects")).text


async def test_the_list_of_devices_shows_those_that_were_there_then(partner: httpx.AsyncClient, apis: Apis) -> None:
    page = (await partner.get("/devices?license_type=Port11&as_of=2026-11-24")).text
    assert apis.query("devices").items() >= {"license_type": "Port11", "as_of": "2026-11-24"}.items()
    assert f'href="/devices/{SERIAL}?as_of=2026-11-24"' in page
    assert "?license_type=Port11&amp;as_of=2026-11-24&amp;cursor=more" in page
    assert ("Entry 38" in text(page), "Last contact" in page, "live.js" in page) == (True, False, False)


async def test_a_list_of_devices_of_which_none_was_there_yet_goes_on(partner: httpx.AsyncClient, apis: Apis) -> None:
    page = (await partner.get("/devices?as_of=12")).text
    assert ("The next page looks at more" in page, "as_of=12&amp;cursor=more" in page) == (True, True)
    apis.next = None
    assert "No device was there then." in (await partner.get("/devices?as_of=12")).text


async def test_home_shows_what_there_was(partner: httpx.AsyncClient, apis: Apis) -> None:
    apis.next = None
    page = (await partner.get("/?as_of=2026-11-24")).text
    assert (apis.query("projects")["as_of"], apis.query("entries")["after"]) == ("2026-11-24", "39")
    assert ("Klinik am See" in page, "Weingut" in page, "Ends soon" in page) == (True, False, False)
    assert '<a href="/balances?as_of=2026-11-24&amp;type=Port11">25</a>' in page
    assert '<a href="/devices?as_of=2026-11-24&amp;license_type=Port11&amp;delivered=true">40</a>' in page
    apis.next = "more"
    assert "no sum over more projects" in (await partner.get("/?as_of=2026-11-24")).text


async def test_what_a_company_had_of_a_type_is_told_project_by_project(partner: httpx.AsyncClient, apis: Apis) -> None:
    apis.next = None
    page = await partner.get("/balances?type=Port11&as_of=40")
    assert f'href="/projects/{PROJECT}/why?type=Port11&amp;as_of=40">25</a>' in page.text
    assert '<a class="button" href="/balances?type=Port11">Back to now</a>' in page.text
    assert rows(page)[-1] == ["50", "10", "60", "80"]
    waiting = f"/devices?project={PROJECT}&amp;license_type=Port11&amp;as_of=40&amp;delivered=false"
    assert f'href="{waiting}">30</a>' in page.text
    apis.next = "more"
    page = await partner.get("/balances?type=Port11&as_of=40")
    assert ("no sum over more projects" in page.text, len(rows(page))) == (True, 2)


@pytest.mark.parametrize("more_devices", [None, "more"])
async def test_a_project_says_what_stands_on_devices_however_many_it_has(
    partner: httpx.AsyncClient, apis: Apis, more_devices: str | None
) -> None:
    apis.more_devices = more_devices
    now, then = [await partner.get(f"/projects/{PROJECT}{query}") for query in ("", "?as_of=38")]
    assert counts(now) == ["25", "5", "15", "60", "105"]
    assert counts(then) == ["25", "5", "0", "60", "90"]


@pytest.mark.parametrize("path", ["/?", "/balances?type=Port11&"])
async def test_what_stood_on_too_many_devices_is_on_the_page_of_each_project(
    partner: httpx.AsyncClient, apis: Apis, path: str
) -> None:
    apis.next, apis.allocated = None, None
    page = await partner.get(f"{path}as_of=40")
    assert "is on the page of each project" in page.text
    assert page.text.count("…</td>") == (3 if path == "/?" else 6)
    apis.allocated = []
    assert "is on the page of each project" not in (await partner.get(f"{path}as_of=40")).text


async def test_a_number_of_a_project_is_explained_by_its_entries(partner: httpx.AsyncClient, apis: Apis) -> None:
    page = await partner.get(f"/projects/{PROJECT}/why?type=Port11")
    wanted = apis.query("entries")
    assert (wanted["project"], wanted["license_type"], wanted["order"]) == (PROJECT, "Port11", "newest_first")
    assert re.findall(r"<dd>(\d+)</dd>", page.text) == ["25", "5"]
    assert rows(page) == [["\N{MINUS SIGN}60", "25", "+5", "5"]]
    assert ('<a href="/e/38">Licenses allocated</a>' in page.text, "Sabine Vogt" in page.text) == (True, True)


async def test_a_number_of_a_device_is_explained_by_its_entries(partner: httpx.AsyncClient, apis: Apis) -> None:
    page = await partner.get(f"/devices/{SERIAL}/why?type=Port11&as_of=38")
    wanted = apis.query("entries")
    assert (wanted["device"], wanted["after"]) == (SERIAL, "39")
    assert rows(page) == [["+60", "60"]]
    assert f'href="/devices/{SERIAL}/why?type=Port11">Back to now' in page.text


async def test_an_entry_has_a_page_with_what_it_moved_and_says(partner: httpx.AsyncClient, apis: Apis) -> None:
    page = await partner.get("/e/38")
    assert apis.query("entries") == {"after": "37", "limit": "1"}
    assert "&lt;b&gt;bold&lt;/b&gt;" in page.text
    assert rows(page) == [["\N{MINUS SIGN}60", "25"], ["+5", "5"], ["+60", "60"]]
    assert (await partner.get("/e/37")).status_code == 404


async def test_activity_is_the_feed_the_newest_first(partner: httpx.AsyncClient, apis: Apis) -> None:
    await partner.get("/activity?cursor=30")
    assert apis.query("entries") == {"after": "30", "order": "newest_first", "limit": "50"}


async def test_devices_are_narrowed_by_what_a_number_leads_to(partner: httpx.AsyncClient, apis: Apis) -> None:
    query = f"project={PROJECT}&license_type=Port11&delivered=false&blocked=true"
    page = await partner.get(f"/devices?serial=04:a2&{query}")
    assert apis.query("devices").items() >= ({"serial": "00903304a2"} | dict(parse_qsl(query))).items()
    assert re.findall(r'<option value="([^"]+)" selected', page.text) == [PROJECT, "false", "true"]
    assert f"?serial=04%3Aa2&amp;{query.replace('&', '&amp;')}&amp;cursor=more" in page.text
    await partner.get(f"/devices?{query}&as_of=38")
    assert "blocked" not in apis.query("devices")


@pytest.mark.parametrize(
    ("delivered", "then", "said", "state"),
    [
        (None, {}, ["Port11 pbx 0 → then 60"], "Not fetched yet"),
        (1, {"issue": 1, "licenses": [LOT | {"count": 40}]}, ["Port11 pbx 40 → then 60"], "New file waits"),
        (
            1,
            {"issue": 1, "licenses": [LOT | {"license_type": "Port10", "count": 8}]},
            ["Port11 pbx 0 → then 60", "Port10 pbx 8 → then 0"],
            "New file waits",
        ),
        (1, {"issue": 1}, ["Port11 pbx 60"], "New file waits"),
        (1, {"issue": 1, "generation": 0}, ["Port11 pbx 60"], "New file waits"),
        (1, {"issue": 2}, ["Port11 pbx 60"], "New file waits"),
        (2, {"issue": 2}, ["Port11 pbx 60"], "Delivered"),
    ],
    ids=[
        "nothing fetched",
        "fewer",
        "another type",
        "as many",
        "of another generation",
        "another file",
        "newest file fetched",
    ],
)
async def test_a_device_shows_what_it_has_and_what_it_will_have_after_its_next_contact(
    partner: httpx.AsyncClient, apis: Apis, delivered: int | None, then: dict[str, Any], said: list[str], state: str
) -> None:
    apis.entries = [entry(38), entry(37) | {"event_type": LicenseFileDelivered.type}]
    apis.device, apis.device_then = DEVICE | {"delivered_issue": delivered}, DEVICE | then
    page = (await partner.get(f"/devices/{SERIAL}")).text
    table = page[page.index("<tbody>") : page.index("</tbody>")].split("</tr>")[:-1]
    assert [" ".join(re.sub("<[^>]+>", " ", row).split()) for row in table] == said
    assert state in page
    assert ("as_of" in apis.query(f"devices/{SERIAL}")) == (delivered == 1)


async def test_a_device_whose_file_left_long_ago_shows_what_it_will_have(
    partner: httpx.AsyncClient, apis: Apis
) -> None:
    apis.device = DEVICE | {"delivered_issue": 1}
    page = (await partner.get(f"/devices/{SERIAL}")).text
    assert ("New file waits" in page, "Now, then" in page) == (True, False)
