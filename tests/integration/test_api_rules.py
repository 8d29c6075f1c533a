"""What is blocked, what was, and what old keys are, asked of the whole API: writer, projector, broker and database."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from contracts.identifiers import default_project_of
from tests.conftest import KafkaTopics
from tests.integration.api_at_work import Api, a_ledger_at_work
from tests.unit.ledger.story import ADRIA, BEN, BORA
from tests.unit.ledger.story_people import GUS

SERIAL, OTHER = "009033010203", "009033010204"
WHY = {"reason": "Stolen from a shipment", "reference": "CASE-1"}


@pytest.fixture
async def api(kafka_topics: KafkaTopics, fresh_database_url: str, tmp_path: Path) -> AsyncIterator[Api]:
    async with a_ledger_at_work(kafka_topics, fresh_database_url, tmp_path) as api:
        await api.company(BORA, BEN)
        yield api


async def asked(api: Api, path: str, who: dict[str, str] | None = None) -> Any:
    answer = await api.get(path, who)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def done(api: Api, path: str, body: dict[str, Any], who: dict[str, str] | None = None) -> int:
    answer = await api.post(path, body, who)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["sequence"])


async def test_a_partner_sees_that_a_device_is_blocked_and_whom_to_ask(api: Api) -> None:
    project = await api.stocked_project(SERIAL, OTHER)
    blocked = await done(api, "blocks", {"serial": SERIAL} | WHY, api.staff)

    block = (await asked(api, f"devices/{SERIAL}?at_least={blocked}"))["blocked"]

    assert (block["subject"], block["sequence"], block["ask"]) == (f"devices/{SERIAL}", blocked, "the vendor's staff")
    assert "reason" not in block
    seen = {row["serial"]: row["blocked"] for row in (await asked(api, f"projects/{project}/devices"))["items"]}
    assert seen == {SERIAL: block, OTHER: None}
    found = (await asked(api, "devices?serial=0090330102"))["items"]
    assert [row["blocked"] for row in found] == [block, None]

    lifted = await done(api, "blocks/releases", {"serial": SERIAL} | WHY, api.staff)
    assert (await asked(api, f"devices/{SERIAL}?at_least={lifted}"))["blocked"] is None
    assert (await asked(api, f"devices/{SERIAL}?as_of={blocked}"))["blocked"] == block
    assert (await asked(api, f"devices/{SERIAL}?as_of={lifted}"))["blocked"] is None


async def test_the_block_of_a_company_shows_on_it_its_projects_and_its_devices_to_guests_too(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    await done(api, f"companies/{BORA}/members", {"account": GUS}, api.token(BEN, BORA))
    await done(api, f"projects/{project}/members", {"account": GUS, "acting_for": BORA, "rights": ["view"]})
    blocked = await done(api, "blocks", {"company": ADRIA} | WHY, api.staff)
    gus = api.token(GUS, BORA)

    for path, who in (
        (f"companies/{ADRIA}", None),
        (f"projects/{project}", gus),
        (f"devices/{SERIAL}", gus),
        (f"projects/{default_project_of(ADRIA)}", None),
    ):
        block = (await asked(api, f"{path}?at_least={blocked}", who))["blocked"]
        assert (block["subject"], block["sequence"]) == (f"companies/{ADRIA}", blocked)
    assert [row["blocked"]["sequence"] for row in (await asked(api, "projects", gus))["items"]] == [blocked]
    assert (await asked(api, "companies"))["items"][0]["blocked"]["sequence"] == blocked


async def test_staff_sees_that_a_key_is_blocked(api: Api) -> None:
    order = {"licenses": [{"license_type": "Port11", "count": 1}], "order_number": "PO-7"}
    key = (await api.post("activation-keys", order, api.staff)).json()["activation_key"]
    blocked = await done(api, "blocks", {"activation_key": key} | WHY, api.staff)

    (row,) = (await asked(api, f"activation-keys?order_number=PO-7&at_least={blocked}", api.staff))["items"]

    assert row["blocked"]["subject"] == f"activation-keys/{row['key_digest']}"
