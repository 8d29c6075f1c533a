"""What a person can do on a page is what the table of the API allows, and what they can't do says why."""

import re
from collections.abc import Callable
from pathlib import Path

import httpx

from contracts.fields import Right
from tests.support.hostile_apis import HostileApis
from tests.support.portal_pages import AnsweringApis, OneSession, pages
from tests.support.portal_rights import drawn, shown, unfit

SEED = 15
PROJECT, SERIAL = "00000000-0000-4000-8000-000000000001", "00903304a1c7"
PROJECT_VIEW = re.compile(r"/v1/projects/[^/?]+(\?|$)")


def answered(rights: tuple[Right, ...]) -> Callable[[httpx.Request], httpx.Response]:
    """APIs by which the visitor has these rights in each project."""
    usual = HostileApis()

    def answer(request: httpx.Request) -> httpx.Response:
        said = usual.answer(request)
        is_project = PROJECT_VIEW.match(request.url.raw_path.decode())
        return httpx.Response(200, json=said.json() | {"rights": rights}) if is_project else said

    return answer


async def test_an_action_is_open_exactly_to_whom_the_api_allows_it(tmp_path: Path) -> None:
    wrong, apis = list[tuple[object, ...]](), AnsweringApis(HostileApis().answer)
    async with pages(tmp_path, apis, OneSession(company_kind="reseller")) as portal:
        for person in drawn(SEED):
            apis.answer = answered(person.rights)
            for path, actions in shown(PROJECT, SERIAL).items():
                page = await portal.get(path)
                wrong += [(path, one, person) for one in unfit(page.text, actions, person)]

    assert wrong == []
