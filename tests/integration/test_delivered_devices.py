"""What the vendor delivered, asked of the whole API: writer, projector, broker and database."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import KafkaTopics
from tests.integration.api_at_work import Api, a_ledger_at_work
from tests.unit.ledger.api_at_work import problem

SERIAL, OTHER, SPARE = "009033010203", "009033010204", "0090330102f0"


@pytest.fixture
async def api(kafka_topics: KafkaTopics, fresh_database_url: str, tmp_path: Path) -> AsyncIterator[Api]:
    async with a_ledger_at_work(kafka_topics, fresh_database_url, tmp_path) as api:
        yield api


async def asked(api: Api, path: str, who: dict[str, str] | None = None) -> Any:
    answer = await api.get(path, who)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def done(api: Api, path: str, body: Any, who: dict[str, str] | None = None) -> int:
    answer = await api.post(path, body, who)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["sequence"])


async def registered(api: Api, *serials: str, on: str = "2026-05-20") -> int:
    models = [
        {"model": "IP811", "family": "IP8x1"},
        {"model": "IP6010", "family": "IP6", "warranty_months": 24},
    ]
    await done(api, "device-models", {"models": models, "reference": "CAT-1"}, api.staff)
    devices = [{"serial": serial, "model": "IP811", "delivered_on": on} for serial in serials]
    return await done(api, "delivered-devices", {"devices": devices, "reference": "DN-1"}, api.staff)


async def test_staff_reads_what_was_delivered_and_which_entry_said_so(api: Api) -> None:
    first = await registered(api, SERIAL, OTHER)
    last = await registered(api, SPARE, on="2026-06-01")

    page = await asked(api, f"delivered-devices?limit=2&at_least={last}", api.staff)
    assert page["items"][0] == {
        "serial": SERIAL,
        "model": "IP811",
        "delivered_on": "2026-05-20",
        "base_months": 12,
        "months": 12,
        "ends_on": "2027-05-19",
        "registered_sequence": first,
        "sequence": first,
        "replacement": None,
    }
    rest = await asked(api, f"delivered-devices?limit=2&cursor={page['next']}", api.staff)
    assert [(row["serial"], row["registered_sequence"]) for row in rest["items"]] == [(SPARE, last)]
    assert rest["next"] is None
    found = await asked(api, "delivered-devices?serial=00-90-33-01-02-F", api.staff)
    assert [row["serial"] for row in found["items"]] == [SPARE]
    assert problem(await api.get("delivered-devices")) == (403, "no_right")


async def test_a_device_that_was_replaced_says_what_goes_on_with_its_warranty(api: Api) -> None:
    await api.stocked_project(SERIAL)
    first = await registered(api, SERIAL)
    second = await registered(api, SPARE, on="2026-06-01")
    swap = {"replacement": SPARE, "rma": "RMA-2026-000117", "reason": "It does not start."}
    swapped = await done(api, f"devices/{SERIAL}/replacements", swap, api.staff)

    broken, spare = (await asked(api, f"delivered-devices?at_least={swapped}", api.staff))["items"]
    assert (broken["replacement"], broken["sequence"]) == (SPARE, first)
    assert (spare["delivered_on"], spare["registered_sequence"], spare["sequence"]) == ("2026-05-20", second, swapped)
