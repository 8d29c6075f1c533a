"""To whom one gives rights: a company that is too large for a list has people who are found by their names."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from portal.entrypoints.web.colleagues import MOST_FOUND, PEOPLE_A_PAGE
from tests.support.hostile_apis import HostileApis
from tests.support.portal_pages import AnsweringApis, OneSession, pages

PROJECT = "00000000-0000-4000-8000-000000000001"
PEOPLE = f"/projects/{PROJECT}/people"


class Company:
    """A company with so many members; the first is an administrator, and the last one was erased."""

    def __init__(self, size: int) -> None:
        self.accounts = [f"{number:08x}-0000-4000-8000-000000000009" for number in range(size)]
        self.called = {one: f"Ann {number}" for number, one in enumerate(self.accounts)} | {self.accounts[-1]: ""}

    async def names(self, accounts: list[str]) -> dict[str, str]:
        return {one: self.called[one] for one in accounts if one in self.called}

    async def company_names(self, _companies: list[str]) -> dict[str, str]:
        return {}

    def answer(self, request: httpx.Request) -> httpx.Response:
        said = HostileApis().answer(request)
        if request.url.path.endswith("/grants") or ("/projects/" in request.url.path and "members" in request.url.path):
            return httpx.Response(200, json={"items": [], "next": None})
        if request.url.path.endswith("/members"):
            begin, limit = int(request.url.params.get("cursor", 0)), int(request.url.params["limit"])
            end = min(begin + limit, len(self.accounts))
            items: list[dict[str, Any]] = [
                {
                    "account": one,
                    "administrator": one == self.accounts[0],
                    "sequence": 1,
                    "since": "2026-11-28T20:15:00Z",
                }
                for one in self.accounts[begin:end]
            ]
            return httpx.Response(200, json={"items": items, "next": str(end) if end < len(self.accounts) else None})
        return said


async def offered(folder: Path, company: Company, typed: str = "") -> tuple[str, list[str]]:
    """The page, and the names of those that one may choose, without the guest."""
    apis, session = AnsweringApis(company.answer), OneSession(company_kind="reseller")
    async with pages(folder, apis, session, accounts=company) as portal:
        page = await portal.get(PEOPLE, params={"colleague": typed} if typed else {})
    assert page.status_code == 200
    found = re.search('<select id="account".*?</select>', page.text, re.DOTALL)
    return page.text, re.findall('<option value="[^"]+"[^>]*>([^<]+)</option>', found[0]) if found else []


async def test_colleagues_who_fit_into_a_list_stand_in_it(
    tmp_path: Path,
) -> None:
    page, found = await offered(tmp_path, Company(4))
    assert found == ["Ann 1", "Ann 2"]
    assert "Find a colleague" not in page


async def test_a_colleague_of_a_large_company_is_found_by_part_of_the_name(tmp_path: Path) -> None:
    company = Company(3 * PEOPLE_A_PAGE)
    company.called[company.accounts[-2]] = "Zoë Brandt"
    page, found = await offered(tmp_path, company)
    assert ("Find a colleague" in page, found) == (True, [])

    page, found = await offered(tmp_path, company, "BRAN")
    assert (found, "There are more" in page) == (["Zoë Brandt"], False)


async def test_of_many_namesakes_a_few_are_shown_and_the_page_says_so(tmp_path: Path) -> None:
    page, found = await offered(tmp_path, Company(2 * PEOPLE_A_PAGE), "ann")
    assert (len(found), "There are more. Type more of it." in page) == (MOST_FOUND, True)


@pytest.mark.parametrize("typed", ["Nobody", "<b>"])
async def test_who_finds_nobody_reads_that(tmp_path: Path, typed: str) -> None:
    page, found = await offered(tmp_path, Company(2 * PEOPLE_A_PAGE), typed)
    assert (found, "No plain member of your company is called so." in page, typed in page) == ([], True, typed != "<b>")


async def test_somebody_without_an_account_here_is_found_by_the_beginning_of_the_id(tmp_path: Path) -> None:
    company = Company(2 * PEOPLE_A_PAGE)
    nameless = company.accounts[17]
    del company.called[nameless]
    _, found = await offered(tmp_path, company, nameless[:8])
    assert found == [nameless[:8]]
