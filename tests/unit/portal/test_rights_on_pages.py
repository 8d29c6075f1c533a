"""What a person can do on a page is what the table of the API allows, and what they can't do says why."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from contracts.fields import Right
from tests.support.hostile_apis import HostileApis
from tests.support.portal_pages import AnsweringApis, OneSession, pages
from tests.support.portal_rights import OF_A_CASE, RIGHTS, actions_on, drawn, says_why, shown, unfit

SEED = 15
PROJECT, SERIAL = "00000000-0000-4000-8000-000000000001", "00903304a1c7"
EMPTY = "00903304a1c8"
"""A device on which nothing stands."""
OWN, FOREIGN = "v", "another company"
SHOWN = {
    **shown(PROJECT, SERIAL),
    f"/devices/{SERIAL}/warranty": ("Extend the warranty",),
    f"/devices/{EMPTY}/move": ("Release the device",),
    f"/devices/{SERIAL}/take-back": ("Take them back",),
    "/keys": ("See what they hold",),
    "/rmas/new": ("File the case",),
    "/rmas/RMA-1": ("Send the message", "Attach the file"),
    f"/projects/{PROJECT}/people": ("Give these rights",),
    f"/projects/{PROJECT}/service": ("Release held licenses", "Move held licenses"),
    f"/projects/{PROJECT}/claim-codes": ("Make a claim code", "Withdraw"),
}
STOPPED = {"blocked": {"subject": "companies/v", "ask": "Ask.", "sequence": 3}, "archived": "2026-11-28T20:15:00Z"}
NOT_OF_A_BLOCKED_DEVICE = ("Allocate licenses", "Test licenses", "Download the license file")
LOTS = [
    {"license_type": name, "license_class": kind, "count": 3} for name, kind in (("Port11", "pbx"), ("HW", "warranty"))
]


def answered(
    who: str, rights: tuple[Right, ...], *, project: dict[str, Any] | None = None, device: dict[str, Any] | None = None
) -> Callable[[httpx.Request], httpx.Response]:
    """APIs by which the visitor has these rights in each project; `project` and `device` are what these are besides."""
    usual = HostileApis()
    company = OWN if who == "member" else FOREIGN
    is_so = {"rights": rights, "company": company, "blocked": None, "archived": None, **(project or {})}

    def answer(request: httpx.Request) -> httpx.Response:
        said = usual.answer(request)
        match request.url.raw_path.decode().partition("?")[0].removeprefix("/v1/").split("/"):
            case ["projects"]:
                others = [one | is_so | {"project": PROJECT} for one in said.json()["items"]]
                said = httpx.Response(200, json={"items": others, "next": None})
            case ["projects", _]:
                said = httpx.Response(200, json=said.json() | is_so)
            case ["projects", _, "balance"]:
                said = httpx.Response(200, json=said.json() | {"free": LOTS})
            case ["devices", _, "test-licenses"]:
                said = httpx.Response(404, json={"code": "test_unknown", "detail": "There is no test."})
            case ["devices", serial]:
                there = [] if serial == EMPTY else LOTS[:1]
                said = httpx.Response(200, json=said.json() | {"licenses": there, "blocked": None, **(device or {})})
            case _:
                pass
        return said

    return answer


async def actions_of(portal: httpx.AsyncClient, path: str) -> tuple[str, dict[str, str]]:
    """A page, and what is said of each of its actions; of several with one label, of the last."""
    page = await portal.get(path)
    return page.text, actions_on(page.text)


async def test_an_action_is_open_exactly_to_whom_the_api_allows_it(tmp_path: Path) -> None:
    wrong, apis = list[tuple[object, ...]](), AnsweringApis(HostileApis().answer)
    async with pages(tmp_path, apis, OneSession(company_kind="reseller")) as portal:
        for person in drawn(SEED):
            apis.answer = answered(person.who, person.rights)
            for path, actions in SHOWN.items():
                page = await portal.get(path)
                wrong += [(path, one, person) for one in unfit(page.text, path, actions, person)]

    assert wrong == []


@pytest.mark.parametrize("state", STOPPED)
async def test_no_action_is_open_in_a_project_that_is_blocked_or_archived(tmp_path: Path, state: str) -> None:
    apis = AnsweringApis(answered("member", RIGHTS, project={state: STOPPED[state]}))
    where = {path: actions for path, actions in SHOWN.items() if "rmas" not in path and path != "/keys"}
    async with pages(tmp_path, apis, OneSession(company_kind="reseller")) as portal:
        found = {path: await actions_of(portal, path) for path in where}

    ledgers = {path: [one for one in actions if one not in OF_A_CASE] for path, actions in where.items()}
    wrong = [
        (path, one) for path, (page, said) in found.items() for one in ledgers[path] if not says_why(page, said[one])
    ]
    assert wrong == []


async def test_a_blocked_device_gets_nothing_and_may_still_be_moved_and_give_back(tmp_path: Path) -> None:
    apis = AnsweringApis(answered("member", RIGHTS, device={"blocked": STOPPED["blocked"]}))
    async with pages(tmp_path, apis, OneSession(company_kind="reseller")) as portal:
        page, found = await actions_of(portal, f"/devices/{SERIAL}")

    closed = {one for one, said in found.items() if says_why(page, said)}
    assert closed == {*NOT_OF_A_BLOCKED_DEVICE}


async def test_a_device_that_had_its_test_gets_no_second_one(tmp_path: Path) -> None:
    apis = AnsweringApis(HostileApis().answer)
    async with pages(tmp_path, apis, OneSession(company_kind="reseller")) as portal:
        page, found = await actions_of(portal, f"/devices/{SERIAL}/test")
    assert says_why(page, found["Put the test on the device"])
