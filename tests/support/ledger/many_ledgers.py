"""One writer and one projector for the ledgers of many tests: each test takes the next one."""

import asyncio
from collections.abc import AsyncGenerator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Self

from dev.stack.kafka import Broker
from tests.support.kafka_topics import KafkaTopics, topics_on
from tests.support.ledger.api_at_work import ROLES, Api, an_api, found_ledgers, writer_and_projector


class ManyLedgers:
    """At work in a thread of their own, as each test has an event loop of its own.

    They share their database and the topics of signed documents: a test that publishes documents of ledger 0 or looks
    at whole tables is marked `own_processes`.
    """

    def __init__(self, broker: Broker, database_url: str, folder: Path, ledgers: int) -> None:
        self._broker, self._database_url, self._folder = broker, database_url, folder
        self._ledgers, self._numbers = ledgers, count()
        self._founded: Future[KafkaTopics] = Future()
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._stop = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def __enter__(self) -> Self:
        self._work = self._thread.submit(asyncio.run, self._serve())
        self._work.add_done_callback(self._give_up)
        self._founded.result()
        return self

    def __exit__(self, *_: object) -> None:
        if self._loop is not None and not self._work.done():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._work.result()
        self._thread.shutdown()

    @asynccontextmanager
    async def next_api(self, folder: Path) -> AsyncGenerator[Api]:
        """The API of the next ledger."""
        number = next(self._numbers)
        assert number < self._ledgers, "more tests than ledgers"
        async with an_api(self._founded.result(), self._database_url, folder, number) as api:
            yield api

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        async with topics_on(self._broker, self._ledgers, roles=ROLES) as topics, asyncio.TaskGroup() as group:
            working = writer_and_projector(topics, self._database_url, self._folder, self._stop, self._ledgers)
            group.create_task(working)
            await found_ledgers(topics, self._ledgers)
            self._founded.set_result(topics)

    def _give_up(self, work: "Future[None]") -> None:
        """Whoever still waits hears why the work ended."""
        if not self._founded.done():
            self._founded.set_exception(work.exception() or RuntimeError("the ledgers ended before they were founded"))
