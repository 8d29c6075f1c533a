"""What ends: all of it, page by page, by kind and by how many days are left."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.portal_pages import AnsweringApis, OneSession, pages

BOX = "00903304a1c7"
WARRANTY = {
    "kind": "warranty",
    "project": "00000000-0000-4000-8000-000000000001",
    "project_name": "Klinik am See",
    "serial": BOX,
    "code_hint": None,
    "ends_on": "2026-12-01",
    "days_left": 4,
}
CODE = WARRANTY | {"kind": "claim_code", "serial": None, "code_hint": "7QK2", "days_left": 1}


class Ledger:
    """Two rows that end, behind which there are more; the first is of a device with a label."""

    def __init__(self) -> None:
        self.asked = list[httpx.QueryParams]()

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/device-labels":
            label: dict[str, Any] = {"serial": BOX, "own_name": "Boiler room", "place": None, "reference": None}
            return httpx.Response(200, json={"items": [label]})
        if request.url.path == "/v1/projects":
            project = {"project": WARRANTY["project"], "project_name": WARRANTY["project_name"]}
            return httpx.Response(200, json={"items": [project], "next": None})
        self.asked.append(request.url.params)
        return httpx.Response(200, json={"items": [WARRANTY, CODE], "next": "2026-12-01.x.warranty"})


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def session() -> OneSession:
    return OneSession(company_kind="reseller")


@pytest.fixture
async def browser(tmp_path: Path, ledger: Ledger, session: OneSession) -> AsyncIterator[httpx.AsyncClient]:
    async with pages(tmp_path, AnsweringApis(ledger.answer), session) as browser:
        yield browser


async def test_what_ends_leads_to_where_something_can_be_done(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/expirations")
    said = " ".join(re.sub("<[^>]+>", " ", page.text).split())
    assert "Warranty 00 90 33 04 a1 c7 Boiler room Klinik am See 1 Dec 2026 4 days" in said
    assert "Claim code 7QK2 Klinik am See" in said
    assert f'href="/projects/{CODE["project"]}/claim-codes"' in page.text


async def test_kind_and_days_are_asked_for_and_kept_for_the_next_page_and_the_table(
    browser: httpx.AsyncClient, ledger: Ledger
) -> None:
    page = await browser.get("/expirations?kind=warranty&within=30")
    assert ledger.asked[-1].items() >= {"kind": "warranty", "within": "30"}.items()
    assert re.findall(r'<option value="([^"]+)" selected', page.text) == ["warranty", "30"]
    assert "?kind=warranty&amp;within=30&amp;cursor=2026-12-01.x.warranty" in page.text
    project = str(WARRANTY["project"])
    page = await browser.get(f"/expirations?project={project}")
    assert ledger.asked[-1]["project"] == project
    assert re.findall(r'<option value="([^"]+)" selected', page.text) == ["90", project]
    page = await browser.get("/expirations?kind=warranty&within=30")
    assert 'href="/exports/expirations.csv?kind=warranty&amp;within=30"' in page.text


async def test_an_unknown_kind_is_every_kind_and_no_number_of_days_is_a_page(
    browser: httpx.AsyncClient, ledger: Ledger
) -> None:
    await browser.get("/expirations?kind=birthdays")
    assert "kind" not in ledger.asked[-1]
    for days in ("0", "9999999", "soon"):
        page = await browser.get(f"/expirations?within={days}")
        assert (page.status_code, page.headers["content-type"]) == (422, "text/html; charset=utf-8")


async def test_an_end_customer_is_not_asked_about_warranties(browser: httpx.AsyncClient, session: OneSession) -> None:
    assert 'value="warranty"' in (await browser.get("/expirations")).text
    session.company_kind = "end_customer"
    assert 'value="warranty"' not in (await browser.get("/expirations")).text
