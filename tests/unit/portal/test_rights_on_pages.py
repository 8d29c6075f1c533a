"""What a person can do on a page is what the table of the API allows, and what they can't do says why."""

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import httpx

from contracts.fields import Right
from tests.support.hostile_apis import HostileApis
from tests.support.ledger.who_may import COMMANDS
from tests.support.portal_pages import AnsweringApis, OneSession, pages
from tests.support.rma.who_may import REQUESTER

RIGHTS: tuple[Right, ...] = get_args(Right)
SEED = 15
PROJECT, SERIAL = "00000000-0000-4000-8000-000000000001", "00903304a1c7"
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
    "Change": "allocate-licenses",  # of a label, which takes the same right and is no command
}
"""The command behind each action of the pages below; that of a case is in a table of its own."""
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
        "Change",
    ),
    f"/devices/{SERIAL}": (
        "Allocate licenses",
        "Move the device",
        "Return licenses",
        "Extend the warranty",
        "Report as broken",
        "Download the license file",
        "Change",
    ),
    f"/projects/{PROJECT}/claim-codes": ("Make a claim code",),
    f"/projects/{PROJECT}/allocations/new": ("See before and after",),
    f"/projects/{PROJECT}/transfers/new": ("See before and after",),
}
ACTION = re.compile(r"<(a|button)\b([^>]*)>([^<]+)</\1>")
PROJECT_VIEW = re.compile(r"/v1/projects/[^/?]+(\?|$)")
COMPANIES = ("member", "guest")


def drawn(seed: int) -> list[tuple[str, tuple[Right, ...]]]:
    """Ten accounts of two companies, the own one and a guest's, with any rights."""
    draw = random.Random(seed)
    return [
        (COMPANIES[number % 2], tuple(one for one in RIGHTS if one == "view" or draw.random() < 0.5))
        for number in range(10)
    ]


def allowed(who: str, rights: tuple[Right, ...], action: str) -> bool:
    """What the table of the API says."""
    if action == "Report as broken":
        return any(f"{who}+{right}" in MAY_FILE for right in rights)
    return any(f"{who}+{right}" in COMMANDS[ASKED[action]][1] for right in rights)


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
        for who, rights in drawn(SEED):
            apis.answer = answered(rights)
            for path, actions in SHOWN.items():
                page = await portal.get(path)
                found = {label.strip(): said for _, said, label in ACTION.findall(page.text)}
                wrong += [
                    (path, one, who, rights) for one in actions if not fits(page.text, found[one], who, rights, one)
                ]

    assert wrong == []


def fits(page: str, said: str, who: str, rights: tuple[Right, ...], action: str) -> bool:
    """Whether the action is open where it may be, and else says why it is not."""
    if allowed(who, rights, action):
        return "disabled" not in said
    return "disabled" in said and 'aria-describedby="why-not"' in said and 'id="why-not"' in page
