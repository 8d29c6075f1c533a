"""Linked corrections: lines are added and removed without JavaScript, looked at together, and proposed as one."""

import html
import json
import re
from typing import Any, NamedTuple

import httpx
import pytest

from portal.entrypoints.web.forms import FORM_TOKEN
from portal.entrypoints.web.linked_lines import LEAST_LINES, MOST_LINES, TypedLine, changed
from tests.support.portal_pages import AnsweringApis, OneSession, pages

A, B, C = (f"{number}f1c8e0a-52d7-4b7e-9c55-0d2a6a1b7e42" for number in (1, 2, 3))
NAMES = {A: "Klinik", B: "Hotel", C: "Hotel"}
LINES = {
    "source": ["klinik", ""],
    "target": ["", f"project/{B}"],
    "license_type": ["port11", "Port11"],
    "count": ["5", "5"],
}
WHY = {"reason": "The wrong company redeemed it", "reference": "CASE-151"}


class Ledger:
    """Three projects, of which two have one name; and what was proposed."""

    def __init__(self) -> None:
        self.proposed: list[dict[str, Any]] = []
        self.refused: dict[str, Any] | None = None

    def answer(self, request: httpx.Request) -> httpx.Response:
        def project(identity: str) -> dict[str, Any]:
            return {"project": identity, "project_name": NAMES[identity], "company": f"company-{identity[0]}"}

        match request.url.path.split("/")[2:]:
            case ["license-types"]:
                return listed([{"license_type": "Port11", "license_class": "pbx", "version": 11}])
            case ["projects"]:
                part = request.url.params["project_name"].lower()
                return listed([project(one) for one, name in NAMES.items() if part in name.lower()])
            case ["projects", identity]:
                return httpx.Response(200, json=project(identity))
            case ["projects", identity, "balance"]:
                free = [{"license_type": "Port11", "license_class": "pbx", "count": 4 if identity == B else 30}]
                return httpx.Response(200, json={"free": free})
            case ["linked-corrections"]:
                self.proposed.append(json.loads(request.content))
                return httpx.Response(409, json=self.refused) if self.refused else httpx.Response(201, json=DONE)
            case _:
                return httpx.Response(404, json={"code": "device_unknown", "detail": "There is no such device."})


DONE = {"sequence": 7, "correction": "c"}


def listed(items: list[dict[str, Any]]) -> httpx.Response:
    return httpx.Response(200, json={"items": items, "next": None})


class Portal(NamedTuple):
    browser: httpx.AsyncClient
    ledger: Ledger
    sessions: OneSession

    async def send(self, path: str, fields: dict[str, Any]) -> httpx.Response:
        page = await self.browser.get("/staff/corrections/linked")
        token = re.search(f'name="{FORM_TOKEN}" value="([0-9a-f]+)"', page.text)
        assert token is not None
        return await self.browser.post(f"/staff/corrections/linked{path}", data={FORM_TOKEN: token[1], **fields})


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Portal:
    ledger, sessions = Ledger(), OneSession()
    companies = {"company-1": "Nordlicht", "company-2": "Adria"}
    browser = pages(tmp_path_factory.mktemp("pages"), AnsweringApis(ledger.answer), sessions, companies)
    return Portal(browser, ledger, sessions)


@pytest.fixture
def portal(built: Portal) -> Portal:
    built.ledger.proposed.clear()
    built.ledger.refused = None
    built.sessions.reached.clear()
    return built


def said(page: httpx.Response) -> str:
    """What the page says, without its markup."""
    return html.unescape(" ".join(re.sub("<[^>]+>", " ", page.text).split()))


def sources(page: httpx.Response) -> list[str]:
    return re.findall(r'name="source" value="([^"]*)"', page.text)


