"""The feed as it happens: server-sent events of the API with its writer, projector, broker and database."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx

from ledger.entrypoints.api.http.entry_stream import MAX_STREAMS_OF_ACCOUNT
from tests.support.ledger.api_at_work import Api, accepted, asked, member
from tests.support.ledger.api_in_memory import problem
from tests.support.ledger.story import ADRIA, BEN, BORA
from tests.support.ledger.story_members import MIA

SERIAL = "009033010203"
WAIT_SECONDS = 60.0


class Events:
    """What a browser makes of the lines: the events, and the id from which it would go on."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines, self.last_id = response.aiter_lines(), ""

    async def next(self) -> dict[str, Any]:
        """The data of the next event; raises StopAsyncIteration at the end of the stream."""
        async with asyncio.timeout(WAIT_SECONDS):
            async for line in self._lines:
                name, _, value = line.partition(": ")
                if name == "id":
                    self.last_id = value
                elif name == "data":
                    found: dict[str, Any] = json.loads(value)
                    return found
        raise StopAsyncIteration

    async def rest(self) -> list[int]:
        """The sequences of all events until the stream ends."""
        told = list[int]()
        while True:
            try:
                told.append((await self.next())["sequence"])
            except StopAsyncIteration:
                return told


@asynccontextmanager
async def listening(
    api: Api, query: str = "", who: dict[str, str] | None = None, last: str = ""
) -> AsyncGenerator[Events]:
    head = (who or api.token()) | ({"Last-Event-ID": last} if last else {})
    async with api.client.stream("GET", f"/v1/entries/stream{query}", headers=head) as response:
        assert response.status_code == 200, await response.aread()
        assert response.headers["content-type"].startswith("text/event-stream")
        yield Events(response)


async def test_an_entry_is_told_when_it_happens_as_the_list_tells_it(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    reached = accepted(await api.allocate(project, SERIAL, 1))

    async with listening(api, f"?at_least={reached}") as events:
        allocated = accepted(await api.allocate(project, SERIAL, 2))
        told = await events.next()
        (listed,) = (await asked(api, f"entries?after={allocated - 1}"))["items"]
        assert (told["sequence"], events.last_id) == (allocated, str(allocated))
        assert told == listed


async def test_who_connects_again_misses_nothing_and_hears_nothing_twice(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    async with listening(api, f"?after=1&project={project}") as events:
        first = await events.next()
        last = events.last_id
    missed = [accepted(await api.allocate(project, SERIAL, 1)) for _ in range(2)]

    async with listening(api, f"?after=1&project={project}", last=last) as events:
        told = [(await events.next())["sequence"]]
        while told[-1] != missed[-1]:
            told.append((await events.next())["sequence"])
        history = (await asked(api, f"projects/{project}/history"))["items"]

    assert [first["sequence"], *told] == [one["sequence"] for one in history]


async def test_a_stream_ends_when_the_right_is_revoked_and_who_comes_again_is_told(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    rights = {"account": MIA, "rights": ["view"]}
    await member(api, MIA, ADRIA, api.token())
    given = accepted(await api.post(f"projects/{project}/members", rights))
    mia = api.token(MIA)

    async with listening(api, f"?project={project}&at_least={given}", mia) as events:
        seen = accepted(await api.allocate(project, SERIAL, 1))
        assert (await events.next())["sequence"] == seen
        gone = accepted(await api.post(f"projects/{project}/member-revocations", rights))
        accepted(await api.allocate(project, SERIAL, 1))
        assert await events.rest() == []

    again = await api.get(f"entries/stream?project={project}&at_least={gone}", mia)
    assert problem(again) == (403, "no_right")


async def test_a_stream_tells_other_companies_nothing_and_moves_on_all_the_same(api: Api) -> None:
    reached = await api.company(BORA, BEN)
    ben = api.token(BEN, BORA)

    async with listening(api, f"?at_least={reached}", ben) as events:
        project = await api.stocked_project(SERIAL)
        accepted(await api.allocate(project, SERIAL, 1))
        own = (await api.post("projects", {"project_name": "Bora"}, ben)).json()
        told = await events.next()

    assert (told["sequence"], told["projects"]) == (own["sequence"], [own["project"]])


async def test_an_account_has_some_streams_and_another_one_gets_busy(api: Api) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(MAX_STREAMS_OF_ACCOUNT):
            await stack.enter_async_context(listening(api))
        refused = await api.get("entries/stream")
        async with listening(api, who=api.staff):
            pass

    assert problem(refused) == (429, "busy")
    assert "close one" in refused.json()["detail"]


async def test_what_can_not_be_listened_to_is_refused_before_a_stream_begins(api: Api) -> None:
    for path, head, expected in (
        ("entries/stream?after=2000000000", {}, (422, "entry_to_come")),
        ("entries/stream", {"Last-Event-ID": "x"}, (422, "request_invalid")),
        (f"entries/stream?company={BORA}", {}, (404, "company_unknown")),
        ("entries/stream?order=newest_first", {}, (422, "request_invalid")),
    ):
        assert problem(await api.client.get(f"/v1/{path}", headers=api.token() | head)) == expected, path
    head_only = await api.client.head("/v1/entries/stream", headers=api.token())
    assert (head_only.status_code, head_only.content) == (200, b"")
