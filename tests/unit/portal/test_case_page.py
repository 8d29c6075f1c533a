"""What a case's page says of steps that can't be taken now: it comes from the API, which knows the rules."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.hostile_apis import HostileApis
from tests.support.portal_pages import AnsweringApis, OneSession, pages
from tests.support.portal_rights import actions_on, says_why

RMA, OTHER = "RMA-2026-000117", "RMA-2026-000101"


def refused(step: str, code: str = "bad_transition", **more: Any) -> dict[str, Any]:
    return {
        "step": step,
        "code": code,
        "detail": "The API's own words.",
        "states": [],
        "conditions": [],
        "facts": {},
    } | more


def answered(*refusals: dict[str, Any], steps: tuple[str, ...] = ()) -> Callable[[httpx.Request], httpx.Response]:
    """APIs that have a case in which these steps are possible, and those are refused."""
    usual = HostileApis()

    def answer(request: httpx.Request) -> httpx.Response:
        said = usual.answer(request)
        if request.url.path == f"/v1/rmas/{RMA}":
            return httpx.Response(200, json=said.json() | {"steps": [*steps], "refused_steps": [*refusals]})
        return said

    return answer


async def page_of(folder: Path, *refusals: dict[str, Any], language: str = "en") -> str:
    apis = AnsweringApis(answered(*refusals, steps=("cancel",)))
    async with pages(folder, apis, OneSession(language=language)) as portal:
        page = await portal.get(f"/rmas/{RMA}")
    assert page.status_code == 200
    return page.text


async def test_a_step_that_is_not_possible_is_shown_and_says_at_what_the_case_would_have_to_stand(
    tmp_path: Path,
) -> None:
    page = await page_of(
        tmp_path, refused("ship", states=["repaired", "replaced"]), refused("repair", conditions=["free"])
    )
    actions = actions_on(page)

    assert says_why(page, actions["Send the device"])
    assert "Possible when the case stands at: «Repaired», «Replaced»" in " ".join(page.split())
    assert says_why(page, actions["Record the repair"])
    assert "The requester has to accept a quote first." in page
    assert "disabled" not in actions["Cancel the case"]


async def test_steps_that_wait_for_the_same_are_explained_once(tmp_path: Path) -> None:
    page = await page_of(
        tmp_path, *(refused(one, states=["received"]) for one in ("repair", "unrepairable", "replace"))
    )
    reasons = {
        actions_on(page)[title] for title in ("Record the repair", "Declare it unrepairable", "Replace the device")
    }
    assert len(reasons) == 1


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (refused("send_in_advance", "returns_owed", facts={"cases": f"{OTHER}, {RMA}", "threshold": 2}), OTHER),
        (refused("reopen", "rma_open_for_device", facts={"rma": OTHER}), OTHER),
    ],
)
async def test_a_refusal_that_rests_on_other_cases_leads_to_them(
    tmp_path: Path, refusal: dict[str, Any], said: str
) -> None:
    assert f'<a href="/rmas/{said}">{said}</a>' in await page_of(tmp_path, refusal)


async def test_a_refusal_that_the_page_has_no_words_for_is_said_in_those_of_the_api(tmp_path: Path) -> None:
    assert "The API&#39;s own words." in await page_of(tmp_path, refused("close", "something_new"))


async def test_it_is_said_in_german_too(tmp_path: Path) -> None:
    page = await page_of(tmp_path, refused("accept", "quote_ended"), language="de")
    assert "Das Angebot ist abgelaufen." in page
