"""What a Faust app of ours says about itself."""

import asyncio
from contextlib import suppress

import pytest

from contracts.topics import EVENTS, LICENSE_FILES
from runtime.faust_app import FaustApp
from runtime.kafka import Partition, Record
from tests.support.kafka_topics import KafkaTopics
from tests.support.ledger.projector_at_work import until

pytestmark = pytest.mark.topics_of("ledger-projector")


class Feed(FaustApp):
    """Knows which partitions it has had."""

    def __init__(self, topics: KafkaTopics) -> None:
        self.assigned_so_far = set[Partition]()
        name = topics.settings("ledger-projector")["topic_prefix"] + "ledger-projector"
        super().__init__(topics.connection("ledger-projector"), name, [topics.name(EVENTS), topics.name(LICENSE_FILES)])

    async def is_well(self) -> bool:
        return self.trouble is None

    def offer(self, record: Record) -> None:
        pass

    def assigned(self, partition: Partition) -> None:
        self.assigned_so_far.add(partition)


async def test_an_app_is_not_ready_before_it_has_its_partitions(kafka_topics: KafkaTopics) -> None:
    feed = Feed(kafka_topics)
    running = asyncio.create_task(feed.run())
    try:
        await until(feed.is_well)
        assert {partition.topic for partition in feed.assigned_so_far} == {
            kafka_topics.name(EVENTS),
            kafka_topics.name(LICENSE_FILES),
        }
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
