"""What the vendor delivered, asked of the whole API: writer, projector, broker and database."""

import asyncio
from datetime import date
from pathlib import Path
from typing import Any

from contracts.events.corrections import DeliveryCorrected, DeliveryCorrectionProposed
from contracts.events.delivered_devices import DevicesRegistered, RegisteredDevice
from contracts.events.devices import LicenseFileDelivered
from contracts.events.replacements import DeviceReplaced
from contracts.identifiers import derived_id
from contracts.log.entries import decode_entry
from ledger.entrypoints.projector.main import rebuild
from tests.support.kafka_topics import KafkaTopics
from tests.support.ledger import ledger_log as log
from tests.support.ledger.api_at_work import Api
from tests.support.ledger.api_in_memory import problem
from tests.support.ledger.forging import forge
from tests.support.ledger.projector_at_work import all_rows, append, projector, rows, settings_for, until_sequence
from tests.support.ledger.story import ADRIA, BEN, BORA, STAFF, VENDOR
from tests.support.ledger.story_corrections import SECOND

SERIAL, OTHER, SPARE = "009033010203", "009033010204", "0090330102f0"


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
    devices = [{"serial": serial, "model": "IP811", "delivered_on": on, "delivered_to": ADRIA} for serial in serials]
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
    newest = await asked(api, "delivered-devices?order=-delivered_on&limit=2", api.staff)
    rest = await asked(api, f"delivered-devices?order=-delivered_on&limit=2&cursor={newest['next']}", api.staff)
    assert [row["serial"] for row in newest["items"] + rest["items"]] == [SPARE, OTHER, SERIAL]
    for refused in ("serial=0090&order=-delivered_on", f"cursor={newest['next']}"):
        assert problem(await api.get(f"delivered-devices?{refused}", api.staff)) == (422, "request_invalid")
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


CORRECTION = {"model": "IP811", "delivered_on": "2026-06-01", "reason": "Mistyped", "reference": "CASE-1"}


async def with_a_second_clerk(api: Api) -> dict[str, str]:
    await done(api, f"companies/{VENDOR}/members", {"account": SECOND, "administrator": True}, api.staff)
    return api.token(SECOND, VENDOR)


async def test_a_wrong_day_is_put_right_by_two_persons_and_the_past_stays_what_it_was(api: Api) -> None:
    project, second = await api.stocked_project(SERIAL), await with_a_second_clerk(api)
    first = await registered(api, SERIAL, on="1997-01-01")
    proposed = await api.post(f"delivered-devices/{SERIAL}/corrections", CORRECTION, api.staff)
    assert proposed.status_code == 201, proposed.text
    correction = proposed.json()["correction"]
    assert proposed.headers["Location"] == f"/v1/corrections/{correction}"
    guarantee = f"devices/{SERIAL}/guarantee"
    expired = await asked(api, f"{guarantee}?at_least={proposed.json()['sequence']}")
    assert (expired["state"], expired["ends_on"]) == ("expired", "1997-12-31")

    (waits,) = (await asked(api, "corrections?state=proposed", api.staff))["items"]
    assert waits["delivery"] == {"serial": SERIAL, "model": "IP811", "delivered_on": "2026-06-01"}
    assert (waits["source"], waits["target"], waits["licenses"], waits["company"]) == (None, None, [], VENDOR)
    approval = f"corrections/{correction}/approval"
    assert problem(await api.post(approval, {}, api.staff)) == (403, "second_person_needed")
    approved = await done(api, approval, {}, second)

    now = await asked(api, f"{guarantee}?at_least={approved}")
    assert (now["state"], now["delivered_on"], now["ends_on"]) == ("running", "2026-06-01", "2027-05-31")
    assert (await asked(api, f"{guarantee}?as_of={approved}"))["ends_on"] == "2027-05-31"
    before = await asked(api, f"{guarantee}?as_of={approved - 1}")
    assert (before["state"], before["ends_on"]) == ("expired", "1997-12-31")
    (row,) = (await asked(api, "delivered-devices", api.staff))["items"]
    assert (row["registered_sequence"], row["sequence"], row["ends_on"]) == (first, approved, "2027-05-31")
    closed = await asked(api, f"corrections/{correction}", api.staff)
    assert (closed["state"], closed["decided_by"], closed["proposed_by"]) == ("applied", SECOND, STAFF)
    types = [one["event_type"] for one in (await asked(api, f"devices/{SERIAL}/history"))["items"]]
    assert not [one for one in types if "delivery-correct" in one]
    assert (await asked(api, f"projects/{project}/devices"))["items"][0]["issue"] == 1


