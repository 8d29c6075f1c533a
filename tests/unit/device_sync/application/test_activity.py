"""Sightings of devices: coalesced, gathered, and kept while the broker is away."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from contracts.device_activity import COALESCED
from device_sync.application import activity
from device_sync.application.activity import Activity, Sightings
from runtime.trouble import Trouble
from tests.support.documents import NOW, OTHER_SERIAL, SERIAL


class Topic:
    """A topic in memory that is away for the first `fails` attempts, and a clock."""

    def __init__(self, fails: int = 0) -> None:
        self.now = NOW
        self.batches: asyncio.Queue[dict[str, int]] = asyncio.Queue()
        self.fails = fails
        self.ledgers: dict[str, int] = dict.fromkeys((SERIAL, OTHER_SERIAL, *"abcd"), 2)
        self.activity = Activity(self.publish, self.ledgers.get, lambda: self.now, gather_seconds=0)

    async def publish(self, sightings: Sightings) -> None:
        if self.fails:
            self.fails -= 1
            self.seen_at(60, SERIAL)
            raise Trouble("the broker is away")
        assert {ledger for ledger, _ in sightings} == {2}
        self.batches.put_nowait({serial: (seen - NOW).seconds for (_, serial), seen in sightings.items()})

    def seen_at(self, seconds: float, *serials: str) -> None:
        self.now = NOW + timedelta(seconds=seconds)
        for serial in serials:
            self.activity.seen(serial)


@asynccontextmanager
async def at_work(topic: Topic) -> AsyncGenerator[Topic]:
    task = asyncio.create_task(topic.activity.run())
    try:
        yield topic
    finally:
        task.cancel()


async def test_a_busy_device_writes_one_record_in_its_time_and_the_next_one_after_it() -> None:
    async with at_work(Topic()) as topic:
        topic.seen_at(0, SERIAL, OTHER_SERIAL)
        first = await topic.batches.get()
        topic.seen_at(COALESCED.total_seconds() - 1, SERIAL)
        topic.seen_at(COALESCED.total_seconds(), SERIAL)
        second = await topic.batches.get()

    assert (first, second) == ({SERIAL: 0, OTHER_SERIAL: 0}, {SERIAL: 300})
    assert topic.batches.empty()


async def test_a_device_is_noted_from_when_it_is_in_a_project() -> None:
    async with at_work(Topic()) as topic:
        ledger = topic.ledgers.pop(SERIAL)
        topic.seen_at(0, SERIAL)
        topic.ledgers[SERIAL] = ledger
        topic.seen_at(1, SERIAL)

        assert await topic.batches.get() == {SERIAL: 1}


async def test_what_could_not_be_written_is_written_when_the_broker_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activity, "AGAIN_SECONDS", 0)
    async with at_work(Topic(fails=2)) as topic:
        topic.seen_at(0, SERIAL)

        assert await topic.batches.get() == {SERIAL: 0}


async def test_what_is_remembered_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activity, "MAX_REMEMBERED", 2)
    topic = Topic()
    topic.seen_at(0, "a", "b", "c", "c", "d")

    async with at_work(topic):
        assert await topic.batches.get() == {"a": 0, "b": 0}
        topic.seen_at(1, "d", "c", "a")
        assert await topic.batches.get() == {"a": 1}
