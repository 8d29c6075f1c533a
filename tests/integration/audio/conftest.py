"""The service of announcement audio at work, once for the tests of a file."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from dev.stack.kafka import Broker
from tests.support.audio.at_work import AudioApi, a_worker, audio_at_work
from tests.support.kafka_topics import topics_on

ROLES = ("audio-api", "audio-worker", "audio-projector")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def audio_without_worker(
    broker: Broker, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[AudioApi]:
    folder = tmp_path_factory.mktemp("audio")
    async with (
        topics_on(broker, roles=ROLES) as topics,
        audio_at_work(topics, database_url, folder) as made,
    ):
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def audio(audio_without_worker: AudioApi) -> AsyncIterator[AudioApi]:
    async with a_worker(audio_without_worker):
        yield audio_without_worker