async def test_an_extension_that_was_bought_moves_along_and_another_model_has_its_own_base(api: Api) -> None:
    project, second = await api.stocked_project(SERIAL), await with_a_second_clerk(api)
    await registered(api, SERIAL)
    order = {"licenses": [{"license_type": "WE-12", "count": 1}], "order_number": "PO-2"}
    key = (await api.post("activation-keys", order, api.staff)).json()["activation_key"]
    await done(api, "activation-keys/redemptions", {"activation_key": key, "project": project})
    body = {"license_type": "WE-12", "confirm_final": True}
    extended = await done(api, f"devices/{SERIAL}/warranty-extensions", body)
    bigger = CORRECTION | {"model": "IP6010"}
    proposed = (await api.post(f"delivered-devices/{SERIAL}/corrections", bigger, api.staff)).json()
    approved = await done(api, f"corrections/{proposed['correction']}/approval", {}, second)

    now = await asked(api, f"devices/{SERIAL}/guarantee?at_least={approved}")
    assert (now["model"], now["base_ends_on"], now["extension_months"]) == ("IP6010", "2028-05-31", 12)
    assert now["ends_on"] == "2029-05-31"
    before = await asked(api, f"devices/{SERIAL}/guarantee?as_of={extended}")
    assert (before["model"], before["ends_on"]) == ("IP811", "2028-05-19")


async def test_a_rejected_correction_changes_nothing_and_what_is_wrong_is_refused(api: Api) -> None:
    await api.company(BORA, BEN)
    await registered(api, SERIAL)
    path = f"delivered-devices/{SERIAL}/corrections"
    assert problem(await api.post(path, CORRECTION)) == (403, "no_right")
    unknown = f"delivered-devices/{OTHER}/corrections"
    assert problem(await api.post(unknown, CORRECTION, api.staff)) == (404, "device_unregistered")
    same = CORRECTION | {"delivered_on": "2026-05-20"}
    assert problem(await api.post(path, same, api.staff)) == (409, "delivery_unchanged")
    early = CORRECTION | {"delivered_on": "0001-01-01"}
    assert problem(await api.post(path, early, api.staff)) == (422, "delivered_too_early")

    correction = (await api.post(path, CORRECTION, api.staff)).json()["correction"]
    closed = await done(api, f"corrections/{correction}/rejection", {"reason": "It was right"}, api.staff)

    view = await asked(api, f"corrections/{correction}?at_least={closed}", api.staff)
    assert (view["state"], view["decision_reason"]) == ("rejected", "It was right")
    (row,) = (await asked(api, "delivered-devices", api.staff))["items"]
    assert row["delivered_on"] == "2026-05-20"


def _told() -> log.Log:
    """A device is registered, corrected, put in the place of another one, and corrected again."""
    said = {"company": log.VENDOR, "serial": SPARE, "proposed_by": log.STAFF}
    now = {"base_months": 12, "months": 12, "approved_by": SECOND} | said
    why = {"reason": "Mistyped", "reference": "CASE-1"} | said
    one, two = derived_id("c", "correction"), derived_id("d", "correction")
    devices = [
        RegisteredDevice(serial=serial, model="IP811", delivered_on=date(2026, 5, 20), warranty_months=12)
        for serial in (log.SERIAL, SPARE)
    ]
    first, last = date(2026, 6, 1), date(2026, 7, 1)
    return log.story().add(
        DevicesRegistered(devices=tuple(devices), reference="DN-1"),
        DeliveryCorrectionProposed.model_validate({"correction": one, "model": "IP6010", "delivered_on": first} | why),
        DeliveryCorrected.model_validate(
            {"correction": one, "model": "IP6010", "delivered_on": first, "ends_on": date(2027, 5, 31)} | now
        ),
        DeviceReplaced(
            company=log.ADRIA,
            rma="RMA-1",
            reason="Broken",
            former=log.device(issue=4, generation=3),
            device=log.device(log.bri(4), issue=1, serial=SPARE),
            lots=(log.bri(4),),
        ),
        DeliveryCorrectionProposed.model_validate({"correction": two, "model": "IP411", "delivered_on": last} | why),
        DeliveryCorrected.model_validate(
            {"correction": two, "model": "IP411", "delivered_on": last, "ends_on": date(2027, 6, 30)} | now
        ),
    )


