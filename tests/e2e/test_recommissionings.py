"""A replaced box comes back to stock and to a customer, through every process: rules section 6."""

import secrets
from base64 import b64encode

import pytest

from dev.demo.story import Story, counted, wanted
from simulator.partner import Refused
from tests.support.handing_in import spent_and_seen

REASON = "Repaired after all, and tested."


def test_a_replaced_box_starts_again_blank_and_its_former_certificate_opens_nothing(story: Story) -> None:
    box, former = story.box(), story.serial
    swap = {"replacement": f"009033{secrets.token_hex(3)}", "rma": f"RMA-{secrets.token_hex(6).upper()}"}
    story.clerk.post(f"/v1/devices/{former}/replacements", swap | {"reason": "It does not start."})
    answer = story.firmware().file_answer(409, "device_replaced")
    assert (answer.status, answer.code) == (409, "device_replaced")

    said = {"document": b64encode(box.invalidate()).decode(), "reason": REASON}
    path = f"/v1/devices/{former}/recommissionings"
    with pytest.raises(Refused, match="no_right"):
        story.partner.post(path, said)
    done = story.clerk.post(path, said)
    assert done["generation"] == 2
    assert story.firmware().ask("PUT", "return", body=box.return_document_path.read_bytes()).status == 200
    answer = story.firmware().ask("GET", "license-file")
    assert (answer.status, answer.code) == (409, "certificate_invalidated")
    box.take_receipt(story.firmware().receipt())
    answer = story.firmware().ask("GET", "license-file")
    assert (answer.status, answer.code) == (404, "device_unknown")

    story.partner.post(f"/v1/projects/{story.project}/devices", {"serial": former})
    licenses = {"licenses": wanted({"Port11": 3}), "serial": former}
    given = story.partner.post(f"/v1/projects/{story.project}/allocations", licenses)
    file = story.firmware().sync_to(given["sequence"])
    assert (file.generation, counted(file.licenses)) == (2, {"Port11": 3})

    assert spent_and_seen(story, former) == [1]
    (listed,) = [row for row in story.partner.everything(story.partner.list_replacements) if row["serial"] == former]
    assert listed["recommissioned_sequence"] == done["sequence"]


def test_a_box_that_was_only_repaired_keeps_all(story: Story) -> None:
    said = {"document": b64encode(story.box().invalidate()).decode(), "reason": REASON}
    with pytest.raises(Refused, match="not_replaced"):
        story.clerk.post(f"/v1/devices/{story.serial}/recommissionings", said)
