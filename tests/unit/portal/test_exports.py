"""A list as a table: all its rows, by its filters and at its time, in what a spreadsheet opens without harm."""

import csv
from pathlib import Path
from typing import Any

import httpx
import pytest

from licensing_client.api import DeviceView, EntryView, ExpirationView, LabelView, ProjectView
from licensing_client.cases_api import SummaryView
from portal.entrypoints.web.bulk.csv_files import MARK
from portal.entrypoints.web.routes import exports
from tests.support.hostile_apis import HostileApis
from tests.support.portal_pages import AnsweringApis, OneSession, pages

PROJECT = "00000000-0000-4000-8000-000000000001"
FILES = ("devices", "projects", "repairs", "expirations", "activity")
FORMULA = '=1+1;"two\nlines"'


class TwoPages:
    """APIs whose lists have two pages of one row."""

    def __init__(self) -> None:
        self.asked = list[httpx.URL]()

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url)
        found: dict[str, Any] = HostileApis().answer(request).json()
        is_first = "cursor" not in request.url.params and "after" not in request.url.params
        row = found["items"][0] | {"sequence": 8 if is_first else 7}
        words = dict.fromkeys(("own_name", "place", "reference"), FORMULA)
        free = next((name for name in ("reference", "code_hint") if name in row), None)
        row |= {"label": words} if "label" in row else {free: FORMULA} if free else {}
        following: Any = {"next": 8, "more": is_first} if "more" in found else {"next": "50" if is_first else None}
        return httpx.Response(200, json=found | {"items": [row]} | following)


async def table(folder: Path, address: str, *, language: str = "en") -> tuple[httpx.Response, TwoPages]:
    apis, session = TwoPages(), OneSession(company_kind="reseller")
    session.language = language
    async with pages(folder, AnsweringApis(apis.answer), session) as portal:
        return await portal.get(address), apis


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(("language", "separator"), [("en", ","), ("de", ";")])
async def test_all_rows_are_in_the_file_and_none_of_its_cells_is_a_formula(
    tmp_path: Path, name: str, language: str, separator: str
) -> None:
    said, apis = await table(tmp_path, f"/exports/{name}.csv", language=language)

    assert said.status_code == 200, said.text
    assert said.headers["content-type"] == "text/csv; charset=utf-8"
    assert said.headers["content-disposition"].startswith(f'attachment; filename="{name}.csv"')
    assert said.text.startswith(MARK)
    head, *rows = csv.reader(said.text.removeprefix(MARK).splitlines(keepends=True), delimiter=separator, strict=True)
    assert (len(rows), {len(row) for row in rows}) == (2, {len(head)})
    assert [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))] == []
    assert ("'" + FORMULA in rows[0]) == (name != "activity")
    assert len(apis.asked) == 2


async def test_a_file_has_the_filters_and_the_time_of_its_list(tmp_path: Path) -> None:
    query = f"project={PROJECT}&license_type=Port11&delivered=false&as_of=38"
    _, apis = await table(tmp_path, f"/exports/devices.csv?{query}")

    asked = dict(apis.asked[0].params)
    assert asked | {"project": PROJECT, "license_type": "Port11", "delivered": "false", "as_of": "38"} == asked


async def test_a_list_that_leads_on_to_itself_ends_and_says_that_there_is_more(tmp_path: Path) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=HostileApis().answer(request).json() | {"next": "50"})

    async with pages(tmp_path, AnsweringApis(answer), OneSession(company_kind="reseller")) as portal:
        said = await portal.get("/exports/devices.csv")
    assert said.text.splitlines()[-1].startswith(exports.CUT_OFF)


@pytest.mark.parametrize("name", FILES)
async def test_what_the_api_refuses_is_a_page_and_no_file(tmp_path: Path, name: str) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(403, json={"code": "no_right", "detail": "You may not.", "rule": "X1"})

    async with pages(tmp_path, AnsweringApis(answer), OneSession(company_kind="reseller")) as portal:
        page = await portal.get(f"/exports/{name}.csv")
    assert (page.status_code, page.headers["content-type"]) == (403, "text/html; charset=utf-8")


@pytest.mark.parametrize(
    ("columns", "row", "made"),
    [
        (exports.OF_DEVICES, DeviceView, exports.LABEL),
        (exports.OF_PROJECTS, ProjectView, (*exports.LABEL, "free", "held")),
        (exports.OF_CASES, SummaryView, ()),
        (exports.OF_EXPIRATIONS, ExpirationView, ()),
        (exports.OF_ENTRIES, EntryView, ("person", "company", "note")),
        (exports.LABEL, LabelView, ()),
    ],
)
def test_each_column_is_a_member_of_its_rows(columns: tuple[str, ...], row: Any, made: tuple[str, ...]) -> None:
    assert set(columns) <= {*row.__annotations__, *made}
    assert {"coverage", "guarantee"}.isdisjoint(columns), "nobody but resellers and staff may know"


@pytest.mark.parametrize(
    ("kind", "actor", "person", "company"),
    [
        ("reseller", "account:a@v", "Sabine Vogt", "Vendor"),
        ("reseller", "account:b@w", "", ""),
        ("end_customer", "company:w", "", ""),
        ("vendor", "account:b@w", "", "Adria"),
        ("vendor", "company:w", "", "Adria"),
        ("vendor", "service:rma", "", ""),
    ],
)
async def test_entries_name_who_acted_as_far_as_their_page_does(
    tmp_path: Path, kind: str, actor: str, person: str, company: str
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        page = HostileApis().answer(request).json()
        return httpx.Response(200, json=page | {"items": [page["items"][0] | {"actor": actor}], "more": False})

    session, names = OneSession(company_kind=kind), {"v": "Vendor", "w": "Adria"}
    async with pages(tmp_path, AnsweringApis(answer), session, names) as portal:
        said = await portal.get("/exports/activity.csv")
        page = await portal.get("/activity")
    (row,) = csv.DictReader(said.text.removeprefix(MARK).splitlines())
    assert (row["actor"], row["person"], row["company"]) == (actor, person, company)
    assert (person or company or "another company") in page.text or actor.startswith("service")
