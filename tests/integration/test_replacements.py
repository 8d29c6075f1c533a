"""A broken device and what stands in for it, asked of the whole API: writer, projector, broker and database."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from contracts.events import (
    DeviceOffered,
    DeviceReplaced,
    InheritedWarranty,
    LegacyConsentGiven,
    LegacyLicensesImported,
)
from contracts.legacy import lots_of
from contracts.licenses import Licenses, TestLicenses
from ledger.entrypoints.projector import rebuild
from tests.conftest import KafkaTopics
from tests.integration import ledger_log as log
from tests.integration.api_at_work import Api, a_ledger_at_work
from tests.integration.projector_at_work import all_rows, append, projector, rows, settings_for, until_sequence
from tests.unit.ledger.api_at_work import problem
from tests.unit.ledger.story import ADRIA, BEN, BORA
from tests.unit.ledger.story_people import GUS

SERIAL, SPARE = "009033010203", "0090330102f0"
BODY = {"replacement": SPARE, "rma": "RMA-2026-000117", "reason": "It does not start."}


@pytest.fixture
async def api(kafka_topics: KafkaTopics, fresh_database_url: str, tmp_path: Path) -> AsyncIterator[Api]:
    async with a_ledger_at_work(kafka_topics, fresh_database_url, tmp_path) as api:
        await api.company(BORA, BEN)
        yield api


async def asked(api: Api, path: str, who: dict[str, str] | None = None) -> Any:
    answer = await api.get(path, who)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def swapped(api: Api) -> int:
    answer = await api.post(f"devices/{SERIAL}/replacements", BODY, api.staff)
    assert answer.status_code == 201, answer.text
    assert answer.json() == {
        "serial": SERIAL,
        "replacement": SPARE,
        "rma": BODY["rma"],
        "sequence": answer.json()["sequence"],
    }
    return int(answer.json()["sequence"])


async def test_who_sees_the_project_sees_what_stands_in_for_the_broken_device_and_nobody_else_does(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    await api.allocate(project, SERIAL, 30, 2)
    sequence = await swapped(api)

    spare = await asked(api, f"devices/{SPARE}?at_least={sequence}")
    assert {row["license_type"]: row["count"] for row in spare["licenses"]} == {"Port11": 30, "BRI": 2}
    assert await api.free(project, sequence) == {"Port11": 20, "BRI": 2}
    assert [row["serial"] for row in (await asked(api, f"projects/{project}/devices"))["items"]] == [SPARE]
    assert [row["serial"] for row in (await asked(api, "devices?serial=0090330102"))["items"]] == [SPARE]

    for who in (api.token(), api.staff):
        gone = await api.get(f"devices/{SERIAL}", who)
        assert problem(gone) == (409, "device_replaced")
        assert gone.json()["replacement"] == SPARE
        (listed,) = (await asked(api, "replacements", who))["items"]
        assert (listed["serial"], listed["replacement"], listed["sequence"]) == (SERIAL, SPARE, sequence)
    assert problem(await api.get(f"devices/{SERIAL}/license-file")) == (409, "device_replaced")
    stranger = api.token(BEN, BORA)
    assert problem(await api.get(f"devices/{SERIAL}", stranger)) == (404, "device_unknown")
    assert (await asked(api, "replacements", stranger))["items"] == []

    grant = {"account": GUS, "acting_for": BORA, "rights": ["view"]}
    assert (await api.post(f"companies/{BORA}/members", {"account": GUS}, stranger)).status_code == 201
    granted = (await api.post(f"projects/{project}/members", grant)).json()["sequence"]
    assert len((await asked(api, f"replacements?at_least={granted}", api.token(GUS, BORA)))["items"]) == 1


async def test_an_rma_moves_licenses_once(api: Api) -> None:
    await api.stocked_project(SERIAL)
    sequence = await swapped(api)
    assert await swapped(api) == sequence
    other = BODY | {"replacement": "0090330102f1"}
    refused = await api.post(f"devices/{SERIAL}/replacements", other, api.staff)
    assert problem(refused) == (409, "licenses_already_transferred")
    assert problem(await api.post(f"devices/{SERIAL}/replacements", BODY)) == (403, "no_right")
    malformed = await api.post(f"devices/{SERIAL}/replacements", BODY | {"rma": "no"}, api.staff)
    assert problem(malformed) == (422, "request_invalid")


async def test_the_warranty_is_the_replacement_s_and_the_past_stays_what_it_was(api: Api) -> None:
    await api.stocked_project(SERIAL)
    models = {"models": [{"model": "IP811", "family": "IP8"}], "reference": "CAT-1"}
    assert (await api.post("device-models", models, api.staff)).status_code == 201
    delivered = {"devices": [{"serial": SERIAL, "model": "IP811", "delivered_on": "2026-05-20"}], "reference": "DN-1"}
    assert (await api.post("delivered-devices", delivered, api.staff)).status_code == 201
    sequence = await swapped(api)

    now = await asked(api, f"devices/{SPARE}/guarantee?at_least={sequence}")
    assert (now["delivered_on"], now["ends_on"]) == ("2026-05-20", "2027-05-19")
    assert (await asked(api, f"devices/{SPARE}/guarantee?as_of={sequence - 1}", api.staff))["state"] == "unknown"
    assert problem(await api.get(f"devices/{SERIAL}/guarantee")) == (404, "device_unknown")
    assert problem(await api.get(f"devices/{SERIAL}/guarantee", api.staff)) == (404, "device_unknown")


async def test_a_rebuild_gives_the_same_rows(
    kafka_topics: KafkaTopics, fresh_database_url: str, tmp_path: Path
) -> None:
    test = TestLicenses(
        version=11,
        slave=False,
        count=10,
        issued_on=date(2026, 11, 24),
        expires=date(2027, 2, 23),
        licenses=(Licenses(license_type="Port11", count=10),),
    )
    story = log.story().add(
        LegacyLicensesImported(
            company=ADRIA, project=log.HOTEL, serial=log.SERIAL, licenses=lots_of({"PRIs": 1}), reference="E-1"
        ),
        LegacyConsentGiven(company=ADRIA, project=log.HOTEL, serial=log.SERIAL, generation=2, account=log.ANNA),
        DeviceOffered(company=ADRIA, project=log.HOTEL, serial=log.SERIAL, offered_to=BORA),
        DeviceReplaced(
            company=ADRIA,
            rma="RMA-2026-000117",
            reason="It does not start.",
            former=log.device(issue=4, generation=3),
            device=log.device(log.bri(4), issue=1, serial=SPARE),
            lots=(log.bri(4),),
            test_used=test,
            warranty=InheritedWarranty(
                model="IP811", delivered_on=date(2026, 5, 20), months=36, ends_on=date(2029, 5, 19)
            ),
        ),
    )
    settings = settings_for(kafka_topics, fresh_database_url, tmp_path)
    async with projector(settings):
        for number, value in enumerate(story.values, 1):
            await append(kafka_topics, [value])
            await until_sequence(fresh_database_url, number)
    incremental = await all_rows(fresh_database_url)

    await rebuild(settings, asyncio.Event())

    assert await all_rows(fresh_database_url) == incremental
    assert [row[1:4] for row in await rows(fresh_database_url, "replacements")] == [
        (log.SERIAL, SPARE, "RMA-2026-000117")
    ]
    assert log.SERIAL not in {row[1] for row in await rows(fresh_database_url, "devices")}
    assert await rows(fresh_database_url, "device_offers") == []
    assert await rows(fresh_database_url, "legacy_licenses") == [(0, f"project/{log.HOTEL}", "PRIs", 1)]
    assert [row[1:3] for row in await rows(fresh_database_url, "test_licenses")] == [(SPARE, 0)]
    assert [row[1:4] for row in await rows(fresh_database_url, "warranties")] == [(SPARE, 36, date(2029, 5, 19))]
