"""Cases from the broken box to the one that works, with the firmware of both: rule F5, rules section 6 and rule T9."""

import secrets

import pytest

from dev.demo.story import Story, counted
from simulator.cast import PARTNER
from simulator.partner import Refused
from tests.support.handing_in import ALL_BACK, FREE, direct, forged, refused

STOOD_ON_IT = {"Port11": 20, "Channel": 4}


def a_spare() -> str:
    return f"009033{secrets.token_hex(3)}"


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
    assert {line["license_type"]: line["count"] for line in there["licenses"]} == STOOD_ON_IT
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
