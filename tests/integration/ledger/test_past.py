"""Who sees what of a device's past: whoever sees the project that it was in then."""

import json
from typing import Any

import pytest

from contracts.identifiers import default_project_of
from tests.support.ledger.api_at_work import Api, a_delivered_device, asked, done, redeemed
from tests.support.ledger.api_in_memory import problem
from tests.support.ledger.projector_at_work import publish_receipt
from tests.support.ledger.story import ADRIA, ANNA, BEN, BORA

SERIAL = "009033010203"


async def test_a_device_that_came_from_another_company_keeps_its_past_to_itself(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    allocated = (await api.allocate(project, SERIAL, 0, 4)).json()["sequence"]
    await api.company(BORA, BEN)
    ben = api.token(BEN, BORA)
    await api.post(f"devices/{SERIAL}/offers", {"company": BORA})
    accepted = await api.post(f"devices/{SERIAL}/acceptances", {"project": default_project_of(BORA)}, ben)
    assert accepted.status_code == 201, accepted.text
    last = accepted.json()["sequence"]

    assert await _types(api, f"devices/{SERIAL}/history?at_least={last}", ben) == ["device-moved"]
    assert len(await _types(api, f"devices/{SERIAL}/history", api.staff)) == 4
    assert problem(await api.get(f"devices/{SERIAL}?as_of={allocated}", ben)) == (404, "device_unknown")
    assert (await api.get(f"devices/{SERIAL}?as_of={allocated}", api.staff)).status_code == 200
    assert await _export(api, "movements", ben) == []
    assert (await asked(api, f"movements?device={SERIAL}", ben))["items"] == []

    # What stands on it is in the new company's balances, and what happened before in the former one's past.
    assert [(row["account"], row["balance"]) for row in await _export(api, "balances", ben)] == [
        (f"device/{SERIAL}", 4)
    ]
    assert len(await _types(api, f"devices/{SERIAL}/history")) == 4
    assert (await asked(api, f"devices/{SERIAL}?as_of={allocated}"))["licenses"][0]["count"] == 4
    assert problem(await api.get(f"devices/{SERIAL}?as_of={last}")) == (404, "device_unknown")
    assert problem(await api.get(f"devices/{SERIAL}")) == (404, "device_unknown")
    moved = [row for row in await _export(api, "movements") if row["sequence"] == allocated]
    assert sum(row["count"] for row in moved) == 0 < len(moved)
    assert [row["sequence"] for row in (await asked(api, f"movements?device={SERIAL}"))["items"]] == [allocated]
    assert await _there(api, f"as_of={allocated}") == [(SERIAL, 4)]
    assert await _there(api, f"as_of={last}") == await _there(api, f"as_of={allocated}", ben) == []
    assert await _there(api, f"as_of={last}", ben) == await _there(api, f"as_of={last}&company={BORA}", api.staff)
    assert await _there(api, f"as_of={last}", ben) == [(SERIAL, 4)]
    assert await _there(api, f"as_of={allocated}&company={BORA}", api.staff) == []
    then = {row["account"] for row in await _export(api, f"balances?as_of={allocated}")}
    assert f"device/{SERIAL}" in then
    assert f"device/{SERIAL}" not in {row["account"] for row in await _export(api, "balances")}


async def test_a_guest_sees_a_devices_past_in_the_project_and_none_before_or_after(api: Api) -> None:
    secret = await api.stocked_project(SERIAL, name="Secret")
    await api.allocate(secret, SERIAL, 0, 2)
    hotel = await api.stocked_project(name="Hotel")
    await api.company(BORA, BEN)
    ben = api.token(BEN, BORA)
    grant = {"account": BEN, "acting_for": BORA, "rights": ["view"]}
    assert (await api.post(f"projects/{hotel}/members", grant)).status_code == 201
    came = (await api.post(f"devices/{SERIAL}/moves", {"project": hotel})).json()["sequence"]
    allocated = (await api.allocate(hotel, SERIAL, 0, 1)).json()["sequence"]

    def seen(path: str) -> Any:
        return asked(api, f"{path}{'&' if '?' in path else '?'}at_least={allocated}", ben)

    assert await _types(api, f"devices/{SERIAL}/history?at_least={allocated}", ben) == [
        "device-moved",
        "licenses-allocated",
    ]
    assert [row["sequence"] for row in (await seen(f"movements?device={SERIAL}"))["items"]] == [allocated]
    assert problem(await api.get(f"devices/{SERIAL}?as_of={came - 1}", ben)) == (404, "device_unknown")
    assert (await seen(f"devices/{SERIAL}?as_of={came}"))["project"] == hotel
    assert await _there(api, f"as_of={came - 1}", ben) == []
    assert await _there(api, f"as_of={came}", ben) == [(SERIAL, 2)]
    assert await _there(api, f"as_of={came}&project={hotel}&license_type=BRI&delivered=false", ben) == [(SERIAL, 2)]
    assert await _there(api, f"as_of={came}&project={secret}") == []
    assert await _there(api, f"as_of={came}&license_type=Port11") == []
    assert await _there(api, f"as_of={came}&delivered=true") == []
    movements = [row for row in await _export(api, "movements", ben) if row["account"].startswith("device/")]
    assert [row["sequence"] for row in movements] == [allocated]
    assert f"device/{SERIAL}" not in {row["account"] for row in await _export(api, f"balances?as_of={came - 1}", ben)}
    held = {row["account"]: row["balance"] for row in await _export(api, "balances", ben)}
    assert held[f"device/{SERIAL}"] == 3

    gone = (await api.post(f"devices/{SERIAL}/moves", {"project": secret})).json()["sequence"]
    assert (await api.allocate(secret, SERIAL, 0, 1)).status_code == 201
    assert await _types(api, f"devices/{SERIAL}/history?at_least={gone}", ben) == [
        "device-moved",
        "licenses-allocated",
        "device-moved",
    ]
    assert problem(await api.get(f"devices/{SERIAL}?at_least={gone}", ben)) == (404, "device_unknown")
    assert (await seen(f"devices/{SERIAL}?as_of={gone - 1}"))["project"] == hotel
    assert f"device/{SERIAL}" not in {row["account"] for row in await _export(api, "balances", ben)}


@pytest.mark.own_processes
async def test_c7_a_receipt_is_for_who_may_return_in_the_project_that_was_credited(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    allocated = (await api.allocate(project, SERIAL, 5)).json()["sequence"]
    receipt = await publish_receipt(api.topics, SERIAL, sequence=allocated + 1)
    document = api.vendor.box(SERIAL).return_document()
    assert (await api.give_back(SERIAL, document)).content == receipt
    await api.company(BORA, BEN)
    ben, there = api.token(BEN, BORA), default_project_of(BORA)
    moved = await done(
        api, f"devices/{SERIAL}/staff-moves", {"project": there, "reason": "Sold.", "reference": "C-1"}, api.staff
    )

    assert problem(await api.get(f"devices/{SERIAL}/return-receipt?at_least={moved}", ben)) == (404, "receipt_unknown")
    assert (await api.get(f"devices/{SERIAL}/return-receipt")).content == receipt
    assert (await api.give_back(SERIAL, document)).content == receipt
    assert problem(await api.give_back(SERIAL, document, ben)) == (409, "generation_spent")


async def test_a_device_is_nowhere_while_it_is_in_no_project(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    released = (await api.post(f"devices/{SERIAL}/release", None)).json()["sequence"]
    added = (await api.post(f"projects/{project}/devices", {"serial": SERIAL})).json()["sequence"]

    assert await _there(api, f"as_of={released}&at_least={added}") == []
    for name in ("blocked=true", "expand=test"):
        assert problem(await api.get(f"devices?as_of={added}&{name}")) == (422, "request_invalid")
    others = ["009033010204", "009033010205", "009033010206", "009033010207"]
    last = [await done(api, f"projects/{project}/devices", {"serial": one}) for one in others][-1]
    first = await asked(api, f"devices?as_of={added}&limit=1&at_least={last}")
    rest = await asked(api, f"devices?as_of={added}&limit=1&cursor={first['next']}")
    assert ([one["serial"] for one in first["items"]], rest["items"]) == ([SERIAL], [])
    assert (await asked(api, f"devices?as_of={added}&limit=1&cursor={rest['next']}"))["next"] is None
    for who in (api.token(), api.staff):
        assert (await asked(api, f"devices/{SERIAL}?as_of={released - 1}&at_least={added}", who))["project"] == project
        assert problem(await api.get(f"devices/{SERIAL}?as_of={released}", who)) == (404, "device_unknown")
        assert (await asked(api, f"devices/{SERIAL}?as_of={added}", who))["project"] == project
    assert await _types(api, f"devices/{SERIAL}/history") == ["device-added", "device-released", "device-added"]


async def test_a_guest_learns_which_company_did_it_and_no_account_of_it(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    await api.company(BORA, BEN)
    ben = api.token(BEN, BORA)
    grant = {"account": BEN, "acting_for": BORA, "rights": ["view", "licenses"]}
    assert (await api.post(f"projects/{project}/members", grant)).status_code == 201
    body = {"serial": SERIAL, "licenses": [{"license_type": "Port11", "count": 1}]}
    own = await api.post(f"projects/{project}/allocations", body, ben)
    assert own.status_code == 201, own.text

    last = own.json()["sequence"]
    for path in (
        f"projects/{project}/history",
        f"devices/{SERIAL}/history",
        f"movements?project={project}",
        f"projects/{project}/balance/why?license_type=Port11",
    ):
        separator = "&" if "?" in path else "?"
        told = {row["actor"] for row in (await asked(api, f"{path}{separator}at_least={last}", ben))["items"]}
        assert f"account:{BEN}@{BORA}" in told, path
        assert told <= {f"account:{BEN}@{BORA}", f"company:{ADRIA}"}, path
        known = {row["actor"] for row in (await asked(api, path))["items"]}
        assert known <= {f"account:{BEN}@{BORA}", f"account:{ANNA}@{ADRIA}"}, path
    exported = {row["actor"] for row in await _export(api, "movements", ben)}
    assert exported == {f"account:{BEN}@{BORA}", f"company:{ADRIA}"}
    assert f"account:{ANNA}@{ADRIA}" in {row["actor"] for row in await _export(api, "movements")}


async def test_an_end_customer_does_not_learn_that_a_guarantee_was_extended(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    await a_delivered_device(api, SERIAL)
    await redeemed(api, project, **{"WE-12": 1})
    await api.company(BORA, BEN, kind="end_customer")
    grant = {"account": BEN, "acting_for": BORA, "rights": ["view"]}
    assert (await api.post(f"projects/{project}/members", grant)).status_code == 201
    body = {"license_type": "WE-12", "confirm_final": True}
    extended = (await api.post(f"devices/{SERIAL}/warranty-extensions", body)).json()["sequence"]

    ben, name = api.token(BEN, BORA), "warranty-extended"
    assert name in await _types(api, f"devices/{SERIAL}/history?at_least={extended}")
    assert name not in await _types(api, f"devices/{SERIAL}/history", ben)
    why = f"projects/{project}/balance/why?license_type=WE-12"
    for path in (f"projects/{project}/history", why):
        (told,) = [row for row in (await asked(api, path, ben))["items"] if row["sequence"] == extended]
        assert told["subject"] == f"projects/{project}"
    (told,) = [row for row in (await asked(api, why))["items"] if row["sequence"] == extended]
    assert told["subject"] == f"devices/{SERIAL}"


async def _types(api: Api, path: str, who: dict[str, str] | None = None) -> list[str]:
    prefix = "licensing.ledger."
    items = (await asked(api, path, who))["items"]
    return [row["event_type"].removeprefix(prefix).removesuffix(".v1") for row in items]


async def _export(api: Api, path: str, who: dict[str, str] | None = None) -> list[dict[str, Any]]:
    response = await api.get(f"exports/{path}{'&' if '?' in path else '?'}format=jsonl", who)
    assert response.status_code == 200, response.text
    return [json.loads(line) for line in response.text.splitlines()]


async def _there(api: Api, wanted: str, who: dict[str, str] | None = None) -> list[tuple[str, int]]:
    """Devices of the past with how many licenses were on each."""
    found = await asked(api, f"devices?{wanted}", who)
    return [(one["serial"], sum(lot["count"] for lot in one["licenses"])) for one in found["items"]]
