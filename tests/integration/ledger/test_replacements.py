"""A broken device and what stands in for it, asked of the whole API: writer, projector, broker and database."""

import asyncio
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from contracts.catalog import DeviceModel
from contracts.events.catalog import DeviceModelsDefined
from contracts.events.delivered_devices import DevicesRegistered, RegisteredDevice
from contracts.events.device_moves import DeviceOffered
from contracts.events.legacy import LegacyConsentGiven, LegacyLicensesImported
from contracts.events.replacements import DeviceReplaced
from contracts.events.warranty import WarrantyExtended
from contracts.legacy import lots_of
from contracts.licenses import Licenses, TestLicenses
from ledger.entrypoints.projector.main import rebuild
from tests.support.kafka_topics import KafkaTopics
from tests.support.ledger import ledger_log as log
from tests.support.ledger.api_at_work import Api, a_delivered_device, asked
from tests.support.ledger.api_in_memory import problem
from tests.support.ledger.projector_at_work import all_rows, append, projector, rows, settings_for, until_sequence
from tests.support.ledger.story import ADRIA, BEN, BORA
from tests.support.ledger.story_members import GUS

SERIAL, SPARE = "009033010203", "0090330102f0"
BODY = {"replacement": SPARE, "rma": "RMA-2026-000117", "reason": "It does not start."}


@pytest.fixture
async def api(api: Api) -> Api:
    await api.company(BORA, BEN)
    return api


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
        assert listed["reason"] == BODY["reason"]
    assert problem(await api.get(f"devices/{SERIAL}/license-file")) == (409, "device_replaced")
    stranger = api.token(BEN, BORA)
    assert problem(await api.get(f"devices/{SERIAL}", stranger)) == (404, "device_unknown")
    assert (await asked(api, "replacements", stranger))["items"] == []

    grant = {"account": GUS, "acting_for": BORA, "rights": ["view"]}
    assert (await api.post(f"companies/{BORA}/members", {"account": GUS}, stranger)).status_code == 201
    granted = (await api.post(f"projects/{project}/members", grant)).json()["sequence"]
    (seen,) = (await asked(api, f"replacements?at_least={granted}", api.token(GUS, BORA)))["items"]
    assert (seen["rma"], seen["reason"]) == (BODY["rma"], None)


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
    devices = [
        {"serial": SERIAL, "model": "IP811", "delivered_on": "2026-05-20", "delivered_to": ADRIA},
        {"serial": SPARE, "model": "IP811", "delivered_on": "2026-11-01"},
    ]
    delivered = {"devices": devices, "reference": "DN-1"}
    assert (await api.post("delivered-devices", delivered, api.staff)).status_code == 201
    sequence = await swapped(api)

    now = await asked(api, f"devices/{SPARE}/guarantee?at_least={sequence}")
    assert (now["delivered_on"], now["ends_on"], now["extension_months"]) == ("2026-05-20", "2027-05-19", 0)
    before = await asked(api, f"devices/{SPARE}/guarantee?as_of={sequence - 1}", api.staff)
    assert (before["delivered_on"], before["ends_on"]) == ("2026-11-01", "2027-10-31")
    for who in (api.token(), api.staff):
        assert problem(await api.get(f"devices/{SERIAL}/guarantee", who)) == (409, "device_replaced")
        assert problem(await api.get(f"devices/{SERIAL}/guarantee?as_of={sequence}", who)) == (409, "device_replaced")
        its_own = await asked(api, f"devices/{SERIAL}/guarantee?as_of={sequence - 1}", who)
        assert (its_own["delivered_on"], its_own["ends_on"]) == ("2026-05-20", "2027-05-19")
    stranger = api.token(BEN, BORA)
    assert problem(await api.get(f"devices/{SERIAL}/guarantee", stranger)) == (404, "device_unknown")


