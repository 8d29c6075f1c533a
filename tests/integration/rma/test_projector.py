"""RMA's projector on a real broker and a real database: each entry once, whatever happens to the process."""

import asyncio
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, get_args

import asyncpg
import httpx
import pytest

from contracts.dates import civil_day
from contracts.identifiers import MAX_SEQUENCE
from contracts.rma.cases import State
from contracts.rma.events import EVENT_TYPES, DeviceReceived, DeviceShipped
from contracts.topics import CASE_EVENTS, DEAD_LETTERS
from dev.stack.settings import environment
from rma.adapters.postgres.queries.case_search import case_search
from rma.application.queries.cases import CaseSearch
from rma.application.queries.sight import Reach
from rma.entrypoints.projector.main import rebuild
from rma.entrypoints.projector.settings import ProjectorSettings
from runtime.kafka import PartitionTail, Producer
from runtime.pages import Start
from tests.support.kafka_topics import KafkaTopics
from tests.support.ledger.projector_at_work import until
from tests.support.plain_http import plain_client
from tests.support.rma import story
from tests.support.rma.api_at_work import a_projector, projector_settings
from tests.support.rma.case_log import SHAPES, CaseLog, log_of
from tests.support.signer.process import free_port

pytestmark = pytest.mark.topics_of("rma-projector")

TABLES = (
    "position",
    "stops",
    "entries",
    "case_versions",
    "cases",
    "serial_parts",
    "entitlements",
    "set_aside_entries",
)
CASES = 2 * len(SHAPES)
PAGE = 51
"""Rows of a page, and one that says whether more follow."""
PAGE_BUFFERS = 500
"""Most pages of 8 KiB that they may take to find; the tables have thousands."""


def a_log() -> CaseLog:
    return log_of(CASES)


