"""What people may do on pages: the actions of each page, and what the table of the API says of them."""

import random
import re
from collections.abc import Sequence
from typing import NamedTuple, get_args

from contracts.fields import Right
from tests.support.ledger.who_may import COMMANDS, ENDPOINTS
from tests.support.rma.who_may import REQUESTER

RIGHTS: tuple[Right, ...] = get_args(Right)
COMPANIES = ("member", "guest")
REPORT = "Report as broken"
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
"""The command behind each action of pages; those of a case are in a table of their own."""
OF_A_RETURN = {"See before and after": "return-licenses"}
"""What an action is called on the page of a return, too."""
OF_A_LABEL = {"Change": {"PUT /v1/devices/{serial}/label", "PUT /v1/projects/{project}/label"}}
"""What becomes no command: the routes behind it, which one right opens."""
OF_A_CASE = (REPORT, "File the case", "Send the message", "Attach the file")
MAY_FILE = {who for who, answer in REQUESTER.items() if answer == "yes"}
ACTION = re.compile(r"<(a|button)\b([^>]*)>([^<]+)</\1>")
DESCRIBED = re.compile(r'aria-describedby="([^"]+)"')


class Drawn(NamedTuple):
    """Somebody of one of the companies, and the rights in the project."""

    who: str
    rights: tuple[Right, ...]

    def may(self, action: str, path: str = "") -> bool:
        """What the table of the API says of an action on a page."""
        if action in OF_A_CASE:
            return any(f"{self.who}+{right}" in MAY_FILE for right in self.rights)
        if action in OF_A_LABEL:
            return {ENDPOINTS[route] for route in OF_A_LABEL[action]} <= {*self.rights}
        named = {**ASKED, **OF_A_RETURN} if path.endswith("/return") else ASKED
        return any(f"{self.who}+{right}" in COMMANDS[named[action]][1] for right in self.rights)


def drawn(seed: int) -> list[Drawn]:
    """Ten accounts of two companies, the own one and a guest's, with any rights."""
    draw = random.Random(seed)
    return [
        Drawn(COMPANIES[number % 2], tuple(one for one in RIGHTS if one == "view" or draw.random() < 0.5))
        for number in range(10)
    ]


def shown(project: str, serial: str) -> dict[str, Sequence[str]]:
    """The actions of each page of a project and of a device with licenses on it."""
    return {
        f"/projects/{project}": (
            "Allocate licenses",
            "Redeem keys",
            "Move licenses",
            "People",
            "Claim codes",
            "Buy months",
            "Upgrade licenses",
            "Change",
        ),
        f"/devices/{serial}": (
            "Allocate licenses",
            "Move the device",
            "Return licenses",
            "Extend the warranty",
            REPORT,
            "Download the license file",
            "Change",
        ),
        f"/devices/{serial}/test": ("Put the test on the device",),
        f"/devices/{serial}/move": ("Move the device",),
        f"/devices/{serial}/return": ("See before and after",),
        f"/projects/{project}/claim-codes": ("Make a claim code",),
        f"/projects/{project}/allocations/new": ("See before and after",),
        f"/projects/{project}/transfers/new": ("See before and after",),
    }


def actions_on(page: str) -> dict[str, str]:
    """What a page says of each action, by its name."""
    return {label.strip(): said for _, said, label in ACTION.findall(page)}


def unfit(page: str, path: str, actions: Sequence[str], person: Drawn) -> list[str]:
    """Actions that are absent, or not open where they may be, or else without saying why."""
    found = actions_on(page)
    return [one for one in actions if one not in found or not _fits(page, found[one], person.may(one, path))]


def _fits(page: str, said: str, is_open: bool) -> bool:
    return "disabled" not in said if is_open else says_why(page, said)


def says_why(page: str, said: str) -> bool:
    """Whether an action is not open, and described by what says why."""
    reason = DESCRIBED.search(said)
    return "disabled" in said and reason is not None and f'id="{reason[1]}"' in page
