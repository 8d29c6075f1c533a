"""Exports: who gets one, and in which form."""

import asyncio
from collections.abc import AsyncGenerator
from typing import cast

from ledger.application.queries import Viewer
from ledger.application.queries_exports import Batch, Exports, Wanted
from tests.unit.ledger.api_at_work import Api, problem

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


async def test_a_company_has_one_export_at_a_time() -> None:
    rows = Held()
    api = api_with(rows)
    running = asyncio.create_task(api.get(MOVEMENTS))
    await rows.begun.wait()

    refused = await api.get(MOVEMENTS)
    rows.let_go.set()
    other = await api.get(MOVEMENTS, token=api.staff())

    assert problem(refused) == (503, "service_unavailable")
    assert "A company has one" in refused.text
    assert (await running).status_code == other.status_code == (await api.get(MOVEMENTS)).status_code == 200
