"""What is blocked, what was, and what old keys are, asked of the whole API: writer, projector, broker and database."""

from typing import Any

import pytest

from contracts.identifiers import default_project_of
from tests.support.ledger.api_at_work import WHY, Api, a_delivered_device, asked, done, redeemed
from tests.support.ledger.api_in_memory import problem
from tests.support.ledger.story import ADRIA, ANNA, BEN, BORA
from tests.support.ledger.story_members import GUS

SERIAL, OTHER = "009033010203", "009033010204"


@pytest.fixture
async def api(api: Api) -> Api:
    await api.company(BORA, BEN)
    return api


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


OLD = [{"license_name": "Registrations", "count": 5}, {"license_name": "PBX7#100", "count": 1}]


async def registered(api: Api, *keys: str, company: str | None = None) -> int:
    lines = [{"legacy_key": key, "licenses": OLD, "company": company} for key in keys]
    return await done(api, "legacy-keys", {"keys": lines, "reference": "EXPORT-8"}, api.staff)


async def test_a_partner_types_an_old_key_and_finds_what_became_of_it(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    await registered(api, "OLD1-KEY1-ABCD", "OLD1-KEY2-ABCD")
    keys, typed = f"projects/{project}/legacy-keys", {"legacy_key": "old1 key1abcd"}
    imported = await done(api, keys, typed)

    again = await api.post(keys, typed)
    assert problem(again) == (409, "key_already_imported")
    assert again.json()["sequence"] == imported
    assert problem(await api.post(keys, {"legacy_key": "OLD1-KEY9-ABCD"})) == (404, "key_unknown")
    assert problem(await api.post(keys, typed, api.token(BEN, BORA))) == (404, "project_unknown")

    preview = await asked(api, f"projects/{project}/legacy-conversions/preview?at_least={imported}")
    converted = await done(api, f"projects/{project}/legacy-conversions", {"preview_digest": preview["preview_digest"]})
    (came,) = (await asked(api, f"projects/{project}/legacy-imports?at_least={converted}"))["items"]
    assert (came["sequence"], came["reference"], came["serial"]) == (imported, "EXPORT-8", None)
    assert {row["license_name"]: row["count"] for row in came["licenses"]} == {"Registrations": 5, "PBX7#100": 1}
    (became,) = (await asked(api, f"projects/{project}/legacy-conversions"))["items"]
    assert (became["sequence"], became["old"]) == (converted, came["licenses"])
    assert became["new"] == [{"license_type": "Port8", "license_class": "pbx", "count": 5}]
    for rows in ("legacy-imports", "legacy-conversions", "legacy-consents"):
        assert problem(await api.get(f"projects/{project}/{rows}", api.token(BEN, BORA))) == (404, "project_unknown")


async def test_staff_pages_through_the_list_of_old_keys_and_sees_what_was_imported(api: Api) -> None:
    project = await api.stocked_project()
    await registered(api, *(f"OLD1-KEY{number}-ABCD" for number in range(5)), company=ADRIA)
    imported = await done(api, f"projects/{project}/legacy-keys", {"legacy_key": "OLD1-KEY3-ABCD"})
    found, cursor = list[dict[str, Any]](), ""
    while True:
        page = await asked(api, f"legacy-keys?limit=2&at_least={imported}{cursor}", api.staff)
        found += page["items"]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert len({row["key_digest"] for row in found}) == 5
    newest = await asked(api, "legacy-keys?order=newest_first&limit=3", api.staff)
    rest = await asked(api, f"legacy-keys?order=newest_first&limit=3&cursor={newest['next']}", api.staff)
    assert newest["items"] + rest["items"] == found[::-1]
    refused = await api.get(f"legacy-keys?cursor={newest['next']}", api.staff)
    assert problem(refused) == (422, "request_invalid")
    assert [(row["project"], row["imported_sequence"]) for row in found if row["project"]] == [(project, imported)]
    assert problem(await api.get("legacy-keys")) == (403, "no_right")
    assert problem(await api.get("return-limit-releases")) == (403, "no_right")
    assert problem(await api.get("staff-downloads")) == (403, "no_right")


async def test_consents_are_listed_with_who_gave_them(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    body = {"licenses": OLD, "serial": SERIAL, "reference": "EXPORT-7"}
    await done(api, f"projects/{project}/legacy-licenses", body, api.staff)
    given = await done(api, f"devices/{SERIAL}/legacy-consent", {"no_downgrade_below_version_8": True})

    (row,) = (await asked(api, f"projects/{project}/legacy-consents?at_least={given}"))["items"]

    assert (row["serial"], row["account"], row["sequence"]) == (SERIAL, ANNA, given)


async def test_a_device_that_comes_to_another_company_needs_its_consent_too(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    ben, there = api.token(BEN, BORA), default_project_of(BORA)
    await done(
        api, f"projects/{project}/legacy-licenses", {"licenses": OLD, "serial": SERIAL, "reference": "E"}, api.staff
    )
    word = {"no_downgrade_below_version_8": True}
    first = await done(api, f"devices/{SERIAL}/legacy-consent", word)

    async def consent(last: int) -> Any:
        (device,) = (await asked(api, f"projects/{there}/legacy-licenses?at_least={last}", ben))["devices"]
        return device["consent_sequence"]

    (device,) = (await asked(api, f"projects/{project}/legacy-licenses?at_least={first}"))["devices"]
    assert device["consent_sequence"] == first
    moved = await done(api, f"devices/{SERIAL}/staff-moves", {"project": there, **WHY}, api.staff)
    assert await consent(moved) is None
    again = await done(api, f"devices/{SERIAL}/legacy-consent", word, ben)
    assert await consent(again) == again > first


async def test_a_warranty_is_shown_as_it_stood_at_an_entry_or_a_day(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    delivered = await a_delivered_device(api, SERIAL)
    await redeemed(api, project, **{"WE-12": 1})
    body = {"license_type": "WE-12", "confirm_final": True}
    extended = await done(api, f"devices/{SERIAL}/warranty-extensions", body)
    guarantee = f"devices/{SERIAL}/guarantee?at_least={extended}"

    now = await asked(api, guarantee)
    assert now["extension_months"] == 12
    assert await asked(api, f"{guarantee}&as_of={extended}") == now
    before = await asked(api, f"{guarantee}&as_of={extended - 1}")
    assert (before["extension_months"], before["ends_on"]) == (0, before["base_ends_on"])
    assert (await asked(api, f"{guarantee}&as_of={delivered - 1}"))["state"] == "unknown"
    assert (await asked(api, f"{guarantee}&as_of=2020-01-01"))["state"] == "unknown"
    assert await asked(api, f"{guarantee}&as_of=9999-12-31T23:59:59Z") == now


async def test_a_test_is_shown_as_it_stood_at_an_entry(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    await api.allocate(project, SERIAL, 5)
    await a_delivered_device(api, SERIAL)
    tests = f"devices/{SERIAL}/test-licenses"
    issued = await done(api, tests, {"version": 11, "count": 10})
    await api.give_back(SERIAL, api.vendor.box(SERIAL).return_document())
    last = await done(api, "projects", {"project_name": "Later"})

    assert (await asked(api, f"{tests}?at_least={last}"))["returned"] is True
    then = await asked(api, f"{tests}?as_of={issued}")
    assert (then["returned"], then["as_of"], then["sequence"]) == (False, issued, issued)
    assert problem(await api.get(f"{tests}?as_of={issued - 1}")) == (404, "test_unknown")
    assert problem(await api.get(f"{tests}?as_of=1")) == (404, "device_unknown")


async def test_held_licenses_stand_beside_the_balance_now_and_as_of_an_entry(api: Api) -> None:
    project = await api.stocked_project(ports=12)
    paid = await redeemed(api, project, SSC=12)
    service = f"projects/{project}/software-service"
    price = await asked(api, f"{service}/price?months=12&at_least={paid}")
    bought = await done(api, service, {"months": 12, "preview_digest": price["preview_digest"]})
    held = await redeemed(api, project, Port11=7)
    waiting = [{"license_type": "Port11", "license_class": "pbx", "count": 7}]
    balance = f"projects/{project}/balance?at_least={held}"
    assert (await asked(api, balance))["held"] == waiting
    both = await asked(api, f"{service}/price?months=12&at_least={held}")
    assert (both["units"], both["credits"], both["held_units"], both["held_credits"]) == (12, 12, 7, 14)

    await redeemed(api, project, SSC=7)
    owed = await asked(api, f"{service}/held-licenses/price?at_least={held + 2}")
    released = await done(api, f"{service}/held-licenses/releases", {"preview_digest": owed["preview_digest"]})

    balance = f"projects/{project}/balance?at_least={released}"
    assert (await asked(api, balance))["held"] == []
    assert (await asked(api, f"{balance}&as_of={held}"))["held"] == waiting
    assert (await asked(api, f"{balance}&as_of={bought}"))["held"] == []
