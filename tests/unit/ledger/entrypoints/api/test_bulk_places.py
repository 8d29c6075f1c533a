"""How many requests with many commands may be at work, and for whom."""

import asyncio
import json
from collections.abc import Sequence
from types import SimpleNamespace
from typing import cast

import httpx
import pytest

from contracts.identifiers import derived_id
from ledger.application.queries.ledger_queries import Queries
from ledger.application.queries.visibility import Viewer
from ledger.entrypoints.api.http.problems import PROBLEMS
from runtime.web import bulk, concurrency_slots
from runtime.web.server import WebServer, bound_to
from tests.support.ledger.api_in_memory import Api, NoRows, problem
from tests.support.ledger.bulk import answers, issue, send, told, waiting
from tests.support.ledger.story import ADRIA, ANNA, BEN, VENDOR
from tests.support.ledger.story_members import NOBODY as CLEO
from tests.support.plain_http import plain_client


class Members(NoRows):
    """A read side in which everybody belongs to the company that they act for."""

    async def company(self, _: Viewer, company: str) -> SimpleNamespace:
        return SimpleNamespace(kind="vendor" if company == VENDOR else "reseller")


async def at_work(api: Api, tokens: Sequence[str], hold: asyncio.Event) -> list[asyncio.Task[httpx.Response]]:
    """Bulks that have one line at work, and wait for the next one."""
    before = len(api.ledger.asked)
    held = [asyncio.create_task(send(api, waiting(hold), token)) for token in tokens]
    while len(api.ledger.asked) < before + len(tokens):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    return held


async def test_more_such_requests_than_can_be_at_work_are_told_that_it_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(concurrency_slots, "WAIT_SECONDS", 0.05)
    api = await Api(cast("Queries", Members())).founded()
    hold = asyncio.Event()
    companies = [derived_id(str(number), "company") for number in range(bulk.MAX_REQUESTS)]
    held = await at_work(api, [api.issuer.token(ANNA, company) for company in companies], hold)

    refused, staff = await send(api, b"{}", api.issuer.token()), await send(api, b"{}")
    hold.set()

    assert problem(refused) == (429, "busy")
    assert staff.status_code == 200
    assert [len(told(await one)) for one in held] == [2] * bulk.MAX_REQUESTS


async def test_an_account_has_one_at_work_at_a_time_and_its_company_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(concurrency_slots, "WAIT_SECONDS", 0.05)
    api = await Api(cast("Queries", Members())).founded()
    hold = asyncio.Event()
    anna, ben, cleo = (api.issuer.token(account, ADRIA) for account in (ANNA, BEN, CLEO))
    held = await at_work(api, [anna], hold)

    assert problem(await send(api, b"{}", anna)) == (429, "busy")
    held += await at_work(api, [ben], hold)
    assert problem(await send(api, b"{}", cleo)) == (429, "busy")
    hold.set()
    for one in held:
        await one
    assert (await send(api, b"{}", cleo)).status_code == 200


async def test_an_account_that_a_company_has_removed_keeps_no_place_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(concurrency_slots, "WAIT_SECONDS", 0.05)
    removed, rows = NoRows(), Members()
    api = await Api(cast("Queries", removed)).founded()
    hold = asyncio.Event()
    held = await at_work(api, [api.issuer.token(BEN, ADRIA)], hold)

    assert problem(await send(api, b"{}", api.issuer.token(CLEO, ADRIA))) == (429, "busy")
    monkeypatch.setattr(removed, "company", rows.company, raising=False)
    assert (await send(api, b"{}", api.issuer.token(ANNA, ADRIA))).status_code == 200
    hold.set()
    await held[0]


async def test_a_client_that_was_cut_off_finds_its_place_free() -> None:
    """On a socket: nobody else learns that a client is gone."""
    api = await Api().founded()
    with bound_to("127.0.0.1", 0, setting="LICENSING_PORT") as listener:
        listener.listen()
        server, stop = WebServer(api.app, PROBLEMS), asyncio.Event()
        serving = asyncio.create_task(server.serve_until(stop, listener))
        host, port = listener.getsockname()
        async with plain_client(f"http://{host}:{port}") as api.client:
            for _ in range(5):
                await _begin_a_bulk_and_go(api, host, port)
                assert [one["status"] for one in await answers(api, issue("a"), issue("b"))] == [201, 201]
        stop.set()
        await serving


async def _begin_a_bulk_and_go(api: Api, host: str, port: int) -> None:
    _, writer = await asyncio.open_connection(host, port)
    head = (
        f"POST /v1/commands HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {api.staff()}\r\nContent-Length: 9999\r\n\r\n"
    )
    before = len(api.ledger.asked)
    writer.write(head.encode() + json.dumps(issue(f"begun-{before}")).encode() + b"\n")
    while len(api.ledger.asked) == before:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    writer.close()
    await writer.wait_closed()
