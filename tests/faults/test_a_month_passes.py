"""A month passes for a whole installation: what is owed falls due and is charged, and both boxes go on as they were."""

import secrets
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from dev.demo.story import Story, counted
from dev.stack.cli import Stack
from dev.stack.keys import Keys
from licensing_client.cases_api import CaseView
from simulator import pki
from simulator.cast import PARTNER
from tests.support.handing_in import ALL_BACK, direct, refused
from tests.support.moved_clock import LIBRARIES
from tests.support.running import a_stocked_story

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(900)]
DAYS = 31
NOTHING_ELSE = (("FAKETIME_DONT_FAKE_MONOTONIC", "1"),)
WITHOUT_A_DATE = ("keys", "ledger-projector", "rma-projector", "audio-projector")
"""What asks nobody what day it is; threads of Faust's are slow where libfaketime turns the clock back."""
DUE_SECONDS = 120.0
STOOD_ON_IT = {"Port11": 20, "Channel": 4}


class Aging:
    """A stack whose processes begin a month ago. Its broker lives today, so it takes each of their records."""

    def __init__(self, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._stack = Stack(state, say=lambda _: None, short_lived=True)
        self._monkeypatch = monkeypatch
        self.state = state

    def begin(self) -> None:
        self._monkeypatch.setattr(pki, "_BACKDATE", timedelta(days=DAYS + 1))
        Keys(self.state).prepare()
        self._stack.up(WITHOUT_A_DATE)
        right = time.time
        self._monkeypatch.setattr(time, "time", lambda: right() - DAYS * 24 * 3600)
        for name, value in (("LD_PRELOAD", str(LIBRARIES[0])), ("FAKETIME", f"-{DAYS}d"), *NOTHING_ELSE):
            self._monkeypatch.setenv(name, value)
        self._stack.up()

    def go_on_today(self) -> None:
        """Everything stops, and starts again a month later."""
        self.end()
        self._stack.up()

    def end(self) -> None:
        self._stack.down()
        self._monkeypatch.undo()


@pytest.fixture
def aging(state: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aging]:
    stack = Aging(state / f"aging-{secrets.token_hex(2)}", monkeypatch)
    try:
        stack.begin()
        yield stack
    finally:
        stack.end()


def test_an_owed_box_falls_due_after_30_days_and_is_charged_and_the_customer_keeps_telephony(
    aging: Aging,
) -> None:
    with a_stocked_story(aging.state) as story:
        story.firmware().sync()
        cases, broken = story.cases, story.serial
        cases.clerk.grant_advance_replacement(PARTNER, reference="CONTRACT-7")
        rma, spare = cases.file(broken)["rma"], f"009033{secrets.token_hex(3)}"
        cases.clerk.send_in_advance(
            rma, replacement=spare, reason="the hotel can't wait", carrier="DHL", tracking_number="00340434161094042557"
        )
        sent = _until(story, rma, "replacement_shipped")
        story.serial = spare
        assert counted(story.firmware().sync_to(sent["swap_sequence"] or 0).licenses) == STOOD_ON_IT

        aging.go_on_today()

        overdue = _until(story, rma, "overdue")
        assert (overdue["owed"], overdue["expected"]) == (True, "return_device")
        assert broken in [one["serial"] for one in cases.partner.get_entitlement(PARTNER)["owed"]]
        assert story.firmware().sync() is None, "overdue changes nothing on the spare"
        charged = cases.seen(cases.clerk.charge_debt(rma, invoice="INV-1"))
        assert (charged["state"], charged["owed"]) == ("closed", False)
        assert cases.partner.get_entitlement(PARTNER)["owed"] == []
        told = Counter(one["step"] for one in cases.partner.get_case_history(rma)["items"])
        assert (told["remind"], told["overdue"], told["charge"]) == (2, 1, 1)
        assert story.firmware().sync() is None
        assert counted(story.firmware().give_back().credited) == {"Port11": 20}
        story.serial = broken
        refused(direct(story, story.box().invalidate()), 409, "device_replaced")
        assert story.settled_balance() == ALL_BACK


def _until(story: Story, rma: str, state: str) -> CaseView:
    """The case once the service has brought it there by itself."""
    deadline = time.monotonic() + DUE_SECONDS
    while (case := story.cases.partner.get_case(rma))["state"] != state:
        assert time.monotonic() < deadline, f"{rma} is still {case['state']}"
        time.sleep(0.2)
    return case
