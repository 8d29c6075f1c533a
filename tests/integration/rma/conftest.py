"""RMA beside a ledger, once for the tests of a file: each test has a device of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dev.stack.kafka import Broker
from dev.stack.postgres import Cluster
from tests.support.databases import new_database
from tests.support.kafka_topics import topics_on
from tests.support.rma.api_at_work import Desk, a_desk_at_work


@pytest.fixture
async def desk(broker: Broker, postgres: Cluster, tmp_path: Path) -> AsyncIterator[Desk]:
    with new_database(postgres) as url:
        async with topics_on(broker) as topics, a_desk_at_work(topics, url, tmp_path) as desk:
            yield desk
