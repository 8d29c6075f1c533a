"""What a person can do on a page is what the table of the API allows, and what they can't do says why."""

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest

from contracts.fields import Right
from tests.support.hostile_apis import HostileApis
from tests.support.ledger.who_may import COMMANDS
from tests.support.portal_pages import AnsweringApis, OneSession, pages
from tests.support.rma.who_may import REQUESTER

RIGHTS: tuple[Right, ...] = get_args(Right)
SEED = 15
PROJECT, SERIAL = "00000000-0000-4000-8000-000000000001", "00903304a1c7"
EMPTY = "00903304a1c8"
"""A device on which nothing stands."""
OWN, FOREIGN = "v", "another company"
ASKED = {
    "Allocate licenses": "allocate-licenses",
    "Redeem keys": "redeem-activation-key",
    "Move licenses": "move-licenses",
    "People": "grant-rights",
    "Claim codes": "create-claim-code",
    "Make a claim code": "create-claim-code",
    "Buy months": "buy-software-service",
    "Upgrade licenses": "upgrade-licenses",
    "Buy 12 months": "buy-software-service",
    "Release held licenses": "release-held-licenses",
    "Move the device": "move-device",
    "Return licenses": "return-licenses",
    "Test licenses": "issue-test-licenses",
    "Extend the warranty": "extend-warranty",
    "Download the license file": "record-license-file-delivery",
    "See before and after": "allocate-licenses",
    "Put the test on the device": "issue-test-licenses",
    "Release the device": "release-device",
    "Take them back": "deallocate-licenses",
    "See what they hold": "redeem-activation-key",
    "Withdraw": "withdraw-claim-code",
    "Move held licenses": "move-licenses",
    "Give these rights": "grant-rights",
}
"""The command behind each action of the pages below; those of a case are in a table of their own."""
OF_A_RETURN = {"See before and after": "return-licenses"}
"""What an action is called on the page of a return, too."""
OF_A_CASE = ("Report as broken", "File the case", "Send the message", "Attach the file")
MAY_FILE = {who for who, answer in REQUESTER.items() if answer == "yes"}
SHOWN = {
    f"/projects/{PROJECT}": (
        "Allocate licenses",
        "Redeem keys",
        "Move licenses",
        "People",
        "Claim codes",
        "Buy months",
        "Upgrade licenses",
    ),
    f"/devices/{SERIAL}": (
        "Allocate licenses",
        "Move the device",
        "Return licenses",
        "Extend the warranty",
        "Report as broken",
        "Download the license file",
    ),
    f"/devices/{SERIAL}/test": ("Put the test on the device",),
    f"/devices/{SERIAL}/warranty": ("Extend the warranty",),
    f"/devices/{SERIAL}/move": ("Move the device",),
    f"/devices/{EMPTY}/move": ("Release the device",),
    f"/devices/{SERIAL}/return": ("See before and after",),
    f"/devices/{SERIAL}/take-back": ("Take them back",),
    "/keys": ("See what they hold",),
    "/rmas/new": ("File the case",),
    "/rmas/RMA-1": ("Send the message", "Attach the file"),
    f"/projects/{PROJECT}/people": ("Give these rights",),
    f"/projects/{PROJECT}/service": ("Release held licenses", "Move held licenses"),
    f"/projects/{PROJECT}/claim-codes": ("Make a claim code", "Withdraw"),
    f"/projects/{PROJECT}/allocations/new": ("See before and after",),
    f"/projects/{PROJECT}/transfers/new": ("See before and after",),
}
STOPPED = {"blocked": {"subject": "companies/v", "ask": "Ask.", "sequence": 3}, "archived": "2026-11-28T20:15:00Z"}
NOT_OF_A_BLOCKED_DEVICE = ("Allocate licenses", "Test licenses", "Download the license file")
ACTION = re.compile(r"<(a|button)\b([^>]*)>([^<]+)</\1>")
DESCRIBED = re.compile(r'aria-describedby="([^"]+)"')
LOTS = [
    {"license_type": name, "license_class": kind, "count": 3} for name, kind in (("Port11", "pbx"), ("HW", "warranty"))
]
COMPANIES = ("member", "guest")


def drawn(seed: int) -> list[tuple[str, tuple[Right, ...]]]:
    """Ten accounts of two companies, the own one and a guest's, with any rights."""
    draw = random.Random(seed)
    return [
        (COMPANIES[number % 2], tuple(one for one in RIGHTS if one == "view" or draw.random() < 0.5))
        for number in range(10)
    ]


def allowed(path: str, who: str, rights: tuple[Right, ...], action: str) -> bool:
    """What the table of the API says."""
    if action in OF_A_CASE:
        return any(f"{who}+{right}" in MAY_FILE for right in rights)
    named = {**ASKED, **OF_A_RETURN} if path.endswith("/return") else ASKED
    return any(f"{who}+{right}" in COMMANDS[named[action]][1] for right in rights)


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
    return page.text, {label.strip(): said for _, said, label in ACTION.findall(page.text)}


async def test_an_action_is_open_exactly_to_whom_the_api_allows_it(tmp_path: Path) -> None:
    wrong, apis = list[tuple[object, ...]](), AnsweringApis(HostileApis().answer)
    async with pages(tmp_path, apis, OneSession(company_kind="reseller")) as portal:
        for who, rights in drawn(SEED):
            apis.answer = answered(who, rights)
            for path, actions in SHOWN.items():
                page, found = await actions_of(portal, path)
                wrong += [
                    (path, one, who, rights)
                    for one in actions
                    if not (is_open(found[one]) if allowed(path, who, rights, one) else says_why(page, found[one]))
                ]

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


def is_open(said: str) -> bool:
    return "disabled" not in said


def says_why(page: str, said: str) -> bool:
    """Whether the action is not open, and named by what says why."""
    reason = DESCRIBED.search(said)
    return "disabled" in said and reason is not None and f'id="{reason[1]}"' in page
