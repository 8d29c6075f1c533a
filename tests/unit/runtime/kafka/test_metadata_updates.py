"""A client of Kafka rests between its questions who leads what, whatever came of the last one."""
# pyright: reportPrivateUsage=false

import asyncio
from typing import Any

import pytest

from runtime.kafka import aiokafka_internals
from runtime.kafka.aiokafka_internals import _space_out_updates


class Connections:
    """What aiokafka's client asks brokers with."""

    def __init__(self, answer: bool | Exception) -> None:
        self.asked = 0
        self._answer = answer

    async def _metadata_update(self, *_: Any) -> bool:
        self.asked += 1
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


@pytest.mark.parametrize("answer", [True, False, OSError()], ids=["answered", "not answered", "defect"])
async def test_a_second_question_waits(monkeypatch: pytest.MonkeyPatch, answer: bool | Exception) -> None:
    monkeypatch.setattr(aiokafka_internals, "REST_SECONDS", 3600)
    connections = Connections(answer)
    _space_out_updates(connections)

    first = await asyncio.gather(connections._metadata_update("cluster", ()), return_exceptions=True)
    second = asyncio.create_task(connections._metadata_update("cluster", ()))
    await asyncio.sleep(0)

    assert list(first) == [answer]
    assert (connections.asked, second.done()) == (1, False)
    second.cancel()