def test_lines_are_added_and_removed_within_what_the_ledger_takes() -> None:
    lines = [TypedLine(source=name) for name in "abc"]
    assert [one.source for one in changed(lines, "remove-1")] == ["a", "c"]
    assert [one.source for one in changed(lines, "add")] == ["a", "b", "c", ""]
    assert len(changed([], "")) == LEAST_LINES
    assert len(changed(lines * 7, "add")) == MOST_LINES


async def test_the_buttons_keep_what_was_typed(portal: Portal) -> None:
    added = await portal.send("/lines", {**LINES, **WHY, "do": "add"})
    assert sources(added) == ["klinik", "", ""]
    assert WHY["reason"] in added.text
    removed = await portal.send("/lines", {**LINES, "do": "remove-0"})
    assert sources(removed) == ["", ""]
    assert len(re.findall('value="remove-[01]" formnovalidate disabled', removed.text)) == 2


async def test_all_lines_are_seen_before_and_after(portal: Portal) -> None:
    page = await portal.send("/lines", {**LINES, **WHY, "do": "preview"})
    assert page.status_code == 200
    assert "Klinik → to ended" in said(page)
    assert "Port11 5 30 → then 25" in said(page)
    assert "made anew → to Hotel" in said(page)
    assert "Port11 5 4 → then 9" in said(page)
    assert ("Nordlicht" in page.text, "Adria" in page.text) == (True, True)
    assert portal.ledger.proposed == []


async def test_they_are_proposed_as_one(portal: Portal) -> None:
    done = await portal.send("", {**LINES, **WHY, "request": "f" * 16})
    licenses = [{"license_type": "Port11", "count": 5}]
    assert (done.status_code, done.headers["location"]) == (303, "/staff/corrections/c")
    assert portal.ledger.proposed == [
        {
            **WHY,
            "lines": [
                {"source": f"project/{A}", "target": "retired", "licenses": licenses},
                {"source": "issuance", "target": f"project/{B}", "licenses": licenses},
            ],
        }
    ]
    assert portal.sessions.reached == [7]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (("", "", "Port11", "1"), "Name at least one side."),
        (("nowhere", "", "Port11", "1"), "There is no device or project «nowhere»."),
        (("hotel", "", "Port11", "1"), f"More than one project is called so. Copy the one that you mean. project/{B}"),
        (("klinik", "", "Ports", "1"), "There is no license type «Ports»."),
        (("klinik", "", "Port11", "0"), "«0» is no number of licenses up to 9999."),
    ],
)
async def test_a_wrong_line_says_why_and_keeps_what_was_typed(
    portal: Portal, line: tuple[str, str, str, str], why: str
) -> None:
    fields = {name: [right[0], one] for (name, right), one in zip(LINES.items(), line, strict=True)}
    for path, button in (("/lines", "preview"), ("", "")):
        page = await portal.send(path, {**fields, **WHY, "do": button})
        assert (page.status_code, sources(page)) == (422, ["klinik", line[0]])
        assert f"Line 2 {why}" in said(page)
    assert portal.ledger.proposed == []


async def test_one_line_alone_is_a_correction_of_its_own(portal: Portal) -> None:
    page = await portal.send("/lines", {name: [said[0], ""] for name, said in LINES.items()} | {"do": "preview"})
    assert (page.status_code, "One alone is a correction of its own." in page.text) == (422, True)


async def test_a_refusal_stands_at_the_line_that_it_names(portal: Portal) -> None:
    portal.ledger.refused = {"code": "not_same_company", "detail": "Two companies.", "rule": "X5", "line": 2}
    page = await portal.send("", {**LINES, **WHY, "request": "f" * 16})
    assert page.status_code == 409
    assert "Two companies. not_same_company · Rule X5" in said(page)
    assert "Line 2 Two companies." in said(page)
    assert sources(page) == ["klinik", ""]


async def test_to_others_there_is_no_such_page(portal: Portal) -> None:
    portal.sessions.company_kind = "reseller"
    page = await portal.browser.get("/staff/corrections/linked")
    portal.sessions.company_kind = "vendor"
    assert page.status_code == 404
