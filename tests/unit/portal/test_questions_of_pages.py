"""How often a page asks the APIs: a bounded number of times, whatever the number of its rows."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.hostile_apis import HostileApis
from tests.support.portal_pages import AnsweringApis, OneSession, pages

MOST = 10
"""Questions of one page: Home has ten cards and lists."""
ROWS = 20
PROJECT, SERIAL = "00000000-0000-4000-8000-000000000001", "00903304a1c7"
OF_PARTNERS = (
    "/",
    "/?as_of=38",
    "/projects",
    "/projects?as_of=38",
    f"/projects/{PROJECT}",
    f"/projects/{PROJECT}?as_of=38",
    f"/projects/{PROJECT}/people",
    f"/projects/{PROJECT}/claim-codes",
    f"/projects/{PROJECT}/keys",
    f"/projects/{PROJECT}/old-licenses",
    f"/projects/{PROJECT}/service",
    f"/projects/{PROJECT}/upgrades",
    f"/projects/{PROJECT}/transfers/new",
    f"/projects/{PROJECT}/allocations/new",
    f"/projects/{PROJECT}/why?type=Port11",
    "/devices",
    "/devices?as_of=38",
    f"/devices/{SERIAL}",
    f"/devices/{SERIAL}?as_of=38",
    f"/devices/{SERIAL}/move",
    f"/devices/{SERIAL}/test",
    "/balances?type=Port11",
    "/balances?type=Port11&as_of=38",
    "/keys",
    "/bulk/allocate",
    "/rmas",
    "/rmas/new",
    "/rmas/RMA-1",
    "/cases",
    "/audio",
    "/people",
    "/activity",
    "/expirations",
    "/search?q=04a1c7",
)
OF_STAFF = (
    "/",
    "/staff/corrections",
    "/staff/keys",
    "/staff/companies",
    f"/staff/companies/{PROJECT}",
    "/staff/blocks",
    "/staff/deliveries",
    "/staff/catalog",
    "/staff/old-licenses",
    "/staff/records",
    "/staff/accesses",
    "/staff/accesses?area=repairs",
    f"/staff/devices/{SERIAL}",
)
UNIQUE = ("project", "company", "account", "rma", "key_digest", "code_digest", "correction", "number", "id")
"""What tells the rows of a list from each other, as `serial` and `sequence` do."""


class CountingApis:
    """APIs whose lists have so many rows, and how often they were asked."""

    def __init__(self, rows: int) -> None:
        self.rows, self.asked = rows, list[str]()

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        said = HostileApis().answer(request)
        if "application/json" not in said.headers.get("content-type", ""):
            return said
        found = said.json()
        if isinstance(found, dict) and isinstance(found.get("items"), list):
            found |= {"items": [self._row(found["items"][0], number) for number in range(self.rows)], "next": None}
        return httpx.Response(said.status_code, json=found)

    def _row(self, first: Any, number: int) -> Any:
        row = json.loads(json.dumps(first))
        names = {name: f"{number:08x}-0000-4000-8000-000000000001" for name in UNIQUE if isinstance(row.get(name), str)}
        row |= names | ({"serial": f"0090330000{number:02x}"} if row.get("serial") else {})
        return row | ({"sequence": number + 1} if row.get("sequence") else {})


async def questions(folder: Path, paths: Sequence[str], kind: str, rows: int) -> dict[str, list[str]]:
    """What each page with so many rows asks; the descriptions of the APIs are made before, so that no part waits."""
    HostileApis().answer(httpx.Request("GET", "http://127.0.0.1/v1/me"))
    found = dict[str, list[str]]()
    apis = CountingApis(rows)
    async with pages(folder, AnsweringApis(apis.answer), OneSession(company_kind=kind)) as portal:
        for path in paths:
            apis.asked = found[path] = []
            page = await portal.get(path)
            assert page.status_code == 200, path
    return found


@pytest.mark.parametrize(("kind", "paths"), [("reseller", OF_PARTNERS), ("vendor", OF_STAFF)])
async def test_a_page_asks_as_often_for_many_rows_as_for_one(tmp_path: Path, kind: str, paths: tuple[str, ...]) -> None:
    few, many = [await questions(tmp_path, paths, kind, rows) for rows in (1, ROWS)]

    assert {path: many[path] for path in paths if len(many[path]) > len(few[path])} == {}
    assert {path: asked for path, asked in few.items() if len(asked) > MOST} == {}


@pytest.mark.parametrize(
    ("kind", "path"),
    [("reseller", "/people"), ("reseller", f"/projects/{PROJECT}/people"), ("vendor", f"/staff/companies/{PROJECT}")],
)
async def test_people_of_a_long_list_are_on_pages(tmp_path: Path, kind: str, path: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        said = HostileApis().answer(request)
        if request.url.path.endswith("/members"):
            limit = int(request.url.params["limit"])
            begin = int(request.url.params.get("cursor", 0))
            (one,) = said.json()["items"]
            rows = [one | {"account": f"{number:08x}-0000-4000-8000-000000000009"} for number in range(60)]
            following = str(begin + limit) if begin + limit < len(rows) else None
            return httpx.Response(200, json={"items": rows[begin : begin + limit], "next": following})
        return said

    async with pages(tmp_path, AnsweringApis(answer), OneSession(company_kind=kind)) as portal:
        first, second = await portal.get(path), await portal.get(f"{path}?cursor=50")
    assert f'href="{path}?cursor=50" rel="next"' in first.text
    assert (second.status_code, 'rel="next"' in second.text) == (200, False)
    assert first.text.count("<tr>") - second.text.count("<tr>") == 40