@contextmanager
def killed(settings: ProjectorSettings) -> Generator[None]:
    """A projector as a process of its own, killed without warning when the block ends."""
    said = environment(settings.model_dump(exclude_none=True))
    program = Path(sys.prefix) / "bin" / "rma-projector"
    with subprocess.Popen([program], env=os.environ | said, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.kill()


async def append(topics: KafkaTopics, values: list[bytes]) -> None:
    async with Producer(topics.connection(), client_id="test") as producer:
        await producer.send_many(topics.name(CASE_EVENTS), 0, [(b"0", value, ()) for value in values])


async def rows(url: str, table: str) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(url, server_settings={"search_path": "rma"})
    try:
        return sorted((tuple(row) for row in await connection.fetch(f"SELECT * FROM {table}")), key=repr)
    finally:
        await connection.close()


async def all_rows(url: str) -> dict[str, list[tuple[Any, ...]]]:
    return {table: await rows(url, table) for table in TABLES}


async def until_sequence(url: str, sequence: int) -> None:
    async def reached() -> bool:
        try:
            return [row[1] for row in await rows(url, "position")] == [sequence]
        except asyncpg.PostgresError:
            return False

    await until(reached)


async def test_a_rebuild_from_zero_equals_the_incremental_rows(
    kafka_topics: KafkaTopics, fresh_database_url: str, tmp_path: Path
) -> None:
    settings, log = projector_settings(kafka_topics, fresh_database_url, tmp_path), a_log()
    async with a_projector(settings):
        for start in range(0, len(log.values), 17):
            await append(kafka_topics, log.values[start : start + 17])
            await until_sequence(fresh_database_url, min(start + 17, len(log.values)))
    incremental = await all_rows(fresh_database_url)

    await rebuild(settings, asyncio.Event())

    assert await all_rows(fresh_database_url) == incremental
    assert len(incremental["cases"]) == CASES
    assert len(incremental["entries"]) == len(log.values) - 1, "one is set aside"
    assert {row[4] for row in incremental["entries"]} == EVENT_TYPES.keys()
    assert {row[12] for row in incremental["case_versions"]} == set(get_args(State))


async def test_a_projector_that_is_killed_again_and_again_leaves_each_entry_once(
    kafka_topics: KafkaTopics, fresh_database_url: str, tmp_path: Path
) -> None:
    settings, log = projector_settings(kafka_topics, fresh_database_url, tmp_path), a_log()
    for start in range(0, len(log.values), 40):
        await append(kafka_topics, log.values[start : start + 40])
        with killed(settings):
            await until_sequence(fresh_database_url, min(start + 40, len(log.values)))
    left = await all_rows(fresh_database_url)

    await rebuild(settings, asyncio.Event())

    assert await all_rows(fresh_database_url) == left


async def test_poison_is_buried_and_an_orphan_passed_over(
    kafka_topics: KafkaTopics, fresh_database_url: str, tmp_path: Path
) -> None:
    log = a_log()
    await append(kafka_topics, [log.values[0], b"no entry", log.values[0], *log.values[1:]])

    async with a_projector(projector_settings(kafka_topics, fresh_database_url, tmp_path)):
        await until_sequence(fresh_database_url, len(log.values))

    dead = kafka_topics.name(DEAD_LETTERS["rma-projector"])
    tail = PartitionTail(kafka_topics.connection(), dead, 0, 0)
    assert [record.value for record in await tail.next_batch()] == [b"no entry"]
    await tail.close()


async def test_an_unlawful_entry_stops_the_rows_before_it_and_readiness_names_it(
    kafka_topics: KafkaTopics, fresh_database_url: str, tmp_path: Path
) -> None:
    log = a_log()
    lawful = len(log.values)
    out_of_order = DeviceShipped(
        rma="RMA-2026-000001",
        company=story.ADRIA,
        ledger_sequence=1,
        state="shipped",
        serial="009033000000",
        carrier="DHL",
        tracking_number="1",
    )
    after = DeviceReceived(
        rma="RMA-2026-000001", company=story.ADRIA, ledger_sequence=1, state="received", serial="009033000000"
    )
    log.add(out_of_order, after)
    await append(kafka_topics, log.values)
    settings = projector_settings(kafka_topics, fresh_database_url, tmp_path).model_copy(
        update={"admin_port": free_port()}
    )

    async with a_projector(settings), plain_client() as client:

        async def names_it() -> bool:
            try:
                ready = await client.get(f"http://127.0.0.1:{settings.admin_port}/readyz")
            except httpx.TransportError:
                return False
            return ready.status_code == 503 and f"entry {lawful + 1} breaks step_wrong" in ready.text

        await until(names_it)

    assert [row[1] for row in await rows(fresh_database_url, "position")] == [lawful]
    assert [(row[1], row[3]) for row in await rows(fresh_database_url, "stops")] == [(lawful + 1, "step_wrong")]


async def test_ten_thousand_open_cases_are_searched_over_indexes(
    kafka_topics: KafkaTopics, fresh_database_url: str, tmp_path: Path
) -> None:
    """Whatever page of the queue: the right cases, and some rows are read for them, not all."""
    log = a_log()
    async with a_projector(projector_settings(kafka_topics, fresh_database_url, tmp_path)):
        await append(kafka_topics, log.values)
        await until_sequence(fresh_database_url, len(log.values))
    connection = await asyncpg.connect(fresh_database_url, server_settings={"search_path": "rma"})
    try:
        for statement in _TEN_THOUSAND:
            await connection.execute(statement)
        every_case = await connection.fetch("SELECT * FROM cases ORDER BY filed_sequence")
        for wanted, reach, after in (*_WALKED, *_NAMED, *_JOINED):
            digests = None if wanted.reference is None else [wanted.reference]
            query, arguments = case_search(wanted, reach, Start(after), digests)
            asked = (0, after, PAGE, *arguments)
            found = [case["rma"] for case in await connection.fetch(query, *asked)]
            told = await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query}", *asked)
            plan = json.loads(told)[0]["Plan"]
            fitting = (case["rma"] for case in every_case if _fits(case, wanted, reach, after))
            assert found == list(itertools.islice(fitting, PAGE)), (wanted, reach, after)
            newest, arguments = case_search(wanted, reach, Start(MAX_SEQUENCE, newest_first=True), digests)
            found = [case["rma"] for case in await connection.fetch(newest, 0, MAX_SEQUENCE, PAGE, *arguments)]
            fitting = (case["rma"] for case in reversed(every_case) if _fits(case, wanted, reach, 0))
            assert found == list(itertools.islice(fitting, PAGE)), (wanted, reach)
            if (wanted, reach, after) not in _JOINED:
                assert '"Node Type": "Seq Scan"' not in told, (wanted, reach, told)
                assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] <= PAGE_BUFFERS, (wanted, reach, told)
    finally:
        await connection.close()


def _fits(case: Any, wanted: CaseSearch, reach: Reach, after: int) -> bool:
    """What the parts of a search say, one by one."""
    before = wanted.filed_before
    return (
        case["filed_sequence"] > after
        and (reach.everything or case["project"] in reach.projects)
        and all(
            value in (None, case[column])
            for column, value in (
                ("rma", wanted.rma),
                ("company", wanted.company),
                ("project", wanted.project),
                ("reference", wanted.reference),
                ("state", wanted.state),
                ("open", wanted.open),
                ("owes", wanted.owed),
            )
        )
        and wanted.serial in case["serial"]
        and (before is None or civil_day(case["filed"]) < before)
    )


