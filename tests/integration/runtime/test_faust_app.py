"""What a Faust app of ours says about itself, and how it ends."""

import asyncio
from collections.abc import AsyncIterator
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

    def rebalances_while_it_stops(self) -> None:
        """What Faust does then, in the thread of the app."""
        self._app._on_rebalance_when_stopped()


@pytest.fixture
async def feed(kafka_topics: KafkaTopics) -> AsyncIterator[Feed]:
    made = Feed(kafka_topics)
    running = asyncio.create_task(made.run())
    await until(made.is_well)
    yield made
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_an_app_is_not_ready_before_it_has_its_partitions(kafka_topics: KafkaTopics, feed: Feed) -> None:
    assert {partition.topic for partition in feed.assigned_so_far} == {
        kafka_topics.name(EVENTS),
        kafka_topics.name(LICENSE_FILES),
    }


async def test_a_client_is_closed_by_its_own_thread_alone(feed: Feed) -> None:
    """Another one would wait without end for what the ended thread does no more."""
    feed.rebalances_while_it_stops()
    await asyncio.sleep(0)
    begun_here = {str(getattr(task.get_coro(), "__qualname__", "")) for task in asyncio.all_tasks()}
    assert not {name for name in begun_here if name.endswith(".close")}