async def test_entry_by_entry_and_in_one_batch_give_the_same_rows(
    kafka_topics: KafkaTopics, fresh_database_url: str, tmp_path: Path
) -> None:
    settings, values = settings_for(kafka_topics, fresh_database_url, tmp_path), _told().values
    async with projector(settings):
        for number, value in enumerate(values, 1):
            await append(kafka_topics, [value])
            await until_sequence(fresh_database_url, number)
    incremental = await all_rows(fresh_database_url)

    await rebuild(settings, asyncio.Event())

    assert await all_rows(fresh_database_url) == incremental
    spare = [row[2:4] for row in await rows(fresh_database_url, "delivered_devices") if row[1] == SPARE]
    assert sorted(spare) == [
        ("IP411", date(2026, 7, 1)),
        ("IP6010", date(2026, 5, 20)),
        ("IP6010", date(2026, 6, 1)),
        ("IP811", date(2026, 5, 20)),
    ]


async def test_a_company_that_typed_a_serial_gets_neither_its_test_nor_its_guarantee(api: Api) -> None:
    await api.stocked_project(SERIAL)
    last = await registered(api, OTHER)
    theirs = {"serial": SERIAL, "model": "IP811", "delivered_on": "2026-05-20"}
    last = await done(api, "delivered-devices", {"devices": [theirs], "reference": "DN-9"}, api.staff)
    test = {"version": 11, "count": 10}
    assert problem(await api.post(f"devices/{SERIAL}/test-licenses", test)) == (409, "contact_needed")
    guarantee = f"devices/{SERIAL}/guarantee?at_least={last}"
    assert problem(await api.get(guarantee)) == (409, "contact_needed")
    assert (await asked(api, guarantee, api.staff))["delivered_on"] == "2026-05-20"


async def test_a_box_that_fetched_its_licenses_shows_its_guarantee_and_gets_its_test(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    await registered(api, OTHER)
    theirs = {"serial": SERIAL, "model": "IP811", "delivered_on": "2026-05-20"}
    await done(api, "delivered-devices", {"devices": [theirs], "reference": "DN-9"}, api.staff)
    guarantee = f"devices/{SERIAL}/guarantee?at_least="
    for issue, shown in ((1, 409), (2, 200)):
        fetched = LicenseFileDelivered(
            company=ADRIA,
            project=project,
            serial=SERIAL,
            generation=1,
            issue=issue,
            file_sha256="f0" * 32,
            path="direct",
        )
        last = decode_entry(await forge(api.topics, fetched, api.ledger)).sequence
        assert (await api.get(f"{guarantee}{last}")).status_code == shown
        await api.allocate(project, SERIAL, 5)
    await done(api, f"devices/{SERIAL}/test-licenses", {"version": 11, "count": 10})


async def test_staff_releases_a_burned_test_and_the_device_s_history_says_so(api: Api) -> None:
    await api.stocked_project(SERIAL)
    await registered(api, SERIAL)
    burned = await done(api, f"devices/{SERIAL}/test-licenses", {"version": 11, "count": 1})
    why = {"reason": "The reseller before had used it up", "reference": "CASE-7"}
    assert problem(await api.post(f"devices/{SERIAL}/test-releases", why)) == (403, "no_right")
    released = await done(api, f"devices/{SERIAL}/test-releases", why, api.staff)
    tests = f"devices/{SERIAL}/test-licenses"
    assert problem(await api.get(f"{tests}?at_least={released}")) == (404, "test_unknown")
    assert (await asked(api, f"{tests}?as_of={burned}"))["count"] == 1
    own = await done(api, tests, {"version": 11, "count": 10})
    assert (await asked(api, f"{tests}?at_least={own}"))["count"] == 10
    history = (await asked(api, f"devices/{SERIAL}/history?at_least={own}"))["items"]
    assert [row["sequence"] for row in history if row["event_type"].endswith("test-released.v1")] == [released]
