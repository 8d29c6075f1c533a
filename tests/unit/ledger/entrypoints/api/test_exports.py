"""Exports: who gets one, and in which form."""

import asyncio
from collections.abc import AsyncGenerator
from typing import cast

import pytest

from ledger.application.queries.exports import Batch, Exports, Wanted
from ledger.application.queries.visibility import Viewer
from runtime.web import concurrency_slots
from tests.support.ledger.api_in_memory import Api, problem

MOVEMENTS = "/v1/exports/movements"


class Held:
    """Rows that come when they are let go."""

    def __init__(self) -> None:
        self.begun, self.let_go = asyncio.Event(), asyncio.Event()

    async def movements(self, _: Viewer, __: Wanted) -> AsyncGenerator[Batch]:
        self.begun.set()
        await self.let_go.wait()
        yield []


def api_with(rows: Held) -> Api:
    return Api(exports=cast("Exports", rows))


async def test_an_account_has_one_export_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(concurrency_slots, "WAIT_SECONDS", 0.05)
    rows = Held()
    api = api_with(rows)
    running = asyncio.create_task(api.get(MOVEMENTS))
    await rows.begun.wait()

    refused = await api.get(MOVEMENTS)
    rows.let_go.set()
    first = await running
    other = await api.get(MOVEMENTS, token=api.staff())

    assert problem(refused) == (429, "busy")
    assert "An account has one" in refused.text
    assert first.status_code == other.status_code == (await api.get(MOVEMENTS)).status_code == 200


CSV, JSONL, PARQUET = "text/csv", "application/jsonl", "application/vnd.apache.parquet"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", CSV),
        ("*/*", CSV),
        ("application/jsonl;q=0, text/csv", CSV),
        ("application/jsonl;q=0, */*", CSV),
        ("text/csv;q=0, */*;q=0.1", JSONL),
        ("application/jsonl, text/csv", JSONL),
        ("application/vnd.apache.parquet;q=0.4, text/csv ; q=0.5, application/jsonl;Q=0.45", CSV),
        ("text/csv;q=0.3, application/vnd.apache.parquet", PARQUET),
        ("application/*", JSONL),
        ("text/*, application/jsonl;q=0.9", CSV),
        ("TEXT/CSV", CSV),
        ("application/json, text/plain, */*", CSV),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", CSV),
    ],
)
async def test_an_export_comes_in_the_form_that_accept_wants_most(accept: str, expected: str) -> None:
    rows = Held()
    rows.let_go.set()

    response = await api_with(rows).get(MOVEMENTS, Accept=accept)

    assert response.status_code == 200
    assert response.headers["content-type"].partition(";")[0] == expected


@pytest.mark.parametrize("accept", ["application/json", "text/csv;q=0", "*/*;q=0", "image/*, text/html"])
async def test_who_accepts_no_form_of_an_export_is_told_so_unless_the_address_names_one(accept: str) -> None:
    rows = Held()
    rows.let_go.set()
    api = api_with(rows)

    assert problem(await api.get(MOVEMENTS, Accept=accept)) == (406, "not_acceptable")
    named = await api.get(f"{MOVEMENTS}?format=jsonl", Accept=accept)
    assert named.headers["content-type"] == JSONL
