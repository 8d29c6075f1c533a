"""What was said for a case belongs to the case or to nothing, wherever a process ends in between."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from rma.adapters.postgres.database import READ_SIDE
from rma.adapters.postgres.requests import PostgresRequests
from rma.application.personal_data import OtherRequestKept
from tests.support.databases import as_role
from tests.support.rma.api_at_work import CaseApi, a_report
from tests.support.rma.at_work import OTHER

pytestmark = pytest.mark.asyncio(loop_scope="module")
LOST, YOUNG = "a" * 64, "b" * 64


@asynccontextmanager
async def requests_of(cases: CaseApi) -> AsyncGenerator[PostgresRequests]:
    """What the API keeps requests with."""
    async with READ_SIDE.pool(as_role(cases.database_url, "rma-api"), most=2) as pool:
        yield PostgresRequests(pool, cases.desk.ledger)


async def done(cases: CaseApi, statement: str) -> None:
    connection = await asyncpg.connect(cases.database_url)
    try:
        await connection.execute(statement, cases.desk.ledger)
    finally:
        await connection.close()


async def test_a_process_that_ended_before_it_confirmed_has_left_the_case_its_request(cases: CaseApi) -> None:
    rma = await cases.files()
    await done(cases, "UPDATE rma_private.requests SET confirmed = false, written = '2020-01-01' WHERE ledger = $1")
    assert (await cases.case(rma))["request"]["defect"] == "No light.\nNo sound."

    async with requests_of(cases) as requests:
        assert await requests.sweep() == 0

    assert len(await cases.kept()) == 1


async def test_what_belongs_to_no_case_goes_once_its_command_can_be_decided_no_more(cases: CaseApi) -> None:
    await cases.files()
    async with requests_of(cases) as requests:
        await requests.keep(LOST, {"defect": "lost"})
        await requests.keep(YOUNG, {"defect": "young"})
        old = "UPDATE rma_private.requests SET written = now() - interval '9 days' WHERE ledger = $1"
        await done(cases, f"{old} AND said->>'defect' = 'lost'")

        assert await requests.sweep() == 1

    assert sorted(await cases.kept(), key=str) == ["No light.\nNo sound.", "young"]


async def test_while_the_rows_are_behind_nothing_is_swept(cases: CaseApi) -> None:
    async with requests_of(cases) as requests:
        await requests.keep(LOST, {"defect": "lost"})
        await done(cases, "UPDATE rma_private.requests SET written = '2020-01-01' WHERE ledger = $1")

        assert await requests.sweep() == 0

    assert await cases.kept() == ["lost"]


async def test_a_refused_attempt_takes_nothing_from_an_equal_one_that_is_accepted(cases: CaseApi) -> None:
    said = {"defect": "both"}
    async with requests_of(cases) as requests:
        await requests.keep(LOST, said)
        await requests.keep(LOST, said)
        await requests.discard(LOST)
        await requests.confirm(LOST, said)
        await requests.discard(LOST)
        with pytest.raises(OtherRequestKept):
            await requests.keep(LOST, {"defect": "another"})

    assert await cases.kept() == ["both"]


async def test_a_request_that_was_erased_stays_erased_when_it_is_repeated(cases: CaseApi) -> None:
    answer = await cases.post("rmas", a_report(OTHER), key="once")
    rma = answer.json()["rma"]
    await cases.delete(f"rmas/{rma}/personal-data")

    again = await cases.post("rmas", a_report(OTHER), key="once")

    assert again.json() == answer.json()
    assert await cases.kept() == [None]
