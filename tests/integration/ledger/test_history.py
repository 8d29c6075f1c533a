"""How things came to be, asked of the API with its writer, projector, broker and database."""

import asyncio
import json
from pathlib import Path
from typing import Any

from contracts.codes.activation_key import digest, normalise
from ledger.adapters.postgres import database
from ledger.adapters.postgres.queries.device_search import device_search
from ledger.adapters.postgres.queries.visibility import Reach
from ledger.application.queries.devices import DeviceSearch
from ledger.entrypoints.projector.main import rebuild
from tests.support.databases import as_role
from tests.support.kafka_topics import KafkaTopics
from tests.support.ledger import ledger_log as log
from tests.support.ledger.api_at_work import Api, accepted
from tests.support.ledger.api_in_memory import problem
from tests.support.ledger.projector_at_work import (
    all_rows,
    append,
    connected,
    projector,
    rows,
    settings_for,
    until_sequence,
)
from tests.support.ledger.story import ADRIA, BEN, BORA

SERIAL, OTHER = "009033010203", "009033010204"
_REACHES: list[Reach] = [(True, None, []), (False, log.ADRIA, []), (False, log.ADRIA, ["a"]), (False, None, ["a", "b"])]


async def test_a_balance_is_explained_by_movements_that_sum_to_it(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    await api.allocate(project, SERIAL, 20)
    last = (await api.allocate(project, SERIAL, 5)).json()["sequence"]

    why = await _get(api, f"projects/{project}/balance/why?license_type=Port11&at_least={last}")

    assert [row["count"] for row in why["items"]] == [50, -20, -5]
    assert [row["balance"] for row in why["items"]] == [50, 30, 25]
    assert (await api.free(project, last))["Port11"] == 25
    assert why["items"][0]["subject"].startswith("activation-keys/")
    assert [row["subject"] for row in why["items"][1:]] == [f"devices/{SERIAL}"] * 2
    before = await _get(api, f"projects/{project}/balance/why?license_type=Port11&as_of={last - 1}")
    assert [row["balance"] for row in before["items"]] == [50, 30]


async def test_a_refusal_names_the_entry_that_its_balance_stands_at(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    await api.allocate(project, SERIAL, 20)

    refused = (await api.allocate(project, SERIAL, 31)).json()

    at = refused["at_sequence"]
    balance = await _get(api, f"projects/{project}/balance?at_least={at}&as_of={at}")
    assert {"license_type": "Port11", "license_class": "pbx", "count": refused["free"]} in balance["free"]


async def test_a_balance_and_a_device_are_shown_as_of_an_entry_or_a_time(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    first = (await api.allocate(project, SERIAL, 20)).json()["sequence"]
    await asyncio.sleep(0.01)
    last = (await api.allocate(project, SERIAL, 5)).json()["sequence"]

    async def free(as_of: Any) -> dict[str, int]:
        balance = await _get(api, f"projects/{project}/balance?at_least={last}&as_of={as_of}")
        return {row["license_type"]: row["count"] for row in balance["free"]}

    async def ports(as_of: Any) -> int:
        device = await _get(api, f"devices/{SERIAL}?at_least={last}&as_of={as_of}")
        return sum(lot["count"] for lot in device["licenses"])

    assert [await free(first - 2), await free(first), await free(last)] == [
        {"Port11": 50, "BRI": 4},
        {"Port11": 30, "BRI": 4},
        {"Port11": 25, "BRI": 4},
    ]
    assert [await ports(first - 1), await ports(first), await ports(last)] == [0, 20, 25]
    entry = (await _get(api, f"devices/{SERIAL}/history"))["items"][1]
    assert entry["sequence"] == first
    assert await free(entry["time"]) == await free(first)
    assert await ports(entry["time"]) == 20
    assert await free("2020-01-01") == {}
    assert problem(await api.get(f"devices/{SERIAL}?as_of=2020-01-01")) == (404, "device_unknown")

    async def listed(as_of: Any) -> list[tuple[str, list[int]]]:
        page = await _get(api, f"projects/{project}/devices?at_least={last}&as_of={as_of}")
        return [(one["serial"], [lot["count"] for lot in one["licenses"]]) for one in page["items"]]

    assert [await listed(at) for at in (first - 2, first - 1, last)] == [[], [(SERIAL, [])], [(SERIAL, [25])]]


async def test_entries_are_found_by_the_license_type_that_they_moved(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    ports = [accepted(await api.allocate(project, SERIAL, count)) for count in (20, 5)]
    (key,) = [
        one["sequence"]
        for one in (await _get(api, f"projects/{project}/history?at_least={ports[-1]}"))["items"]
        if "redeemed" in one["event_type"]
    ]

    async def moved(query: str) -> list[int]:
        page = await _get(api, f"entries?{query}")
        return [one["sequence"] for one in page["items"]]

    of_project, of_device = f"project={project}&license_type=Port11", f"device={SERIAL}&license_type=Port11"
    assert await moved(of_project) == [key, *ports]
    assert await moved(f"{of_project}&order=newest_first&limit=2") == [*reversed(ports)]
    assert await moved(f"{of_project}&order=newest_first&after={ports[1]}") == [ports[0], key]
    assert await moved(of_device) == ports
    assert await moved(f"project={project}&license_type=BRI") == [key]
    assert problem(await api.get("entries?license_type=Port11")) == (422, "request_invalid")
    both = f"{of_project}&types=licensing.ledger.licenses-allocated.v1"
    assert problem(await api.get(f"entries?{both}")) == (422, "request_invalid")


async def test_projects_devices_companies_and_keys_tell_their_history(api: Api) -> None:
    project = await api.stocked_project(SERIAL, OTHER)
    last = (await api.allocate(project, SERIAL, 20)).json()["sequence"]

    assert await _types(api, f"projects/{project}/history?at_least={last}") == [
        "project-created",
        "activation-key-redeemed",
        "device-added",
        "device-added",
        "licenses-allocated",
    ]
    assert await _types(api, f"devices/{SERIAL}/history") == ["device-added", "licenses-allocated"]
    assert (await _types(api, f"companies/{ADRIA}/history"))[0] == "company-registered"
    (key,) = (await _get(api, "activation-keys?order_number=PO-1", api.staff))["items"]
    assert (key["project"], key["company"]) == (project, ADRIA)
    about = f"activation-keys/{key['key_digest']}"
    assert await _get(api, about, api.staff) == key
    assert await _types(api, f"{about}/history", api.staff) == ["activation-key-issued", "activation-key-redeemed"]


async def test_an_entry_tells_who_caused_it_and_what_it_moved(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    last = (await api.allocate(project, SERIAL, 20, 1)).json()["sequence"]

    entry = (await _get(api, f"devices/{SERIAL}/history?at_least={last}"))["items"][-1]

    assert entry["actor"].endswith(f"@{ADRIA}")
    assert entry["movements"] == [
        {"account": f"device/{SERIAL}", "license_type": "BRI", "count": 1, "balance": 1},
        {"account": f"device/{SERIAL}", "license_type": "Port11", "count": 20, "balance": 20},
    ]
    assert entry["facts"] == {"device_project": project, "device_serial": SERIAL}
    assert len(entry["command_id"]) == 64
    assert entry["correlation_id"]


async def test_a_company_and_a_key_tell_what_their_entries_moved_and_where(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    last = (await api.allocate(project, SERIAL, 20)).json()["sequence"]
    await api.company(BORA, BEN)
    elsewhere = await api.post("projects", {"project_name": "Bora"}, api.token(BEN, BORA))
    (key,) = (await _get(api, "activation-keys", api.staff))["items"]

    def moved(entry: dict[str, Any]) -> dict[tuple[str, str], int]:
        return {(row["account"], row["license_type"]): row["count"] for row in entry["movements"]}

    for who in (api.token(), api.staff):
        company = (await _get(api, f"companies/{ADRIA}/history?at_least={last}", who))["items"]
        told = {entry["event_type"].split(".")[2]: entry for entry in company}
        redeemed, allocated = told["activation-key-redeemed"], told["licenses-allocated"]
        assert moved(redeemed) == {(f"project/{project}", "Port11"): 50, (f"project/{project}", "BRI"): 4}
        assert redeemed["facts"] == {"project": project}
        assert moved(allocated) == {(f"project/{project}", "Port11"): -20, (f"device/{SERIAL}", "Port11"): 20}
        assert allocated["facts"] == {"device_project": project, "device_serial": SERIAL}
        about = f"activation-keys/{key['key_digest']}/history"
        assert (await _get(api, about, who))["items"][-1] == redeemed
    others = await _get(api, f"companies/{BORA}/history?at_least={elsewhere.json()['sequence']}", api.token(BEN, BORA))
    assert [entry["movements"] for entry in others["items"]] == [[]] * len(others["items"])


async def test_a_history_tells_what_was_said_to_who_administers_the_company_and_not_to_guests(api: Api) -> None:
    project = await api.stocked_project(name="Hotel")
    await api.company(BORA, BEN)
    grant = {"account": BEN, "acting_for": BORA, "rights": ["view"]}
    assert (await api.post(f"projects/{project}/members", grant)).status_code == 201
    renamed = (await api.post(f"projects/{project}/renaming", {"project_name": "Villa"})).json()["sequence"]

    for who in (api.token(), api.staff):
        *_, granted, name = (await _get(api, f"projects/{project}/history?at_least={renamed}", who))["items"]
        assert granted["facts"] == {**grant, "granted": ["view"]}
        assert name["facts"] == {"former_name": "Hotel", "project_name": "Villa"}
    shown = (await _get(api, f"projects/{project}/history", api.token(BEN, BORA)))["items"]
    assert [row["facts"] for row in shown] == [None] * len(shown) != []


async def test_a_stranger_learns_nothing_of_any_past(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    await api.company(BORA, BEN)
    ben = api.token(BEN, BORA)
    (key,) = (await _get(api, "activation-keys", api.staff))["items"]

    for path, code in (
        (f"projects/{project}/history", "project_unknown"),
        (f"projects/{project}/balance?as_of=1", "project_unknown"),
        (f"projects/{project}/balance/why?license_type=Port11", "project_unknown"),
        (f"devices/{SERIAL}/history", "device_unknown"),
        (f"devices/{SERIAL}?as_of=5", "device_unknown"),
        (f"companies/{ADRIA}/history", "company_unknown"),
        (f"activation-keys/{key['key_digest']}", "key_unknown"),
        (f"activation-keys/{key['key_digest']}/history", "key_unknown"),
        (f"devices?project={project}", "project_unknown"),
        (f"projects/{project}/devices?as_of=5", "project_unknown"),
        (f"entries?project={project}&license_type=Port11", "project_unknown"),
        (f"entries?device={SERIAL}&license_type=Port11", "device_unknown"),
    ):
        assert problem(await api.get(path, ben)) == (404, code), path
    assert (await _get(api, "devices", ben))["items"] == []
    assert problem(await api.get("activation-keys", ben)) == (403, "no_right")


async def test_devices_are_found_by_what_one_knows_of_them(api: Api) -> None:
    first = await api.stocked_project("009033aa0001", "009033aa0002")
    second = await api.stocked_project("009033ab0001", name="Hotel Bora")
    await api.allocate(first, "009033aa0002", 1)
    last = (await api.allocate(second, "009033ab0001", 1, 1)).json()["sequence"]

    async def serials(query: str) -> list[str]:
        return [row["serial"] for row in (await _get(api, f"devices?at_least={last}&{query}"))["items"]]

    assert await serials("") == ["009033aa0001", "009033aa0002", "009033ab0001"]
    assert await serials("serial=00-90-33-AA") == ["009033aa0001", "009033aa0002"]
    assert await serials("license_type=Port11") == ["009033aa0002", "009033ab0001"]
    assert await serials(f"project={first}&license_type=Port11") == ["009033aa0002"]
    assert await serials("license_type=BRI&serial=009033aa") == []
    page = await _get(api, "devices?limit=2")
    assert [row["serial"] for row in (await _get(api, f"devices?cursor={page['next']}"))["items"]] == ["009033ab0001"]


async def test_a_guest_finds_and_exports_what_is_in_the_project_and_nothing_else(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    await api.stocked_project(OTHER, name="Hotel Bora")
    await api.company(BORA, BEN)
    guest = {"account": BEN, "acting_for": BORA, "rights": ["view"]}
    granted = (await api.post(f"projects/{project}/members", guest)).json()["sequence"]
    ben = api.token(BEN, BORA)

    devices = (await _get(api, f"devices?at_least={granted}", ben))["items"]
    exported = (await api.get("exports/movements?format=jsonl", ben)).text.splitlines()
    history = await _get(api, f"projects/{project}/history", ben)

    then = await _get(api, f"projects/{project}/devices?as_of={granted}", ben)
    moved = (await _get(api, f"entries?project={project}&license_type=Port11", ben))["items"]

    assert [row["serial"] for row in devices] == [row["serial"] for row in then["items"]] == [SERIAL]
    assert {one["account"] for entry in moved for one in entry["movements"]} == {f"project/{project}"}
    assert {json.loads(line)["account"] for line in exported} == {f"project/{project}"}
    assert history["items"][-1]["sequence"] == granted
    assert problem(await api.get(f"companies/{ADRIA}/history", ben)) == (404, "company_unknown")


async def test_every_list_walks_an_index(kafka_topics: KafkaTopics, fresh_database_url: str, tmp_path: Path) -> None:
    await append(kafka_topics, log.long_story(devices=1_000, projects=2).values)
    async with projector(settings_for(kafka_topics, fresh_database_url, tmp_path)):
        await until_sequence(fresh_database_url, 5_000)
    project = "project-of-nobody"
    searches = [
        DeviceSearch(prefix, where, license_type)
        for prefix in ("", "0090330001")
        for where in (None, project)
        for license_type in (None, "Port11")
    ]
    async with connected(fresh_database_url) as connection:
        await connection.execute("ANALYZE")
        for reach in _REACHES:
            for search in searches:
                query, arguments = device_search(search, reach, "", 51)
                plan = "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN {query}", 0, *arguments))
                assert "Index" in plan, plan
                assert "Seq Scan" not in plan, plan
                assert "Sort  (" not in plan or reach[2], plan


async def test_a_new_migration_empties_the_rows_and_the_log_brings_them_back(
    kafka_topics: KafkaTopics, fresh_database_url: str, tmp_path: Path
) -> None:
    settings = settings_for(kafka_topics, fresh_database_url, tmp_path)
    await append(kafka_topics, log.story().values)
    async with projector(settings):
        await until_sequence(fresh_database_url, 9)
    before = await all_rows(fresh_database_url)
    async with connected(as_role(fresh_database_url, "ledger-projector")) as connection:
        await _forget_a_migration(connection)
        assert len(await database.migrate(connection)) == 1
    assert await rows(fresh_database_url, "movements") == []

    async with projector(settings):
        await until_sequence(fresh_database_url, 9)

    assert await all_rows(fresh_database_url) == before
    await rebuild(settings, asyncio.Event())
    assert await all_rows(fresh_database_url) == before


async def test_a_key_is_found_by_the_digest_of_what_was_typed(api: Api) -> None:
    order = {"licenses": [{"license_type": "Port11", "count": 1}], "order_number": "PO-9"}
    issued = (await api.post("activation-keys", order, api.staff)).json()

    about = f"activation-keys/{digest(normalise(issued['activation_key']))}?at_least={issued['sequence']}"

    assert (await _get(api, about, api.staff))["order_number"] == "PO-9"


async def _get(api: Api, path: str, who: dict[str, str] | None = None) -> dict[str, Any]:
    response = await api.get(path, who)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


async def _types(api: Api, path: str, who: dict[str, str] | None = None) -> list[str]:
    prefix = "licensing.ledger."
    items = (await _get(api, path, who))["items"]
    return [row["event_type"].removeprefix(prefix).removesuffix(".v1") for row in items]


async def _forget_a_migration(connection: Any) -> None:
    """As if it were newer than these tables; what it made is dropped."""
    await connection.execute("ALTER TABLE subject_entries DROP COLUMN event_type")
    await connection.execute("DROP INDEX entries_by_type")
    await connection.execute("ALTER TABLE entries DROP COLUMN projects, DROP COLUMN serials")
    await connection.execute("DELETE FROM migrations WHERE name = '0024_entries_by_type'")
