"""What tests share: one real broker and one real database a session, fresh topics and fresh databases for each user."""

import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from dev.stack import places, topics
from dev.stack.guard import Guard
from dev.stack.kafka import Broker
from dev.stack.parts import Kit
from dev.stack.postgres import Cluster
from tests.support.kafka_topics import KafkaTopics, MakeTopics

hypothesis_settings.register_profile("fuzz", max_examples=5_000, deadline=None)


@pytest.fixture(scope="session")
def state() -> Iterator[Path]:
    """A folder for what this session starts; whatever has a pid file in it ends with the session, however that ends."""
    folder = places.STATE / "tests" / secrets.token_hex(4)
    folder.mkdir(parents=True)
    with Guard(folder):
        yield folder


@pytest.fixture(scope="session")
def broker(state: Path) -> Iterator[Broker]:
    """A real broker; `address` is its bootstrap address. A test that stops it starts it again."""
    broker = Kit(state, short_lived=True).broker()
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture(scope="session")
def postgres(state: Path) -> Iterator[Cluster]:
    """A real PostgreSQL cluster. A test that stops it starts it again."""
    cluster = Kit(state, short_lived=True).cluster()
    cluster.start()
    yield cluster
    cluster.stop()


@pytest.fixture(scope="module")
def database_url(postgres: Cluster) -> Iterator[str]:
    """The URL of an empty database for the tests of one module."""
    yield from _database(postgres)


@pytest.fixture
def fresh_database_url(postgres: Cluster) -> Iterator[str]:
    """The URL of an empty database for one test."""
    yield from _database(postgres)


def _database(postgres: Cluster) -> Iterator[str]:
    name = f"test_{secrets.token_hex(4)}"
    yield postgres.create(name)
    postgres.drop(name)


@pytest.fixture
async def make_topics(broker: Broker) -> AsyncIterator[MakeTopics]:
    """Makes the declared topics under a new prefix, for as many ledgers as it is told."""
    made: list[str] = []

    async def make(ledgers: int = 1) -> KafkaTopics:
        prefix = f"test-{secrets.token_hex(4)}."
        made.extend(await topics.create(broker.address, prefix=prefix, ledgers=ledgers))
        return KafkaTopics(broker.address, prefix)

    yield make
    if made:
        await topics.delete(broker.address, made)


@pytest.fixture
async def kafka_topics(make_topics: MakeTopics) -> KafkaTopics:
    """The declared topics of one ledger, for one test."""
    return await make_topics()
