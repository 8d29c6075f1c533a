"""When a stream of entries goes on, and when it ends."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from contracts.fields import Right
from ledger.application.queries.history import EntryPage, EntrySearch, EntryView
from ledger.application.queries.ledger_queries import Queries
from ledger.entrypoints.api.http import entry_stream
from ledger.entrypoints.api.http.callers import LedgerCaller
from ledger.entrypoints.api.http.entry_stream import Places, entry_events
from runtime.denied import NoRight
from runtime.trouble import Trouble
from runtime.web.problems import Refused
from tests.support.ledger.api_in_memory import Api
from tests.support.ledger.story import ADRIA, ANNA, BEN, BORA

NOTHING = EntryPage((), more=False, position=7)
VIEW: Right = "view"


def entry(sequence: int) -> EntryView:
    return EntryView(
        sequence=sequence,
        time=datetime(2026, 11, 24, tzinfo=UTC),
        actor="operator:root",
        event_type="licensing.ledger.project-created.v1",
        subject="projects/a",
        projects=["a"],
        serials=[],
        command_id="c",
        correlation_id="d",
        movements=[],
        facts=None,
    )


class Rows:
    """A read side that answers in turn; what is an exception is raised."""

    def __init__(self, *answers: EntryPage | Exception | None, position: int = 8) -> None:
        self.answers, self.reached, self.asked = list(answers), position, list[int]()

    async def position(self) -> int:
        return self.reached

    async def entries(self, _viewer: Any, _wanted: Any, after: int, _limit: int) -> EntryPage | None:
        self.asked.append(after)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry_stream, "PAUSE_SECONDS", 0.0)


class Listener:
    """Listens to rows; `gone`, the service's `stopping` and the token's end are for the test to set."""

    def __init__(self, rows: Rows, first: EntryPage = NOTHING, expires: float = float("inf")) -> None:
        self.api, self.gone = Api(cast("Queries", rows)), False
        caller = LedgerCaller(ANNA, ADRIA, "", expires)
        self.events: AsyncGenerator[bytes] = entry_events(
            self.api.services, caller, EntrySearch(), first, lambda: self.gone
        )

    async def all(self) -> list[bytes]:
        async with aclosing(self.events):
            return [piece async for piece in self.events]


async def test_entries_have_their_sequence_as_id_and_the_end_of_a_page_is_where_one_goes_on() -> None:
    listener = Listener(Rows(None), EntryPage((entry(3), entry(5)), more=False, position=7))

    (told,) = await listener.all()

    retry, first, second, following, empty = told.decode().split("\n\n")
    assert (retry, following, empty) == ("retry: 2000", "id: 7", "")
    assert first.splitlines()[:2] == ["id: 3", "event: entry"]
    assert second.splitlines()[0] == "id: 5"
    assert EntryView.model_validate_json(first.splitlines()[2].removeprefix("data: ")) == entry(3)


async def test_what_is_left_of_a_full_page_is_told_at_once() -> None:
    rows = Rows(EntryPage((entry(6),), more=False, position=7), None)
    listener = Listener(rows, EntryPage((entry(5),), more=True, position=7))

    told = await listener.all()

    assert [piece.count(b"event: entry") for piece in told] == [1, 1]
    assert rows.asked == [5, 7]


@pytest.mark.parametrize("answer", [NoRight(VIEW), Trouble("the database is away"), None], ids=["right", "rows", "it"])
async def test_a_stream_ends_where_nothing_may_be_told_or_nothing_is_known(answer: Exception | None) -> None:
    assert len(await Listener(Rows(answer)).all()) == 1


async def test_silence_is_broken_by_a_comment() -> None:
    listener = Listener(Rows(position=7))
    await anext(listener.events)

    assert await anext(listener.events) == b": alive\n\n"
    await listener.events.aclose()


@pytest.mark.parametrize("why", ["gone", "stopping", "expired"])
async def test_a_stream_ends_with_its_client_its_token_and_its_service(why: str) -> None:
    rows = Rows(position=7)
    expires = 0.0 if why == "expired" else float("inf")
    listener = Listener(rows, expires=expires)
    await anext(listener.events)

    if why == "gone":
        listener.gone = True
    elif why == "stopping":
        listener.api.services.stopping.set()

    assert [piece async for piece in listener.events] == []
    assert rows.asked == []


async def test_places_are_bounded_by_account_by_company_and_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry_stream, "MAX_STREAMS_OF_ACCOUNT", 1)
    monkeypatch.setattr(entry_stream, "MAX_STREAMS_OF_COMPANY", 2)
    monkeypatch.setattr(entry_stream, "MAX_STREAMS", 3)
    places = Places()
    anna, ben, cleo = (LedgerCaller(name, ADRIA) for name in (ANNA, BEN, "cleo"))
    with places.place(anna), places.place(ben):
        for refused in (anna, cleo):
            with pytest.raises(Refused), places.place(refused):
                pass
        with places.place(LedgerCaller("dora", BORA)), pytest.raises(Refused), places.place(LedgerCaller("eva", BORA)):
            pass
    with places.place(anna):
        pass
