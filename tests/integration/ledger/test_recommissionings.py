"""A device that was replaced and is back in stock, asked of the whole API: writer, projector, broker and database."""

import asyncio
from base64 import b64encode
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from contracts.catalog import DeviceModel
from contracts.events.catalog import DeviceModelsDefined
from contracts.events.delivered_devices import DevicesRegistered, RegisteredDevice
from contracts.events.devices import DeviceAdded
from contracts.events.replacements import DeviceRecommissioned, DeviceReplaced
from ledger.entrypoints.projector.main import rebuild
from tests.support.kafka_topics import KafkaTopics
from tests.support.ledger import ledger_log as log
from tests.support.ledger.api_at_work import Api, a_delivered_device, asked, done
from tests.support.ledger.api_in_memory import problem
from tests.support.ledger.projector_at_work import (
    all_rows,
    append,
    projector,
    publish_receipt,
    rows,
    settings_for,
    until_sequence,
)
from tests.support.ledger.story import ADRIA

SERIAL, SPARE = "009033010203", "0090330102f0"
SWAP = {"replacement": SPARE, "rma": "RMA-2026-000117", "reason": "It does not start."}
PATH = f"devices/{SERIAL}/recommissionings"


def body(document: bytes) -> dict[str, Any]:
    return {"document": b64encode(document).decode(), "reason": "Repaired after all, and tested."}


async def a_replaced_device(api: Api) -> tuple[str, int, bytes]:
    """Its project, the entry of the swap, and the document that the box makes in the vendor's workshop."""
    project = await api.stocked_project(SERIAL)
    await api.allocate(project, SERIAL, 30, 2)
    swapped = await done(api, f"devices/{SERIAL}/replacements", SWAP, api.staff)
    return project, swapped, api.vendor.box(SERIAL).return_document()


async def test_it_starts_again_blank_and_its_past_stays_readable(api: Api) -> None:
    project, swapped, document = await a_replaced_device(api)
    answer = await api.post(PATH, body(document), api.staff)
    assert answer.status_code == 201, answer.text
    back = answer.json()["sequence"]
    assert answer.json() == {"serial": SERIAL, "generation": 2, "sequence": back}

    assert problem(await api.get(f"devices/{SERIAL}?at_least={back}")) == (404, "device_unknown")
    (listed,) = (await asked(api, "replacements"))["items"]
    assert (listed["serial"], listed["sequence"], listed["recommissioned_sequence"]) == (SERIAL, swapped, back)
    assert problem(await api.get(f"devices/{SERIAL}?as_of={swapped}")) == (409, "device_replaced")
    assert (await asked(api, f"devices/{SERIAL}?as_of={swapped - 1}"))["project"] == project

    added = await done(api, f"projects/{project}/devices", {"serial": SERIAL})
    now = await asked(api, f"devices/{SERIAL}?at_least={added}")
    assert (now["generation"], now["licenses"]) == (2, [])
    assert (await api.allocate(project, SERIAL, 3)).status_code == 201


async def test_only_staff_takes_back_and_only_what_was_replaced(api: Api) -> None:
    await api.stocked_project(SERIAL)
    document = api.vendor.box(SERIAL).return_document()
    assert problem(await api.post(PATH, body(document), api.staff)) == (409, "not_replaced")
    await done(api, f"devices/{SERIAL}/replacements", SWAP, api.staff)
    assert problem(await api.post(PATH, body(document))) == (403, "no_right")
    await done(api, PATH, body(document), api.staff)
    assert problem(await api.post(PATH, body(document), api.staff)) == (409, "not_replaced")


async def test_a_document_that_proves_nothing_takes_nothing_back(api: Api) -> None:
    _, swapped, document = await a_replaced_device(api)
    for wrong, refused in (
        (b"<license-return/>", (422, "document_malformed")),
        (api.vendor.box(SPARE).return_document(), (422, "signature_invalid")),
        (document.replace(b"11.", b"12.", 1), (422, "signature_invalid")),
    ):
        answer = await api.post(PATH, body(wrong), api.staff)
        assert problem(answer)[1] == refused[1], answer.text
    assert problem(await api.post(PATH, {"document": "?", "reason": "x"}, api.staff)) == (422, "request_invalid")
    assert problem(await api.get(f"devices/{SERIAL}?at_least={swapped}")) == (409, "device_replaced")