async def test_a_test_ends_with_the_swap_and_not_before_it(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    assert (await api.post(f"projects/{project}/devices", {"serial": SPARE})).status_code == 201
    await a_delivered_device(api, SERIAL)
    await a_delivered_device(api, SPARE)
    for serial, count in ((SERIAL, 10), (SPARE, 5)):
        issued = await api.post(f"devices/{serial}/test-licenses", {"version": 11, "count": count})
        assert issued.status_code == 201, issued.text
    assert (await api.post(f"devices/{SPARE}/release", None)).status_code == 201
    sequence = await swapped(api)

    assert problem(await api.get(f"devices/{SERIAL}/test-licenses?at_least={sequence}")) == (409, "device_replaced")
    assert problem(await api.get(f"devices/{SERIAL}/test-licenses?as_of={sequence}")) == (409, "device_replaced")
    before, now = f"as_of={sequence - 2}", f"as_of={sequence}"
    for serial, asked_for, count, returned in (
        (SERIAL, before, 10, False),
        (SPARE, before, 5, False),
        (SPARE, now, 10, True),
        (SPARE, "", 10, True),
    ):
        test = await asked(api, f"devices/{serial}/test-licenses?{asked_for}")
        assert (test["count"], test["returned"]) == (count, returned), (serial, asked_for)


async def test_a_test_of_the_replacement_s_own_ends_also_where_the_broken_device_had_none(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    assert (await api.post(f"projects/{project}/devices", {"serial": SPARE})).status_code == 201
    await a_delivered_device(api, SPARE)
    issued = await api.post(f"devices/{SPARE}/test-licenses", {"version": 11, "count": 5})
    assert issued.status_code == 201, issued.text
    assert (await api.post(f"devices/{SPARE}/release", None)).status_code == 201
    sequence = await swapped(api)

    path = f"devices/{SPARE}/test-licenses?as_of="
    assert not (await asked(api, f"{path}{sequence - 2}"))["returned"]
    assert (await asked(api, f"{path}{sequence}"))["returned"]


async def test_the_broken_device_stays_in_the_history_and_exports_sum_to_zero(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    allocated = (await api.allocate(project, SERIAL, 30, 2)).json()["sequence"]
    sequence = await swapped(api)

    for who in (api.token(), api.staff):
        history = (await asked(api, f"devices/{SERIAL}/history?at_least={sequence}", who))["items"]
        assert [row["sequence"] for row in history][-1] == sequence
        moved = (await asked(api, f"movements?device={SERIAL}", who))["items"]
        assert sum(row["count"] for row in moved) == 0 < len(moved)
        then = await asked(api, f"devices/{SERIAL}?as_of={allocated}", who)
        assert {row["license_type"]: row["count"] for row in then["licenses"]} == {"Port11": 30, "BRI": 2}
        for narrowed in ("", f"&project={project}"):
            after = await exported(api, f"movements?format=jsonl&after={allocated}{narrowed}", who)
            assert {(row["account"], row["license_type"], row["count"]) for row in after} == {
                (f"device/{SERIAL}", "Port11", -30),
                (f"device/{SPARE}", "Port11", 30),
                (f"device/{SERIAL}", "BRI", -2),
                (f"device/{SPARE}", "BRI", 2),
            }
            held = await exported(api, f"balances?format=jsonl&as_of={allocated}{narrowed}", who)
            assert (f"device/{SERIAL}", "Port11", 30) in {
                (row["account"], row["license_type"], row["balance"]) for row in held
            }
    stranger = api.token(BEN, BORA)
    assert problem(await api.get(f"devices/{SERIAL}/history", stranger)) == (404, "device_unknown")
    assert problem(await api.get(f"movements?device={SERIAL}", stranger)) == (404, "device_unknown")
    assert await exported(api, "movements?format=jsonl", stranger) == []


async def test_a_company_that_is_imported_takes_its_replacements_along(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    await api.allocate(project, SERIAL, 30)
    await swapped(api)
    ben = api.token(BEN, BORA)
    assert (await api.post(f"companies/{ADRIA}/offers", {"offered_to": BORA})).status_code == 201
    imported = await api.post(f"companies/{BORA}/imports", {"former_company": ADRIA}, ben)
    assert imported.status_code == 201, imported.text

    (listed,) = (await asked(api, f"replacements?at_least={imported.json()['sequence']}", ben))["items"]
    assert (listed["serial"], listed["reason"]) == (SERIAL, BODY["reason"])
    assert problem(await api.get(f"devices/{SERIAL}", ben)) == (409, "device_replaced")
    moved = await exported(api, "movements?format=jsonl", ben)
    assert sum(row["count"] for row in moved if row["account"] == f"device/{SERIAL}") == 0
    assert f"device/{SERIAL}" in {row["account"] for row in moved}


async def exported(api: Api, path: str, who: dict[str, str]) -> list[dict[str, Any]]:
    answer = await api.get(f"exports/{path}", who)
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


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
        DeviceModelsDefined(models=(DeviceModel(model="IP811", family="IP8"),), reference="CAT-1"),
        _registered(log.SERIAL, date(2026, 5, 20)),
        _registered(SPARE, date(2026, 11, 1)),
        _extended(log.SERIAL, 36, date(2029, 5, 19)),
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
        ),
        _extended(SPARE, 48, date(2030, 5, 19)),
    )
    settings = settings_for(kafka_topics, fresh_database_url, tmp_path)
    async with projector(settings):
        for number, value in enumerate(story.values, 1):
            await append(kafka_topics, [value])
            await until_sequence(fresh_database_url, number)
    incremental = await all_rows(fresh_database_url)

    await rebuild(settings, asyncio.Event())

    assert await all_rows(fresh_database_url) == incremental
    assert [row[1:5] for row in await rows(fresh_database_url, "replacements")] == [
        (log.SERIAL, SPARE, "RMA-2026-000117", ADRIA)
    ]
    assert log.SERIAL not in {row[1] for row in await rows(fresh_database_url, "devices")}
    assert await rows(fresh_database_url, "device_offers") == []
    assert await rows(fresh_database_url, "legacy_licenses") == [(0, f"project/{log.HOTEL}", "PRIs", 1)]
    assert [row[1:3] for row in await rows(fresh_database_url, "test_licenses")] == [(SPARE, 0)]
    assert (0, SPARE, 48, date(2030, 5, 19)) in {row[:4] for row in await rows(fresh_database_url, "warranties")}
    delivered = [row[2:5] for row in await rows(fresh_database_url, "delivered_devices") if row[1] == SPARE]
    assert sorted(delivered) == [("IP811", date(2026, 5, 20), 12), ("IP811", date(2026, 11, 1), 12)]


def _registered(serial: str, on: date) -> DevicesRegistered:
    one = RegisteredDevice(serial=serial, model="IP811", delivered_on=on, warranty_months=12)
    return DevicesRegistered(devices=(one,), reference=f"DN-{serial}")


def _extended(serial: str, months: int, ends_on: date) -> WarrantyExtended:
    return WarrantyExtended(
        company=ADRIA,
        project=log.HOTEL,
        serial=serial,
        lots=(),
        delivered_on=date(2026, 5, 20),
        months=months,
        ends_on=ends_on,
    )
