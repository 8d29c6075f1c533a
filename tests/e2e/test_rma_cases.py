"""Cases from the broken box to the one that works, with the firmware of both: rule F5, rules section 6 and rule T9."""

import secrets
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from dev.demo.story import Story, counted, wanted
from licensing_client.cases_api import CaseView
from simulator.cast import PARTNER
from simulator.device import Answer, Firmware
from simulator.partner import Refused
from tests.support.campaign import LONG
from tests.support.handing_in import ALL_BACK, FREE, direct, forged, refused

RACES = 20 if LONG else 10
STOOD_ON_IT = {"Port11": 20, "Channel": 4}


def a_spare() -> str:
    return f"009033{secrets.token_hex(3)}"


def counted_rows(licenses: Iterable[Any]) -> dict[str, int]:
    return {line["license_type"]: line["count"] for line in licenses}


def test_a_repair_keeps_all_on_the_device(story: Story) -> None:
    case = story.cases.file(story.serial)
    etag = (story.box().folder / "etag").read_text()

    ended = story.cases.repair(case)

    assert (ended["state"], ended["replacement"], ended["swap_sequence"]) == ("closed", None, None)
    assert story.firmware().ask("GET", "license-file", headers={"If-None-Match": etag}).status == 304
    assert story.settled_balance() == FREE
    assert counted(story.firmware().give_back().credited) == {"Port11": 20}


def test_t9_after_the_swap_of_a_case_a_return_of_the_broken_device_finds_nothing(story: Story) -> None:
    cases, broken = story.cases, story.serial
    document, another = story.box().invalidate(), forged(story.box(), Port11=20)
    case = cases.file(broken)
    cases.received(case)

    swapped = cases.replaced(case, a_spare())

    for late in (document, another):
        refused(direct(story, late), 409, "device_replaced")
    assert (swapped["state"], swapped["swapped"]) == ("replaced", True)
    story.serial, story.sequence = swapped["replacement"] or "", swapped["swap_sequence"] or 0
    there = story.partner.get_device(story.serial, at_least=story.sequence)
    assert counted_rows(there["licenses"]) == STOOD_ON_IT
    file = story.firmware().sync_to(story.sequence)
    assert (file.generation, counted(file.licenses)) == (1, STOOD_ON_IT)
    assert cases.sent_back(case)["state"] == "closed"
    told = next(one for one in cases.partner.get_case_history(case["rma"])["items"] if one["step"] == "swapped")
    assert told["facts"]["swap_sequence"] == story.sequence

    assert counted(story.firmware().give_back().credited) == {"Port11": 20}
    assert story.settled_balance() == ALL_BACK


def test_t9_after_a_return_the_swap_of_a_case_moves_only_what_the_return_left(story: Story) -> None:
    cases, broken = story.cases, story.serial
    case = cases.file(broken)
    cases.received(case)
    document = story.box().invalidate()
    receipt = direct(story, document)
    assert receipt.status == 200

    swapped = cases.replaced(case, a_spare())

    assert direct(story, document) == receipt, "the stored receipt"
    story.serial = swapped["replacement"] or ""
    assert counted(story.firmware().sync_to(swapped["swap_sequence"] or 0).licenses) == {"Channel": 4}
    assert story.firmware().give_back().credited == ()
    assert story.settled_balance() == ALL_BACK
    assert cases.sent_back(case)["state"] == "closed"


def test_t9_a_return_and_a_swap_under_way_together_end_in_one_of_two_ways(story: Story) -> None:
    """The return begins two swaps' time before the order, then later and later, at last as long after it."""
    alone, *waiting = [a_stocked_case(story, a_spare()) for _ in range(1 + RACES)]
    began = time.monotonic()
    story.cases.replaced(alone, a_spare())
    took_seconds = time.monotonic() - began

    def race(case: CaseView, late_seconds: float) -> Answer:
        """The device returns what it has so much later than the clerk orders the swap; earlier, if it is negative."""
        firmware, spare = Firmware(story.box(case["serial"]), story.sync_address), a_spare()
        document = firmware.box.invalidate()

        def swap() -> CaseView:
            time.sleep(max(0.0, -late_seconds))
            return story.cases.replaced(case, spare)

        def give_back() -> Answer:
            time.sleep(max(0.0, late_seconds))
            return firmware.ask("PUT", "return", body=document)

        with ThreadPoolExecutor() as pool:
            swapping, returning = pool.submit(swap), pool.submit(give_back)
            answer, swapped = returning.result(), swapping.result()
        there = story.partner.get_device(spare, at_least=swapped["swap_sequence"] or 0)["licenses"]
        again = firmware.ask("PUT", "return", body=document)
        assert (again.status, again.code) == (answer.status, answer.code)
        if answer.status == 200:
            assert (answer.body, counted_rows(there)) == (again.body, {})
        else:
            assert (answer.status, answer.code, counted_rows(there)) == (409, "device_replaced", {"Port11": 1})
        return answer

    answers = [race(case, took_seconds * (4 * number / RACES - 2)) for number, case in enumerate(waiting)]

    returned = sum(answer.status == 200 for answer in answers)
    assert 0 < returned < RACES, "both happened first"
    assert story.settled_balance() == {"Port11": 30 - 1 - RACES + returned, "Voicemail11": 2}
    story.a_replay_gives_the_same_balances()


def a_stocked_case(story: Story, serial: str) -> CaseView:
    """Of another device in the story's project, with one port, which has arrived and may be replaced."""
    story.partner.add_device(story.project, serial=serial)
    story.partner.allocate_licenses(story.project, serial=serial, licenses=wanted({"Port11": 1}), confirm_final=True)
    case = story.cases.file(serial)
    story.cases.received(case)
    return case


def test_a_device_sent_in_advance_works_while_the_broken_one_is_owed(story: Story) -> None:
    cases, broken = story.cases, story.serial
    cases.clerk.grant_advance_replacement(PARTNER, reference="CONTRACT-7")
    case = cases.file(broken)

    swapped = cases.sent_in_advance(case, a_spare())

    refused(direct(story, story.box().invalidate()), 409, "device_replaced")
    assert (swapped["state"], swapped["owed"]) == ("replacement_shipped", True)
    assert broken in [one["serial"] for one in cases.partner.get_entitlement(PARTNER)["owed"]]
    with pytest.raises(Refused, match="wrong_device"):
        cases.clerk.receive_device(case["rma"], serial=swapped["replacement"] or "")
    settled = cases.seen(cases.clerk.receive_device(case["rma"], serial=broken))
    assert (settled["state"], settled["owed"]) == ("closed", False)
    assert broken not in [one["serial"] for one in cases.partner.get_entitlement(PARTNER)["owed"]]
    story.serial = swapped["replacement"] or ""
    assert counted(story.firmware().sync_to(swapped["swap_sequence"] or 0).licenses) == STOOD_ON_IT
    assert story.settled_balance() == FREE
