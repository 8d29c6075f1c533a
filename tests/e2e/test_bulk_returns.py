"""Return documents as lines of POST /v1/commands, on the whole running stack."""

import base64
import json
from typing import Any

from dev.demo.story import Story, counted
from dev.stack.parts import Kit
from tests.support.running import a_stocked_story


def _sent(story: Story, *lines: dict[str, Any]) -> list[dict[str, Any]]:
    content = "".join(json.dumps(line) + "\n" for line in lines)
    headers = {"Content-Type": "application/jsonl"}
    response = story.partner.send("POST", "/v1/commands", content=content.encode(), headers=headers)
    return [json.loads(line) for line in response.text.splitlines()]


def test_a_return_document_is_a_line_whose_answer_is_the_receipt_that_the_box_takes(kit: Kit) -> None:
    with a_stocked_story(kit.state) as story:
        firmware = story.firmware()
        firmware.sync()
        said = base64.b64encode(firmware.box.invalidate()).decode()
        line = {
            "idempotency_key": "r-1",
            "command": {"name": "return-licenses", "serial": story.serial, "document": said},
        }

        first, again = _sent(story, line, line | {"idempotency_key": "r-2"})

        assert (first["status"], again["status"]) == (200, 200), (first, again)
        assert first["answer"] == again["answer"]
        receipt = firmware.box.take_receipt(base64.b64decode(first["answer"]["document"]))
        assert counted(receipt.credited) == {"Port11": 20}
