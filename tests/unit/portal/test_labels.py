"""Labels and notes on pages: what was typed is never lost, and nobody writes over what he has not seen."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from tests.support.hostile_apis import HostileApis
from tests.support.portal_pages import NOW, AnsweringApis, OneSession, pages, send
from tests.support.portal_rights import actions_on, says_why

PROJECT, SERIAL = "00000000-0000-4000-8000-000000000001", "00903304a1c7"
LABEL = f"/devices/{SERIAL}/label"
NOTE = {"note": "Borrowed until spring.", "target": PROJECT, "count-Port11": "1"}
CHANGED = {"code": "label_changed", "detail": "Somebody has written there.", "rule": "X12"}
UNSEEN = {"code": "request_invalid", "detail": "note: it can't be seen.", "rule": "style 15"}


class Apis:
    """Answers as described, gives each label the next version, and refuses writes as a test says."""

    def __init__(self) -> None:
        self.refusal: httpx.Response | None = None
        self.written: list[httpx.Request] = []
        self._usual, self._version = HostileApis(), 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.method in ("PUT", "DELETE"):
            self.written.append(request)
            if self.refusal is not None:
                return self.refusal
        said = self._usual.answer(request)
        if request.url.path.endswith("/label"):
            self._version += 1
            said.headers["ETag"] = f'"v{self._version}"'
        if re.fullmatch("/v1/projects/[^/]+", request.url.path):
            return httpx.Response(200, json=said.json() | {"rights": ["view", "licenses"], "archived": None})
        return said


@pytest.fixture
def apis() -> Apis:
    return Apis()


@pytest.fixture
async def portal(apis: Apis, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with pages(tmp_path, AnsweringApis(apis.answer)) as browser:
        yield browser


def version_of(page: httpx.Response) -> str:
    return str(re.findall('name="version" value="([^"]*)"', page.text)[0])


async def test_a_form_writes_over_what_it_has_shown_and_goes_back(portal: httpx.AsyncClient, apis: Apis) -> None:
    version = version_of(await portal.get(LABEL))

    done = await send(portal, LABEL, own_name="East", place=" ", version=version)

    assert (done.status_code, done.headers["Location"]) == (303, f"/devices/{SERIAL}")
    (written,) = apis.written
    assert (written.method, written.headers["If-Match"]) == ("PUT", f'"{version}"')
    assert written.read() == b'{"own_name":"East","place":null,"reference":null}'


async def test_what_somebody_else_wrote_is_shown_beside_what_was_typed(portal: httpx.AsyncClient, apis: Apis) -> None:
    apis.refusal = httpx.Response(412, json=CHANGED)
    page = await send(portal, LABEL, own_name="East <b>", version="v0")

    assert page.status_code == 412
    assert "Somebody else has changed it meanwhile" in page.text
    assert 'name="own_name" value="East &lt;b&gt;"' in page.text
    assert version_of(page) != "v0"


async def test_a_text_that_is_refused_stays_in_the_form(portal: httpx.AsyncClient, apis: Apis) -> None:
    apis.refusal = httpx.Response(422, json=UNSEEN)
    page = await send(portal, f"/projects/{PROJECT}/notes/3", note="Spring", version="v0")

    assert (page.status_code, "it can&#39;t be seen" in page.text) == (422, True)
    assert 'name="note" value="Spring"' in page.text


async def test_erasing_asks_for_no_version(portal: httpx.AsyncClient, apis: Apis) -> None:
    done = await send(portal, f"/projects/{PROJECT}/label", own_name="East", version="v0", erase="yes")

    assert done.status_code == 303
    assert [(one.method, "If-Match" in one.headers) for one in apis.written] == [("DELETE", False)]


async def test_a_note_that_is_refused_does_not_hide_that_the_licenses_have_moved(
    portal: httpx.AsyncClient, apis: Apis
) -> None:
    receipts = []
    for apis.refusal in (None, httpx.Response(422, json=UNSEEN)):
        receipts.append(await send(portal, f"/projects/{PROJECT}/transfers", **NOTE))

    assert [one.status_code for one in receipts] == [200, 200]
    assert all("Moved as entry 3" in one.text and NOTE["note"] in one.text for one in receipts)
    assert ["The note was not kept" in one.text for one in receipts] == [False, True]
    assert f'href="/projects/{PROJECT}/notes/3"' in receipts[1].text


@pytest.mark.parametrize(
    ("company", "administrator", "staff", "may"),
    [("v", True, False, True), ("v", False, False, False), ("w", True, False, False), ("w", False, True, True)],
)
async def test_all_words_of_a_project_are_erased_by_its_administrators_and_staff(
    tmp_path: Path, company: str, *, administrator: bool, staff: bool, may: bool
) -> None:
    usual = Apis()

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/me":
            mine = {"company": company, "kind": "reseller", "default_project": PROJECT, "administrator": administrator}
            return httpx.Response(200, json={"staff": staff, "companies": [mine]})
        said = usual.answer(request)
        is_project = request.url.path == f"/v1/projects/{PROJECT}"
        return httpx.Response(200, json=said.json() | {"company": company}) if is_project else said

    async with pages(
        tmp_path, AnsweringApis(answer), OneSession(company_kind="vendor" if staff else "reseller")
    ) as own:
        page = await own.get(f"/projects/{PROJECT}/labels")
    erase = actions_on(page.text)["Erase all words"]
    assert "disabled" not in erase if may else says_why(page.text, erase)


async def test_all_words_of_a_project_go_by_one_request_which_says_how_many_there_were(
    portal: httpx.AsyncClient, apis: Apis
) -> None:
    done = await send(portal, f"/projects/{PROJECT}/labels", request="f" * 16)
    assert done.status_code == 303
    assert [(one.method, one.url.path) for one in apis.written] == [("DELETE", f"/v1/projects/{PROJECT}/labels")]
    assert "3 labels and notes were erased." in (await portal.get(f"/projects/{PROJECT}/labels?erased=3")).text

    apis.refusal = httpx.Response(403, json={"code": "no_right", "detail": "Not yours.", "rule": "X12"})
    page = await send(portal, f"/projects/{PROJECT}/labels", request="f" * 16)
    assert (page.status_code, "Not yours." in page.text) == (403, True)


async def test_erasing_all_words_asks_for_the_password_again(tmp_path: Path, apis: Apis) -> None:
    later = NOW + timedelta(hours=1)
    async with pages(tmp_path, AnsweringApis(apis.answer), clock=lambda: later) as browser:
        page = await send(browser, f"/projects/{PROJECT}/labels", request="f" * 16)
    assert ("confirming_password" in page.text, apis.written) == (True, [])
