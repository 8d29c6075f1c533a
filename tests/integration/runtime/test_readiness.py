"""Writer and signer say that they are not ready while the broker is frozen, and are ready again by themselves."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from dev.stack.kafka import Broker
from ledger.entrypoints import writer
from ledger.entrypoints.writer import WriterSettings
from tests.support.frozen import frozen
from tests.support.kafka_topics import KafkaTopics
from tests.support.ledger import sending
from tests.support.plain_http import answer_of
from tests.support.signer.process import SignerProcess, free_port, until

pytestmark = pytest.mark.topics_of("ledger-writer", "signer")

Readiness = Callable[[], tuple[int, str]]
NOTICED_SECONDS = 40.0
"""An idle read, one request that is not answered, and the time that a loaded machine takes."""


@pytest.fixture
async def readiness(kafka_topics: KafkaTopics, tmp_path: Path) -> AsyncIterator[list[Readiness]]:
    """The /readyz of a writer and of a signer at work."""
    port, stop = free_port(), asyncio.Event()
    folder = tmp_path / "writer"
    folder.mkdir()
    said = {"admin_port": port} | sending.writer_settings(folder)
    settings = WriterSettings.model_validate(kafka_topics.settings("ledger-writer") | said)
    serving = asyncio.create_task(writer.serve(settings, stop))
    signer = SignerProcess(tmp_path, kafka_topics)
    signer.start()
    yield [lambda: answer_of(f"http://127.0.0.1:{port}/readyz"), lambda: signer.get("/readyz")]
    signer.end()
    stop.set()
    await serving


async def test_nobody_is_ready_while_the_broker_is_frozen_and_all_are_when_it_answers(
    readiness: list[Readiness], broker: Broker
) -> None:
    await until(lambda: _all(readiness, 200))

    with frozen(broker):
        await until(lambda: _all(readiness, 503, "end offsets of"), seconds=NOTICED_SECONDS, pause=0.5)

    await until(lambda: _all(readiness, 200), seconds=NOTICED_SECONDS, pause=0.5)


def _all(readiness: list[Readiness], status: int, reason: str = "") -> bool:
    answers = [ask() for ask in readiness]
    return all(answer[0] == status and reason in answer[1] for answer in answers)
