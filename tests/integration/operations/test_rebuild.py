"""A read side is rebuilt beside the live one, while partners work and while nobody does."""

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from ledger.adapters.postgres.database import READ_SIDE
from ledger.entrypoints.projector.main import PROJECTOR
from ledger.entrypoints.projector.settings import ProjectorSettings
from runtime.answers import Answer
from runtime.postgres.generations import GenerationRefused
from runtime.projection.rebuild import Wish, rebuild_beside
from tests.support.kafka_topics import KafkaTopics
from tests.support.ledger import ledger_log as log
from tests.support.ledger.api_at_work import Api, a_ledger_at_work
from tests.support.ledger.projector_at_work import all_rows, append, projector, rows, settings_for, until_sequence

SERIAL = log.SERIAL


async def _rebuilt(settings: ProjectorSettings, **wish: bool) -> Answer:
    return await rebuild_beside(PROJECTOR, settings, Wish(**wish), lambda _: None)


async def _asked(url: str, query: str, *arguments: Any) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(query, *arguments)]
    finally:
        await connection.close()


async def test_queries_are_answered_and_never_go_backwards_while_partners_work(
    kafka_topics: KafkaTopics, fresh_database_url: str, tmp_path: Path
) -> None:
    async with a_ledger_at_work(kafka_topics, fresh_database_url, tmp_path) as api:
        project = await api.stocked_project(SERIAL, ports=100)
        named = {"own_name": "Reception", "place": None, "reference": None}
        label = await api.client.put(f"/v1/projects/{project}/label", json=named, headers=api.token())
        assert label.status_code == 200, label.text
        settings, done = settings_for(kafka_topics, fresh_database_url, tmp_path), asyncio.Event()
        partner, reader = asyncio.create_task(_works(api, project, done)), asyncio.create_task(_reads(api, done))
        facts = [(await _rebuilt(settings, drop_old=True)).facts for _ in range(2)]
        lives = [one["live"] for one in facts]
        done.set()
        spent, sequence = await partner
        await reader

        assert lives == ["ledger_2", "ledger"]
        assert (await api.free(project, at_least=sequence))["Port11"] == 100 - spent
        rest = (await api.allocate(project, SERIAL, 1)).json()["sequence"]
        assert (await api.free(project, at_least=rest))["Port11"] == 99 - spent
        assert (await api.get(f"projects/{project}")).json()["label"] == named


async def _works(api: Api, project: str, done: asyncio.Event) -> tuple[int, int]:
    """Allocates port by port, and reads what it wrote each time; how many, and the last entry."""
    spent, sequence = 0, 0
    while not done.is_set() and spent < 90:
        answer = await api.allocate(project, SERIAL, 1)
        assert answer.status_code == 201, answer.text
        spent, sequence = spent + 1, answer.json()["sequence"]
        balance = await api.get(f"projects/{project}/balance?at_least={sequence}")
        assert balance.status_code == 200, balance.text
        free = {row["license_type"]: row["count"] for row in balance.json()["free"]}
        assert free["Port11"] == 100 - spent
    return spent, sequence


async def _reads(api: Api, done: asyncio.Event) -> None:
    """Asks how far the rows are, again and again."""
    reached = 0
    while not done.is_set():
        answer = await api.get("exports/balances")
        assert answer.status_code == 200, answer.text
        now = int(answer.headers["X-As-Of"])
        assert now >= reached
        reached = now


async def test_wrong_rows_become_right_and_the_generation_before_stays_until_it_is_dropped(
    kafka_topics: KafkaTopics, fresh_database_url: str, tmp_path: Path
) -> None:
    settings, url = settings_for(kafka_topics, fresh_database_url, tmp_path), fresh_database_url
    await append(kafka_topics, log.story().values[:8])
    async with projector(settings):
        await until_sequence(url, 8)
        right = await all_rows(url)
        await _asked(url, "UPDATE ledger.balances SET free = 9999")
        planned = await _rebuilt(settings, dry_run=True)
        assert (planned.facts["live"], planned.facts["would_make"]) == ("ledger", "ledger_2")

        made = (await _rebuilt(settings)).facts

        assert (made["live"], made["before"], made["dropped"]) == ("ledger_2", "ledger", False)
        assert [one["table"] for one in made["differences"]] == ["balances"]
        assert (await rows(url, "ledger_2.balances")) == right["balances"]
        with pytest.raises(GenerationRefused, match="the generation before ledger_2 is still there"):
            await _rebuilt(settings)
        assert (await _rebuilt(settings, only_drop_old=True)).facts == {"live": "ledger_2", "dropped": "ledger"}
        with pytest.raises(GenerationRefused, match="there is no generation"):
            await _rebuilt(settings, only_drop_old=True)

        await append(kafka_topics, log.story().values[8:])
        again = (await _rebuilt(settings, drop_old=True)).facts

    assert (again["live"], again["positions"]["position/0"]) == ("ledger", 9)
    assert await rows(url, "device_licenses") == [(0, SERIAL, "BRI", "gateway", 4)]
    assert await _asked(url, "SELECT FROM pg_tables WHERE schemaname = 'ledger_2'") == []


async def test_a_generation_that_is_not_as_far_does_not_become_live(
    kafka_topics: KafkaTopics, fresh_database_url: str, tmp_path: Path
) -> None:
    settings, url = settings_for(kafka_topics, fresh_database_url, tmp_path), fresh_database_url
    await append(kafka_topics, log.story().values)
    async with projector(settings):
        await until_sequence(url, 9)
    await _asked(url, "UPDATE ledger.position SET next_offset = 10")

    with pytest.raises(GenerationRefused, match=r"not as far as the live ones, so those stay: position \(0,\)"):
        await _rebuilt(settings)

    assert await _asked(url, "SELECT schema, keeps_old FROM ledger_live.generation") == [("ledger", False)]


async def test_the_two_generations_have_the_same_tables_and_indexes(fresh_database_url: str, tmp_path: Path) -> None:
    connection = await asyncpg.connect(fresh_database_url)
    try:
        await READ_SIDE.migrate(connection)
        await READ_SIDE.migrate(connection, into="ledger_2")
        columns, indexes = [
            {
                generation: {
                    tuple(str(value).replace(f"{generation}.", "") for value in row)
                    for row in await connection.fetch(query, generation)
                }
                for generation in READ_SIDE.generations
            }
            for query in (_COLUMNS, _INDEXES)
        ]
    finally:
        await connection.close()

    assert columns["ledger"] == columns["ledger_2"]
    assert indexes["ledger"] == indexes["ledger_2"]
    assert len(columns["ledger"]) > 100


_COLUMNS = """
SELECT table_name, column_name, data_type, collation_name, is_nullable, column_default, generation_expression
  FROM information_schema.columns WHERE table_schema = $1"""
_INDEXES = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = $1"
