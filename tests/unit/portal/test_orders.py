"""Orders of lists: from a column's head, or from the row of links above cards, kept in the address with all else."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from portal.entrypoints.web.colleagues import in_order
from portal.entrypoints.web.orders import OLDEST, PROJECTS, QUEUE, RECORDS, listing
from tests.support.hostile_apis import HostileApis
from tests.support.portal_pages import AnsweringApis, OneSession, SomeNames, pages

PROJECT = "00000000-0000-4000-8000-000000000001"
HEADS = re.compile(r'<th scope="col"[^>]*aria-sort="([a-z]+)"[^>]*>(?:<a[^>]*href="([^"]+)"[^>]*>)?([^<]+)')
ORDERS = re.compile(r'<nav class="orders as-cards".*?</nav>', re.DOTALL)

LISTS = [
    ("/projects", "reseller", "/v1/projects", "name", {"newest_first", "oldest_first"}),
    ("/devices", "reseller", "/v1/devices", "serial", {"newest_first"}),
    (f"/projects/{PROJECT}", "reseller", f"/v1/projects/{PROJECT}/devices", "serial", {"newest_first"}),
    (
        f"/projects/{PROJECT}/keys",
        "reseller",
        f"/v1/projects/{PROJECT}/activation-keys",
        "newest_first",
        {"oldest_first"},
    ),
    (
        f"/projects/{PROJECT}/claim-codes",
        "reseller",
        f"/v1/projects/{PROJECT}/claim-codes",
        "newest_first",
        {"oldest_first"},
    ),
    ("/rmas", "reseller", "/v1/rmas", "oldest_first", {"newest_first"}),
    ("/cases", "reseller", "/v1/support-cases", "-changed", {"-opened", "opened"}),
    ("/staff/companies", "vendor", "/v1/companies", "newest_first", {"oldest_first"}),
    ("/staff/keys", "vendor", "/v1/activation-keys", "newest_first", {"oldest_first"}),
    ("/staff/deliveries", "vendor", "/v1/delivered-devices", "serial", {"-delivered_on"}),
    ("/staff/blocks", "vendor", "/v1/blocks", "newest_first", {"oldest_first"}),
    ("/staff/corrections", "vendor", "/v1/corrections", "oldest_first", {"newest_first"}),
    ("/staff/corrections?state=applied", "vendor", "/v1/corrections", "newest_first", {"oldest_first"}),
    ("/staff/records", "vendor", "/v1/replacements", "newest_first", {"oldest_first"}),
    ("/staff/records?show=downloads", "vendor", "/v1/staff-downloads", "newest_first", {"oldest_first"}),
    ("/staff/records?show=limits", "vendor", "/v1/return-limit-releases", "newest_first", {"oldest_first"}),
    ("/staff/records?show=certificates", "vendor", "/v1/spent-certificates", "newest_first", {"oldest_first"}),
    ("/staff/old-licenses", "vendor", "/v1/legacy-keys", "newest_first", {"oldest_first"}),
]


class Asked:
    """APIs with one row of everything and more behind it, which remember the orders that they are asked for."""

    def __init__(self) -> None:
        self.orders: list[tuple[str, str | None]] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.orders.append((request.url.path, request.url.params.get("order")))
        said = HostileApis().answer(request)
        if said.headers["content-type"].startswith("application/json") and "next" in (found := said.json()):
            return httpx.Response(200, json=found | {"next": "more"})
        return said

    def of(self, path: str) -> list[str | None]:
        return [order for asked, order in self.orders if asked == path]


def test_what_an_address_says_stays_with_the_order_and_the_first_order_is_not_said() -> None:
    first = listing(PROJECTS, "", {"name": "a b", "kind": ""}, as_of="12")
    other = listing(PROJECTS, "newest_first", {"name": "a b"}, as_of="12")
    assert (first.query, other.query) == ("name=a+b&as_of=12", "name=a+b&as_of=12&order=newest_first")
    assert other.said == {"name": "a b", "order": "newest_first"}


def test_an_unknown_order_is_the_first() -> None:
    assert listing(QUEUE, "by_colour").order == OLDEST


def test_a_head_leads_to_its_order_and_from_there_to_the_other_one() -> None:
    by_name = listing(PROJECTS, "")
    assert (by_name.address("made"), by_name.address("name")) == ("?order=newest_first", None)
    assert (by_name.direction_of("name"), by_name.direction_of("made")) == ("ascending", None)
    newest = listing(PROJECTS, "newest_first")
    assert (newest.address("made"), newest.address("name")) == ("?order=oldest_first", "")
    assert newest.direction_of("made") == "descending"
    assert listing(RECORDS, "oldest_first").address("made") == ""


@pytest.mark.parametrize(
    ("path", "kind", "api", "first", "others"), LISTS, ids=lambda one: one if isinstance(one, str) else ""
)
async def test_a_list_is_asked_for_in_the_order_of_its_address_and_leads_to_the_others(
    tmp_path: Path, path: str, kind: str, api: str, first: str, others: set[str]
) -> None:
    apis, join = Asked(), "&" if "?" in path else "?"
    async with pages(tmp_path, AnsweringApis(apis.answer), OneSession(company_kind=kind)) as browser:
        page = await browser.get(path)
        assert (page.status_code, apis.of(api)[-1]) == (200, first)
        for order in others:
            shown = await browser.get(f"{path}{join}order={order}")
            assert (shown.status_code, apis.of(api)[-1]) == (200, order)
            assert re.search(rf'href="[^"]*order={order}&amp;cursor=more" rel="next"', shown.text)
            assert re.search(rf'href="[^"]*order={order}" aria-current="true"', ORDERS.findall(shown.text)[0])
    links = ORDERS.findall(page.text)
    assert len(links) == 1
    assert {one for one in others if f"order={one}" in links[0]} == others
    ((direction, _, _),) = HEADS.findall(page.text)
    assert direction == ("ascending" if first in ("name", "serial", "oldest_first") else "descending")


async def test_a_filter_and_a_time_stay_when_the_order_changes_and_the_order_when_the_filter_does(
    tmp_path: Path,
) -> None:
    async with pages(tmp_path, AnsweringApis(Asked().answer), OneSession(company_kind="reseller")) as browser:
        cases = (await browser.get("/rmas?show=all&find=04a1&order=newest_first")).text
        then = (await browser.get("/projects?as_of=2026-11-24&order=oldest_first")).text
    assert '<input type="hidden" name="order" value="newest_first">' in cases
    assert 'href="/rmas?show=all&amp;find=04a1"' in cases
    assert 'href="/exports/repairs.csv?show=all&amp;find=04a1&amp;order=newest_first"' in cases
    assert 'href="/projects?as_of=2026-11-24&amp;order=newest_first"' in then
    assert 'href="/projects?order=oldest_first">Back to now' in then


@pytest.mark.parametrize(
    ("path", "api", "order"),
    [
        ("/devices?delivered=false&order=newest_first", "/v1/devices", "serial"),
        ("/devices?as_of=12&order=newest_first", "/v1/devices", "serial"),
        ("/projects?name=ho&order=oldest_first", "/v1/projects", "name"),
    ],
)
async def test_where_only_one_order_is_to_be_had_none_is_offered(
    tmp_path: Path, path: str, api: str, order: str
) -> None:
    apis = Asked()
    async with pages(tmp_path, AnsweringApis(apis.answer), OneSession(company_kind="reseller")) as browser:
        page = await browser.get(path)
    assert (page.status_code, order in apis.of(api)) == (200, True)
    assert (HEADS.findall(page.text), ORDERS.findall(page.text)) == ([], [])


async def test_companies_are_listed_by_the_names_that_the_portal_knows(tmp_path: Path) -> None:
    names = SomeNames({f"{n:08x}-0000-4000-8000-000000000009": f"Firm {99 - n}" for n in range(21)})
    async with pages(
        tmp_path, AnsweringApis(Asked().answer), OneSession(company_kind="vendor"), accounts=names
    ) as staff:
        first = await staff.get("/staff/companies?order=name")
        following = re.search(r'href="([^"]+)" rel="next"', first.text)
        assert following is not None
        rest = await staff.get(following[1].replace("&amp;", "&"))
    assert "Companies without a name are left out of this order." in first.text
    assert following[1] == "/staff/companies?order=name&amp;cursor=00000001-0000-4000-8000-000000000009"
    assert (rest.status_code, 'rel="next"' in rest.text) == (200, False)


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("name", ["ada", "bob", "cem", "none"]),
        ("role", ["bob", "ada", "cem", "none"]),
        ("newest_first", ["none", "ada", "bob", "cem"]),
        ("oldest_first", ["cem", "ada", "bob", "none"]),
    ],
)
def test_people_are_sorted_and_by_name_where_an_order_leaves_them_side_by_side(order: str, found: list[str]) -> None:
    names = {"ada": "Ada", "bob": "bob", "cem": "Cem"}
    members: list[Any] = [
        {"account": "none", "administrator": False, "since": "2026-11-04T10:00:00Z"},
        {"account": "cem", "administrator": False, "since": "2026-11-01T10:00:00Z"},
        {"account": "bob", "administrator": True, "since": "2026-11-02T10:00:00Z"},
        {"account": "ada", "administrator": False, "since": "2026-11-02T10:00:00Z"},
    ]
    assert [one["account"] for one in in_order(members, names, order)] == found
