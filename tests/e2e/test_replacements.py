"""A broken device is swapped for another one, through every process: rules section 6, and rule T9."""

import secrets
from typing import Any

import pytest

from dev.demo.story import Story, counted
from simulator.cast import STRANGER, STRANGERS_ACCOUNT
from simulator.partner import Refused
from tests.support.handing_in import ALL_BACK, FREE, HandIn, forged, refused, spent_and_seen


def swap(story: Story, rma: str = "") -> dict[str, Any]:
    """Staff puts a spare device in the place of the story's."""
    body = {
        "replacement": f"009033{secrets.token_hex(3)}",
        "rma": rma or f"RMA-{secrets.token_hex(6).upper()}",
        "reason": "It does not start.",
    }
    answer: dict[str, Any] = story.clerk.post(f"/v1/devices/{story.serial}/replacements", body)
    return answer


def test_the_replacement_fetches_all_licenses_and_the_broken_device_gets_nothing_any_more(story: Story) -> None:
    broken, box = story.serial, story.box()
    done = swap(story)
    story.serial = done["replacement"]
    file = story.firmware().sync_to(done["sequence"])
    assert counted(file.licenses) == {"Port11": 20, "Channel": 4}
    assert (file.generation, file.issue) == (1, 1)
    assert story.settled_balance() == FREE

    story.serial = broken
    for _ in range(2):
        answer = story.firmware().ask("GET", "license-file")
        assert (answer.status, answer.code) == (409, "device_replaced")
    assert spent_and_seen(story, broken) == [1]
    assert box.license_file_path.exists()


def test_who_may_see_the_project_is_told_where_the_licenses_went(story: Story) -> None:
    done = swap(story)
    with pytest.raises(Refused, match="device_replaced"):
        story.partner.get(f"/v1/devices/{story.serial}", at_least=done["sequence"])
    with pytest.raises(Refused, match="device_replaced"):
        story.partner.get(f"/v1/devices/{story.serial}/license-file")
    (listed,) = [row for row in story.partner.everything(story.partner.list_replacements) if row["rma"] == done["rma"]]
    assert (listed["serial"], listed["replacement"]) == (story.serial, done["replacement"])
    stranger = story.acting_for(STRANGERS_ACCOUNT, STRANGER)
    try:
        with pytest.raises(Refused, match="device_unknown"):
            stranger.get(f"/v1/devices/{story.serial}")
        assert done["rma"] not in {row["rma"] for row in stranger.everything(stranger.list_replacements)}
    finally:
        stranger.close()


def test_t9_after_a_return_the_swap_moves_only_what_the_return_left(story: Story, hand_in: HandIn) -> None:
    document = story.box().invalidate()
    assert hand_in(story, document).status == 200
    broken, done = story.serial, swap(story)
    story.serial = done["replacement"]
    assert counted(story.firmware().sync_to(done["sequence"]).licenses) == {"Channel": 4}
    story.serial = broken
    assert hand_in(story, document).status == 200, "the stored receipt"
    assert story.settled_balance() == ALL_BACK


def test_t9_after_the_swap_a_return_finds_nothing(story: Story, hand_in: HandIn) -> None:
    done = swap(story)
    refused(hand_in(story, story.box().invalidate()), 409, "device_replaced")
    refused(hand_in(story, forged(story.box(), Port11=20)), 409, "device_replaced")
    assert story.settled_balance() == FREE
    story.serial = done["replacement"]
    assert hand_in(story, story.box().invalidate()).status == 200
    assert story.settled_balance() == ALL_BACK


def test_t9_a_second_transfer_of_the_same_rma_finds_nothing(story: Story) -> None:
    done = swap(story)
    again = {"replacement": done["replacement"], "rma": done["rma"], "reason": "It does not start."}
    path = f"/v1/devices/{story.serial}/replacements"
    assert story.clerk.post(path, again)["sequence"] == done["sequence"]
    with pytest.raises(Refused, match="licenses_already_transferred"):
        story.clerk.post(path, again | {"replacement": f"009033{secrets.token_hex(3)}"})
    with pytest.raises(Refused, match="device_replaced"):
        swap(story)
