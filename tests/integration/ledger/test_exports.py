"""Exports from the API with its writer, projector, broker and database."""

import csv
import io
import json
import tracemalloc
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from contracts.identifiers import default_project_of
from ledger.adapters.postgres import database
from ledger.adapters.postgres.queries import exports
from ledger.adapters.postgres.queries.exports import PostgresExports
from ledger.adapters.postgres.queries.ledger_queries import PostgresQueries
from ledger.application.queries.exports import Wanted
from ledger.application.queries.visibility import Viewer
from tests.support.kafka_topics import KafkaTopics
from tests.support.ledger import ledger_log as log
from tests.support.ledger.api_at_work import Api
from tests.support.ledger.api_in_memory import problem
from tests.support.ledger.projector_at_work import append, projector, settings_for, until_sequence
from tests.support.ledger.story import BEN, BORA

SERIAL, OTHER = "009033010203", "009033010204"


async def _rows(api: Api, path: str, who: dict[str, str] | None = None) -> list[dict[str, str]]:
    response = await api.get(f"exports/{path}", who)
    assert response.status_code == 200, response.text
    return list(csv.DictReader(io.StringIO(response.text)))


async def test_movements_and_balances_are_exported_in_three_formats(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    last = (await api.allocate(project, SERIAL, 20)).json()["sequence"]

    plain = await _rows(api, f"movements?at_least={last}")
    lines = (await api.get("exports/movements?format=jsonl")).text.splitlines()
    table = pq.read_table(io.BytesIO((await api.get("exports/movements?format=parquet")).content))

    assert [int(row["count"]) for row in plain] == [4, 50, -20, 20]
    assert [json.loads(line)["count"] for line in lines] == [4, 50, -20, 20]
    assert table.column("count").to_pylist() == [4, 50, -20, 20]
    assert {row["account"] for row in plain} == {f"project/{project}", f"device/{SERIAL}"}
    balances = {(row["account"], row["license_type"]): int(row["balance"]) for row in await _rows(api, "balances")}
    assert balances == {
        (f"project/{project}", "Port11"): 30,
        (f"project/{project}", "BRI"): 4,
        (f"device/{SERIAL}", "Port11"): 20,
    }


async def test_balances_are_exported_as_of_an_entry_and_movements_from_one_on(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    first = (await api.allocate(project, SERIAL, 20)).json()["sequence"]
    last = (await api.allocate(project, SERIAL, 5)).json()["sequence"]

    async def ports(query: str) -> dict[str, int]:
        rows = await _rows(api, f"balances?at_least={last}&{query}")
        return {row["account"][:6]: int(row["balance"]) for row in rows if row["license_type"] == "Port11"}

    assert await ports(f"as_of={first - 1}") == {"projec": 50}
    assert await ports(f"as_of={first}") == {"projec": 30, "device": 20}
    assert await ports("") == {"projec": 25, "device": 25}
    assert [int(row["sequence"]) for row in await _rows(api, f"movements?after={first}")] == [last, last]
    assert await _rows(api, f"movements?as_of={first - 1}&after={first - 1}") == []


async def test_everybody_exports_only_what_they_see(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    other = await api.stocked_project(OTHER, name="Hotel Bora")
    last = (await api.allocate(project, SERIAL, 20)).json()["sequence"]
    await api.company(BORA, BEN)
    ben = api.token(BEN, BORA)

    assert await _rows(api, f"movements?at_least={last}", ben) == []
    assert await _rows(api, "balances", ben) == []
    assert await _rows(api, "movements", api.token(BEN, log.ADRIA)) == []
    assert problem(await api.get(f"exports/movements?project={project}", ben)) == (404, "project_unknown")
    staff = await _rows(api, "movements", api.staff)
    assert sum(int(row["count"]) for row in staff) == 0
    assert {row["account"] for row in await _rows(api, f"movements?project={other}")} == {f"project/{other}"}


async def test_a_companys_export_holds_what_its_administrator_may_see_elsewhere_too_in_the_order_of_the_ledger(
    api: Api,
) -> None:
    project = await api.stocked_project(SERIAL)
    await api.company(BORA, BEN)
    ben = api.token(BEN, BORA)
    granted = {"account": BEN, "acting_for": BORA, "rights": ["view"]}
    assert (await api.post(f"projects/{project}/members", granted)).status_code == 201
    own = [{"license_type": "Port11", "count": 7}]
    key = await api.post("activation-keys", {"licenses": own, "order_number": "PO-2"}, api.staff)
    target = {"activation_key": key.json()["activation_key"], "project": default_project_of(BORA)}
    assert (await api.post("activation-keys/redemptions", target, ben)).status_code == 201
    last = (await api.allocate(project, SERIAL, 20)).json()["sequence"]

    rows = await _rows(api, f"movements?at_least={last}", ben)

    assert [(row["account"][:6], int(row["count"])) for row in rows] == [
        ("projec", 4),
        ("projec", 50),
        ("projec", 7),
        ("projec", -20),
        ("device", 20),
    ]
    balances = {(row["account"], row["license_type"]): int(row["balance"]) for row in await _rows(api, "balances", ben)}
    assert balances[f"project/{default_project_of(BORA)}", "Port11"] == 7
    assert balances[f"project/{project}", "Port11"] == 30
    assert balances[f"device/{SERIAL}", "Port11"] == 20


async def test_an_export_that_is_not_asked_properly_is_a_problem(api: Api) -> None:
    for query in ("format=xlsx", "after=-1", "as_of=never"):
        assert problem(await api.get(f"exports/movements?{query}")) == (422, "request_invalid")


async def test_memory_does_not_grow_with_the_rows(
    kafka_topics: KafkaTopics, fresh_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "ROWS", 500)
    entries = log.long_story(devices=400).values
    await append(kafka_topics, entries)
    async with projector(settings_for(kafka_topics, fresh_database_url, tmp_path)):
        await until_sequence(fresh_database_url, len(entries))
    viewer, wanted = Viewer(log.STAFF, log.VENDOR), Wanted(until=len(entries))

    async with database.pool(fresh_database_url, most=2) as pool:
        movements = PostgresExports(PostgresQueries(pool, 0)).movements
        count = 0
        tracemalloc.start()
        async for batch in movements(viewer, wanted):
            count += len(batch)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

    assert count > 6 * exports.ROWS
    assert peak < 2_000_000
