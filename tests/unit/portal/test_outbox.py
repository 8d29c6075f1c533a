"""Letters that wait: each is tried a bounded number of times, and one that nobody takes holds no other up."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from prometheus_client import REGISTRY

from portal.application import outbox
from portal.application.letters import LIFE, Message, PostAway
from portal.application.outbox import AGAIN_AFTER, AT_ONCE, Postman, Taken
from runtime.trouble import Trouble

NOW = datetime(2026, 11, 28, 20, 15, tzinfo=UTC)
HELLO = Message("Hello", "There is a link in it.")


@dataclass
class Row:
    message: Message | None = HELLO
    next_try: datetime = NOW
    attempts: int = 0


@dataclass
class MemoryOutbox:
    """An outbox in memory; away while `is_away` says so."""

    rows: dict[str, Row] = field(default_factory=dict[str, Row])
    is_away: bool = False

    async def take(self, now: datetime, *, until: datetime, most: int) -> Sequence[Taken]:
        if self.is_away:
            raise Trouble("the database is away")
        due = [letter for letter, row in self.rows.items() if row.next_try <= now][:most]
        for letter in due:
            self.rows[letter].attempts += 1
            self.rows[letter].next_try = until
        return [Taken(one, f"{one}@example.net", self.rows[one].message, self.rows[one].attempts) for one in due]

    async def forget(self, letter: str) -> None:
        del self.rows[letter]

    async def put_off(self, letter: str, until: datetime) -> None:
        self.rows[letter].next_try = until

    async def sweep(self, now: datetime) -> int:
        ended = [letter for letter in self.rows if now >= NOW + LIFE]
        for letter in ended:
            del self.rows[letter]
        return len(ended)

    async def waiting(self) -> tuple[int, datetime | None]:
        return len(self.rows), NOW if self.rows else None


@dataclass
class SomePost:
    """Takes letters but to those whom it refuses."""

    refuses: set[str] = field(default_factory=set[str])
    sent: list[str] = field(default_factory=list[str])
    tries: int = 0
    is_away: bool = False

    async def check(self) -> None:
        if self.is_away:
            raise PostAway("no letter can be sent (ConnectionRefusedError)")

    async def send(self, to: str, message: Message, *, letter: str) -> None:
        self.tries += 1
        assert (message, to) == (HELLO, f"{letter}@example.net")
        if to in self.refuses:
            raise PostAway("no letter can be sent (busy)")
        self.sent.append(letter)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def test_a_letter_that_is_taken_is_forgotten(clock: Clock) -> None:
    kept, post = MemoryOutbox({"ada": Row()}), SomePost()
    postman = Postman(kept, post, clock)
    assert await postman.send_due()
    assert (post.sent, kept.rows, postman.waiting) == (["ada"], {}, 0)
    assert not await postman.send_due()


async def test_a_letter_that_nobody_takes_is_tried_later_and_later_while_its_link_works(clock: Clock) -> None:
    kept, post = MemoryOutbox({"ada": Row()}), SomePost({"ada@example.net"})
    postman, tried = Postman(kept, post, clock), list[timedelta]()
    while kept.rows:
        if await postman.send_due():
            tried.append(clock.now - NOW)
        clock.now += timedelta(seconds=1)

    waits = [after - before for before, after in pairwise(tried)]
    assert (post.tries, waits) == (len(AGAIN_AFTER) + 1, [*AGAIN_AFTER])
    assert tried[-1] < LIFE


async def test_a_letter_whose_link_has_ended_is_sent_to_nobody(clock: Clock) -> None:
    kept, post = MemoryOutbox({"ada": Row()}), SomePost()
    clock.now += LIFE
    assert not await Postman(kept, post, clock).send_due()
    assert (kept.rows, post.tries) == ({}, 0)


async def test_one_that_is_refused_holds_no_other_up(clock: Clock) -> None:
    names = [f"p{number}" for number in range(3 * AT_ONCE)]
    kept, post = MemoryOutbox({name: Row() for name in names}), SomePost({"p0@example.net"})
    postman = Postman(kept, post, clock)
    while await postman.send_due():
        pass
    assert (post.sent, [*kept.rows], postman.waiting) == (names[1:], ["p0"], 1)


async def test_who_asks_while_nobody_takes_letters_is_counted(clock: Clock) -> None:
    def turned_away() -> float:
        return REGISTRY.get_sample_value("licensing_portal_letters_total", {"result": "turned_away"}) or 0

    before, post = turned_away(), SomePost()
    postman = Postman(MemoryOutbox(), post, clock)
    await postman.check()
    assert turned_away() == before
    post.is_away = True
    with pytest.raises(PostAway):
        await postman.check()
    assert turned_away() == before + 1


async def test_a_letter_whose_key_is_gone_is_given_up(clock: Clock) -> None:
    kept, post = MemoryOutbox({"ada": Row(message=None), "bob": Row()}), SomePost()
    await Postman(kept, post, clock).send_due()
    assert (post.sent, kept.rows) == (["bob"], {})


async def test_a_database_that_is_away_ends_no_work_and_a_stop_does(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "LOOK_SECONDS", 0.01)
    kept, post, stop = MemoryOutbox({"ada": Row()}, is_away=True), SomePost(), asyncio.Event()
    postman = Postman(kept, post, clock)
    working = asyncio.create_task(postman.work(stop))
    await asyncio.sleep(0.05)
    assert (working.done(), post.sent) == (False, [])

    kept.is_away = False
    postman.wake()
    async with asyncio.timeout(5):
        while kept.rows:  # noqa: ASYNC110 - what the task does
            await asyncio.sleep(0.01)
    stop.set()
    async with asyncio.timeout(5):
        await working
    assert post.sent == ["ada"]
