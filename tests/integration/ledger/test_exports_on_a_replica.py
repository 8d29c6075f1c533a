"""Exports read a streaming replica of the real database, and never less than the client has seen."""

from pathlib import Path
from typing import Any

import asyncpg
from prometheus_client import REGISTRY

from dev.stack.postgres import Cluster
from tests.support.kafka_topics import KafkaTopics
from tests.support.ledger import ledger_log as log
from tests.support.ledger.api_at_work import Api, a_ledger_at_work
from tests.support.ledger.projector_at_work import database_settings
from tests.support.streaming_replica import streaming_replica


def _reads() -> dict[str, float]:
    name = "licensing_database_long_reads_total"
    return {place: REGISTRY.get_sample_value(name, {"place": place}) or 0.0 for place in ("replica", "primary")}


async def _movements(api: Api, at_least: int) -> int:
    answer = await api.get(f"exports/movements?format=jsonl&at_least={at_least}")
    assert answer.status_code == 200, answer.text
    assert int(answer.headers["X-As-Of"]) >= at_least
    return len(answer.text.splitlines())


async def _told(url: str, query: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_exports_read_a_replica_that_is_as_far_and_the_primary_where_it_is_behind(
    kafka_topics: KafkaTopics, postgres: Cluster, fresh_database_url: str, state: Path, tmp_path: Path
) -> None:
    with streaming_replica(postgres, state, fresh_database_url) as replica:
        its_url = database_settings(replica, tmp_path, "ledger-api")["database_url"]
        async with a_ledger_at_work(kafka_topics, fresh_database_url, tmp_path, database_replica_url=its_url) as api:
            project, before = await api.stocked_project(log.SERIAL), _reads()
            first = (await api.allocate(project, log.SERIAL, 1)).json()["sequence"]
            rows = await _movements(api, first)
            on_the_replica = _reads()
            assert await _told(replica, "SELECT pg_is_in_recovery()")
            await _told(replica, "SELECT pg_wal_replay_pause()")
            second = (await api.allocate(project, log.SERIAL, 1)).json()["sequence"]
            while_it_is_behind = await _movements(api, second)
            on_the_primary = _reads()
            await _told(replica, "SELECT pg_wal_replay_resume()")
            again = await _movements(api, second)
            by_staff = await api.get("exports/labels", api.staff)
            recorded = await _told(fresh_database_url, "SELECT operation FROM access_log.accesses ORDER BY number DESC")

    assert (by_staff.status_code, recorded) == (200, "export_labels")
    assert on_the_replica == before | {"replica": before["replica"] + 1}
    assert on_the_primary == on_the_replica | {"primary": on_the_replica["primary"] + 1}
    assert (while_it_is_behind, again) == (rows + 2, rows + 2)
