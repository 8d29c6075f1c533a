"""What people may do on pages: the actions of each page, and what the table of the API says of them."""

import random
import re
from collections.abc import Sequence
from typing import NamedTuple, get_args

from contracts.fields import Right
from tests.support.ledger.who_may import COMMANDS
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
}
"""The command behind each action of the pages below; that of a case is in a table of its own."""
MAY_FILE = {who for who, answer in REQUESTER.items() if answer == "yes"}
ACTION = re.compile(r"<(a|button)\b([^>]*)>([^<]+)</\1>")


class Drawn(NamedTuple):
    """Somebody of one of the companies, and the rights in the project."""

    who: str
    rights: tuple[Right, ...]

    def may(self, action: str) -> bool:
        """What the table of the API says."""
        if action == REPORT:
            return any(f"{self.who}+{right}" in MAY_FILE for right in self.rights)
        return any(f"{self.who}+{right}" in COMMANDS[ASKED[action]][1] for right in self.rights)


def drawn(seed: int) -> list[Drawn]:
    """Ten accounts of two companies, the own one and a guest's, with any rights."""
    draw = random.Random(seed)
    return [
        Drawn(COMPANIES[number % 2], tuple(one for one in RIGHTS if one == "view" or draw.random() < 0.5))
        for number in range(10)
    ]


def shown(project: str, serial: str) -> dict[str, Sequence[str]]:
    """The actions of each page."""
    return {
        f"/projects/{project}": (
            "Allocate licenses",
            "Redeem keys",
            "Move licenses",
            "People",
            "Claim codes",
            "Buy months",
            "Upgrade licenses",
        ),
        f"/devices/{serial}": (
            "Allocate licenses",
            "Move the device",
            "Return licenses",
            "Extend the warranty",
            "Report as broken",
            "Download the license file",
        ),
        f"/projects/{project}/claim-codes": ("Make a claim code",),
        f"/projects/{project}/allocations/new": ("See before and after",),
        f"/projects/{project}/transfers/new": ("See before and after",),
    }


def unfit(page: str, actions: Sequence[str], person: Drawn) -> list[str]:
    """Actions that are absent, or not open where they may be, or else without saying why."""
    found = {label.strip(): said for _, said, label in ACTION.findall(page)}
    return [one for one in actions if one not in found or not _fits(page, found[one], is_open=person.may(one))]


def _fits(page: str, said: str, *, is_open: bool) -> bool:
    if is_open:
        return "disabled" not in said
    return "disabled" in said and 'aria-describedby="why-not"' in said and 'id="why-not"' in page