# One in six has ended and is Bora's, all others are open and Adria's. Rows lie in no order: each costs a page to read.
_TEN_THOUSAND = (
    f"""
    INSERT INTO cases SELECT (made).* FROM (
        SELECT jsonb_populate_record(NULL::cases, to_jsonb(c) || jsonb_build_object(
                   'rma', 'RMA-2026-' || (100000 + n), 'serial', '0090335' || lpad(to_hex(n), 5, '0'),
                   'filed_sequence', 1000 + n, 'reference', n % 500,
                   'filed', (SELECT max(time) FROM entries) + n * interval '1 minute')
                   || CASE WHEN n % 6 > 0 THEN '{{}}' ELSE jsonb_build_object('state', 'closed', 'open', false,
                      'company', '{story.BORA}', 'project', '{story.BORAS}') END) AS made
          FROM (SELECT * FROM cases WHERE state = 'received' LIMIT 1) AS c, generate_series(1, 12000) AS n
         ORDER BY md5(n::text) OFFSET 0) AS made""",
    """
    INSERT INTO entries SELECT (made).* FROM (
        SELECT jsonb_populate_record(NULL::entries, to_jsonb(e) || jsonb_build_object(
                   'sequence', 1000 + n, 'time', (SELECT max(time) FROM entries) + n * interval '1 minute')) AS made
          FROM (SELECT * FROM entries LIMIT 1) AS e, generate_series(1, 12000) AS n OFFSET 0) AS made""",
    """
    INSERT INTO serial_parts
    SELECT DISTINCT ledger, substr(serial, start, length), filed_sequence
      FROM cases, generate_series(1, 12) AS start, generate_series(1, 13 - start) AS length
        ON CONFLICT DO NOTHING""",
    "ANALYZE cases",
    "ANALYZE entries",
    "ANALYZE serial_parts",
)
MIDDLE = date(2027, 4, 27)
"""Half of them are filed by then."""
_ALL = Reach(everything=True)
_HOTEL = Reach(everything=False, projects=(story.HOTEL,))
_BOTH = Reach(everything=False, projects=(story.BORAS, story.HOTEL))
_WHOSE = (
    (CaseSearch(), _ALL),
    (CaseSearch(company=story.BORA), _ALL),
    (CaseSearch(project=story.HOTEL), _ALL),
    (CaseSearch(company=story.BORA, project=story.HOTEL), _ALL),
    (CaseSearch(), _HOTEL),
    (CaseSearch(), _BOTH),
    (CaseSearch(company=story.BORA), _BOTH),
    (CaseSearch(project=story.BORAS), _HOTEL),
)
_STEPS = (
    CaseSearch(),
    CaseSearch(open=True),
    CaseSearch(open=False),
    CaseSearch(owed=True),
    CaseSearch(owed=False),
    CaseSearch(open=True, owed=False),
    CaseSearch(open=False, owed=True),
    CaseSearch(state="received"),
    CaseSearch(state="closed"),
    CaseSearch(state="closed", open=True),
    CaseSearch(state="replacement_shipped", owed=False),
)
_AGES = (None, MIDDLE)
_WALKED = (
    *(
        (replace(whose, state=step.state, open=step.open, owed=step.owed, filed_before=age), reach, 0)
        for (whose, reach), step, age in itertools.product(_WHOSE, _STEPS, _AGES)
    ),
    *((step, _ALL, 9_000) for step in _STEPS),
    (CaseSearch(filed_before=date(2020, 1, 1)), _ALL, 0),
    (CaseSearch(filed_before=date(2020, 1, 1)), _BOTH, 0),
)
_NAMED = tuple(
    (wanted, reach, after)
    for wanted, reach in (
        (CaseSearch(serial="0"), _ALL),
        (CaseSearch(serial="1f"), _ALL),
        (CaseSearch(serial="51f4"), _ALL),
        (CaseSearch(serial="0090335"), _ALL),
        (CaseSearch(serial="0335027"), _ALL),
        (CaseSearch(serial="dead"), _ALL),
        (CaseSearch(rma="RMA-2026-100007"), _ALL),
        (CaseSearch(rma="RMA-2026-100006"), _HOTEL),
        (CaseSearch(reference="7"), _ALL),
        (CaseSearch(reference="7", company=story.BORA, open=False), _BOTH),
    )
    for after in (0, 9_000)
)
_JOINED = (
    (CaseSearch(serial="33502", state="received"), _ALL, 0),
    (CaseSearch(serial="33502", state="closed", filed_before=MIDDLE), _BOTH, 0),
    (CaseSearch(serial="0335", owed=True), _HOTEL, 0),
)
"""A part of a serial together with something else: nothing bounds how many have the one and not the other."""
