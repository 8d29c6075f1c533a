"""What an open page hears: entries with the rights of its session, for as long as that goes on, and no token."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from contracts.refusals import REFUSALS
from portal.adapters.entry_stream import EntryStreams
from portal.adapters.issuer import TokenIssuer
from portal.entrypoints.web import live_events
from portal.entrypoints.web.live_events import MOST_OF_ACCOUNT, NoPlace, Places
from runtime.web.problems import Problems
from runtime.web.server import WebServer, bound_to
from tests.support.portal_pages import OneSession, SomeIssuer, application, away, pages

SERIAL = "00903304a1c7"


def told(sequence: int, event: str = "license-file-delivered", serials: tuple[str, ...] = (SERIAL,)) -> str:
    entry = {"sequence": sequence, "event_type": f"licensing.ledger.{event}.v1", "serials": serials, "facts": {"a": 1}}
    return f"id: {sequence}\nevent: entry\ndata: {json.dumps(entry)}\n\n"


class Ledger:
    """The ledger's stream: what each connection is told, and how it was asked."""

    def __init__(self, *connections: str | int | None) -> None:
        self.connections = list(connections)
        self.asked = list[httpx.Request]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        said = self.connections.pop(0) if self.connections else 404
        if said is None:
            raise httpx.ConnectError("nobody listens")
        return httpx.Response(said) if isinstance(said, int) else httpx.Response(200, text=said)

    @property
    def after(self) -> list[str]:
        return [one.url.params["after"] for one in self.asked]


Hear = Callable[..., Any]


@pytest.fixture
def hear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hear:
    """What a browser hears until the stream ends."""
    monkeypatch.setattr(live_events, "PAUSE_SECONDS", 0.0)

    async def heard(
        ledger: Ledger, query: str = "after=40", looks: int = 99, last: str = "", language: str = "en"
    ) -> list[tuple[str, str]]:
        streams = EntryStreams("http://ledger", cast("TokenIssuer", SomeIssuer()), httpx.MockTransport(ledger))
        browser = pages(tmp_path, away(), OneSession(looks=looks + 1, language=language), streams=streams)
        answer = await browser.get(f"/live?{query}", headers={"Last-Event-ID": last} if last else {})
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert "a v" not in answer.text  # the token
        return re.findall(r"event: (\w+)\ndata:(?: (.*))?\n", answer.text)

    return heard


async def test_an_entry_is_told_by_its_name_and_by_nothing_else(hear: Hear) -> None:
    ledger = Ledger(told(41))
    assert await hear(ledger) == [
        ("entry", '{"entry": 41, "said": "License file delivered: 00 90 33 04 a1 c7"}'),
        ("ended", ""),
    ]
    assert ledger.asked[0].headers["authorization"] == "Bearer a v"


async def test_it_is_told_in_the_visitors_language(hear: Hear) -> None:
    ((_, said), _) = await hear(Ledger(told(41, serials=())), language="de")
    assert json.loads(said)["said"] == "Lizenzdatei ausgeliefert"


async def test_a_page_listens_to_what_it_is_about_from_where_it_stands(hear: Hear) -> None:
    ledger = Ledger(told(41))
    await hear(ledger, f"after=40&device={SERIAL}")
    assert dict(ledger.asked[0].url.params) == {"device": SERIAL, "after": "40"}


async def test_who_comes_back_goes_on_where_it_broke_off(hear: Hear) -> None:
    ledger = Ledger(told(51))
    await hear(ledger, last="50")
    assert ledger.after == ["50", "51"]


async def test_a_stream_that_ends_with_its_token_goes_on_behind_what_was_told(hear: Hear) -> None:
    ledger = Ledger(told(41) + "id: 45\n\n", ": alive\n\n" + told(46))
    assert [event for event, _ in await hear(ledger)] == ["entry", "stand", "entry", "ended"]
    assert ledger.after == ["40", "45", "46"]


@pytest.mark.parametrize("trouble", [None, 503, 429])
async def test_a_ledger_that_is_away_is_said_to_be_and_asked_again(hear: Hear, trouble: int | None) -> None:
    assert [event for event, _ in await hear(Ledger(trouble, told(41)))] == ["away", "entry", "ended"]


async def test_nothing_is_told_once_the_session_has_ended(hear: Hear) -> None:
    ledger = Ledger(told(41) + told(42), told(43))
    assert [event for event, _ in await hear(ledger, looks=2)] == ["entry", "ended"]
    assert len(ledger.asked) == 1


async def test_a_person_listens_with_a_few_pages_and_gives_each_place_back() -> None:
    places = Places()

    def all_places() -> None:
        with ExitStack() as taken:
            for _ in range(MOST_OF_ACCOUNT):
                taken.enter_context(places.place("anna"))
            taken.enter_context(places.place("ben"))
            with pytest.raises(NoPlace):
                taken.enter_context(places.place("anna"))

    all_places()
    all_places()


async def test_what_an_open_page_asks_by_itself_is_no_use_of_the_session(tmp_path: Path) -> None:
    session = OneSession(looks=1)
    browser = pages(tmp_path, away(), session)
    await browser.get("/settings", headers={"Live-Refresh": "1"})
    assert session.looks == 0


class Waiting(httpx.AsyncByteStream):
    """A stream on which nothing happens; `closed` once nobody listens to it."""

    def __init__(self) -> None:
        self.closed = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"id: 40\n\n"
        await asyncio.Event().wait()

    async def aclose(self) -> None:
        self.closed.set()


async def test_who_leaves_a_page_gives_its_place_back_at_once(tmp_path: Path) -> None:
    opened = list[Waiting]()

    def ledger(_: httpx.Request) -> httpx.Response:
        opened.append(Waiting())
        return httpx.Response(200, stream=opened[-1])

    streams = EntryStreams("http://ledger", cast("TokenIssuer", SomeIssuer()), httpx.MockTransport(ledger))
    server = WebServer(application(tmp_path, away(), OneSession(looks=99), streams=streams), Problems(REFUSALS))
    stop = asyncio.Event()
    with bound_to("127.0.0.1", 0, setting="PORT") as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/live?after=40"
        serving = asyncio.create_task(server.serve_until(stop, listener))
        for number in range(MOST_OF_ACCOUNT + 2):
            async with httpx.AsyncClient() as browser, browser.stream("GET", address) as response:
                assert response.status_code == 200, number
                assert await anext(response.aiter_lines()) == "retry: 3000"
                while len(opened) <= number:  # noqa: ASYNC110 - the portal asks the ledger in a moment
                    await asyncio.sleep(0)
            async with asyncio.timeout(10):
                await opened[number].closed.wait()
        stop.set()
        await serving