async def test_its_warranty_begins_with_its_next_delivery(api: Api) -> None:
    await a_delivered_device(api, SERIAL)
    device = {"serial": SPARE, "model": "IP811", "delivered_on": "2026-11-01"}
    await done(api, "delivered-devices", {"devices": [device], "reference": "DN-2"}, api.staff)
    project, _, document = await a_replaced_device(api)
    await done(api, PATH, body(document), api.staff)
    added = await done(api, f"projects/{project}/devices", {"serial": SERIAL})
    answer = await api.get(f"devices/{SERIAL}/guarantee?at_least={added}")
    assert problem(answer) == (409, "contact_needed")
    assert (await asked(api, f"devices/{SERIAL}/guarantee", api.staff))["state"] == "unknown"
    again = {"serial": SERIAL, "model": "IP811", "delivered_on": "2026-11-02", "delivered_to": ADRIA}
    registered = await done(api, "delivered-devices", {"devices": [again], "reference": "DN-3"}, api.staff)
    assert (await asked(api, f"devices/{SERIAL}/guarantee?at_least={registered}"))["delivered_on"] == "2026-11-02"
    listed = (await asked(api, "delivered-devices", api.staff))["items"]
    (one,) = [row for row in listed if row["serial"] == SERIAL]
    assert (one["registered_sequence"], one["replacement"]) == (registered, None)


@pytest.mark.own_processes
async def test_staff_downloads_its_receipt_and_its_former_company_does_not(api: Api) -> None:
    _, swapped, document = await a_replaced_device(api)
    receipt = await publish_receipt(api.topics, SERIAL, sequence=swapped + 1)
    back = await done(api, PATH, body(document), api.staff)
    assert back == swapped + 1
    path = f"devices/{SERIAL}/return-receipt?at_least={back}"
    async with asyncio.timeout(10):
        while (answer := await api.get(path, api.staff)).status_code != 200:  # noqa: ASYNC110 - it is another process
            await asyncio.sleep(0.05)
    assert answer.content == receipt
    assert (await api.get(path)).status_code == 404


@pytest.mark.parametrize("batch", [1, 100])
async def test_a_rebuild_gives_the_same_rows(
    kafka_topics: KafkaTopics, fresh_database_url: str, tmp_path: Path, batch: int
) -> None:
    story = log.story().add(
        DeviceModelsDefined(models=(DeviceModel(model="IP811", family="IP8"),), reference="CAT-1"),
        _registered(log.SERIAL, date(2026, 5, 20)),
        _registered(SPARE, date(2026, 11, 1)),
        DeviceReplaced(
            company=ADRIA,
            rma="RMA-2026-000117",
            reason="It does not start.",
            former=log.device(issue=4, generation=3),
            device=log.device(log.bri(4), issue=1, serial=SPARE),
            lots=(log.bri(4),),
        ),
        DeviceRecommissioned(
            company=ADRIA,
            reason="Repaired",
            spent_generation=2,
            document_digest="0" * 64,
            certificate_sha256="0" * 64,
            firmware="11.00",
            document="PHg+",
            device=log.device(issue=5, generation=3),
        ),
        _registered(log.SERIAL, date(2026, 11, 20)),
        DeviceAdded(company=ADRIA, device=log.device(issue=6, generation=3)),
    )
    settings = settings_for(kafka_topics, fresh_database_url, tmp_path)
    async with projector(settings):
        for begin in range(0, len(story.values), batch):
            values = story.values[begin : begin + batch]
            await append(kafka_topics, values)
            await until_sequence(fresh_database_url, begin + len(values))
    incremental = await all_rows(fresh_database_url)

    await rebuild(settings, asyncio.Event())

    assert await all_rows(fresh_database_url) == incremental
    warranties = {row[1]: row[3] for row in await rows(fresh_database_url, "warranties")}
    assert warranties == {SPARE: date(2027, 5, 19), log.SERIAL: date(2027, 11, 19)}


def _registered(serial: str, on: date) -> DevicesRegistered:
    one = RegisteredDevice(serial=serial, model="IP811", delivered_on=on, warranty_months=12)
    return DevicesRegistered(devices=(one,), reference=f"DN-{on}")
