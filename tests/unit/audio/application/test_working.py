"""What a worker says of the conversions that wait."""

import asyncio
from contextlib import suppress
from typing import Any, cast

from prometheus_client import REGISTRY

from audio.application.making import Maker
from audio.application.working import Backlog, Claims, Events, Worker
from contracts.audio.events import AudioConversionRequested
from runtime.trouble import Trouble

LEASE_SECONDS = 0.05


class Table:
    """The part of Claims that `look` asks; `is_away` while the database is."""

    def __init__(self, backlog: Backlog) -> None:
        self.backlog_now = backlog
        self.is_away = False

    async def waiting(self, limit: int) -> list[AudioConversionRequested]:  # noqa: ARG002
        return []

    async def backlog(self) -> Backlog:
        if self.is_away:
            raise Trouble("the database is away")
        return self.backlog_now


def oldest() -> float:
    return REGISTRY.get_sample_value("licensing_audio_oldest_seconds") or 0.0


async def test_the_oldest_conversion_waits_on_while_the_database_is_away() -> None:
    table = Table(Backlog(1, 5.0))
    worker = Worker(
        cast("Claims", table), cast("Events", None), cast("Maker", cast("Any", None)), lease_seconds=LEASE_SECONDS
    )
    looking = asyncio.create_task(worker.look())
    await asyncio.sleep(0.05)
    assert 5.0 <= oldest() < 5.5
    table.is_away = True
    await asyncio.sleep(0.05)
    first = oldest()
    await asyncio.sleep(0.05)
    assert first + 0.05 <= oldest() < 6.0
    looking.cancel()
    with suppress(asyncio.CancelledError):
        await looking


async def test_nothing_waits_where_all_is_done() -> None:
    worker = Worker(
        cast("Claims", Table(Backlog(0, 0.0))),
        cast("Events", None),
        cast("Maker", cast("Any", None)),
        lease_seconds=LEASE_SECONDS,
    )
    looking = asyncio.create_task(worker.look())
    await asyncio.sleep(0.05)
    assert oldest() == 0
    looking.cancel()
    with suppress(asyncio.CancelledError):
        await looking
