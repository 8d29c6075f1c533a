"""Who looked at what: the page, its table, and the words for all that is recorded."""

import csv
import io
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

import ledger.entrypoints.api.app as licenses
import rma.entrypoints.api.app as repairs
from ledger.entrypoints.api.http import accesses as of_licenses
from portal.entrypoints.web import access_words
from portal.entrypoints.web.bulk.csv_files import MARK
from rma.entrypoints.api.http import accesses as of_repairs
from runtime.web.accesses import Recording
from tests.support.portal_pages import AnsweringApis, OneSession, pages

COMPANY, PROJECT, SERIAL = (
    "3f1c8e0a-52d7-4b7e-9c55-0d2a6a1b7e42",
    "6f1d3c52-8a0e-4a55-9b1e-0d2c7f3b9a10",
    "00903304a1c7",
)
READ = {
    "number": 7,
    "time": "2026-11-28T20:15:00Z",
    "account": "a",
    "operation": "find_devices",
    "asked": {"serial": "04a1", "license_type": "Port11"},
    "company": COMPANY,
    "project": PROJECT,
    "device": None,
    "case": None,
    "request_id": "4bf92f3577b34da6a3ce929d0e0e4736",
}
ABOUT_A_DEVICE = READ | {"operation": "get_device", "asked": {"serial": SERIAL}, "device": SERIAL}


class Log:
    """APIs with these accesses, and what they were asked for."""

    def __init__(self, *rows: Any) -> None:
        self.rows, self.asked = rows, list[tuple[str, dict[str, str]]]()

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append((request.url.path, dict(request.url.params)))
        if len(request.url.params.get("company", COMPANY)) != len(COMPANY):
            problem = {"code": "request_invalid", "status": 422, "title": "Request invalid", "detail": "company: no"}
            return httpx.Response(422, json=problem)
        return httpx.Response(200, json={"items": self.rows, "next": "bmV4dA"})


async def shown(folder: Path, log: Log, path: str, kind: str = "vendor") -> httpx.Response:
    names = {COMPANY: "Nordfunk", "x": "Nord AG", "y": "Nord GmbH"}
    async with pages(folder, AnsweringApis(log.answer), OneSession(company_kind=kind), names) as portal:
        return await portal.get(path)


@pytest.mark.parametrize(
    ("words", "app", "recording"),
    [
        (access_words.LICENSES, licenses.application(), of_licenses.RECORDING),
        (access_words.REPAIRS, repairs.application(), of_repairs.RECORDING),
    ],
)
def test_every_read_that_an_api_records_has_its_words_and_no_other_has(
    words: dict[str, str], app: FastAPI, recording: Recording
) -> None:
    reads = {one["get"]["operationId"] for one in app.openapi()["paths"].values() if "get" in one}
    assert words.keys() == {name for name in reads if recording.takes("GET", name)}


async def test_a_row_says_who_read_what_and_leads_to_all_that_it_was_about(tmp_path: Path) -> None:
    said = (await shown(tmp_path, Log(READ, ABOUT_A_DEVICE), "/staff/accesses")).text

    for part in ("Devices, by a search", "Sabine Vogt", "Nordfunk", "04a1", "Port11"):
        assert part in said
    for address in (f"/staff/companies/{COMPANY}", f"/projects/{PROJECT}", f"/staff/devices/{SERIAL}"):
        assert f'href="{address}"' in said
    assert 'href="/staff/accesses?area=licenses&amp;by=account&amp;value=a"' in said
    assert 'href="/staff/accesses?area=licenses&amp;cursor=bmV4dA" rel="next"' in said
    assert said.count(SERIAL) == 1


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("", {}),
        ("by=device&value=04:a1&area=repairs", {"device": "04:a1"}),
        ("by=company&value=nordfunk", {"company": COMPANY}),
        (f"by=company&value={COMPANY}", {"company": COMPANY}),
        ("by=nothing&value=x&since=soon", {}),
        (
            "since=2026-11-01&until=2026-11-02",
            {"since": "2026-11-01T00:00:00+01:00", "until": "2026-11-03T00:00:00+01:00"},
        ),
    ],
)
async def test_what_the_address_says_is_asked_for(tmp_path: Path, query: str, asked: dict[str, str]) -> None:
    log = Log(READ)
    await shown(tmp_path, log, f"/staff/accesses?{query}")
    assert log.asked == [("/v1/accesses", asked | {"limit": "50"})]


async def test_a_name_of_several_companies_is_refused_in_place(tmp_path: Path) -> None:
    page = await shown(tmp_path, Log(), "/staff/accesses?by=company&value=nord")
    assert (page.status_code, "request_invalid" in page.text) == (200, True)


async def test_all_rows_are_a_table_and_only_staff_has_it(tmp_path: Path) -> None:
    log = Log(READ)
    table = await shown(tmp_path, log, f"/exports/accesses.csv?by=project&value={PROJECT}")
    (row, *_) = csv.DictReader(io.StringIO(table.text.removeprefix(MARK)))

    assert (row["person"], row["company_name"], row["operation"]) == ("Sabine Vogt", "Nordfunk", "find_devices")
    assert row["asked"] == "serial 04a1; license_type Port11"
    assert log.asked[0][1]["project"] == PROJECT
    for path in ("/staff/accesses", "/exports/accesses.csv"):
        assert (await shown(tmp_path, Log(READ), path, "reseller")).status_code == 404
