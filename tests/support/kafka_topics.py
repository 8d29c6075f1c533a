"""The topics of a test."""

import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from contracts.topics import TOPICS, Topic, topic_name
from dev.stack import topics
from dev.stack.kafka import ADMINISTRATOR, Broker
from runtime.kafka import Connection


@dataclass(frozen=True, slots=True)
class KafkaTopics:
    """The declared topics, or some of them, under a prefix of their own."""

    broker: Broker
    prefix: str
    made: Sequence[Topic] = TOPICS

    async def make_missing(self) -> None:
        """Make anew what was deleted since, with all rights."""
        await topics.create(self.broker, prefix=self.prefix, topics=self.made)

    def name(self, topic: Topic) -> str:
        return topic_name(topic, self.prefix)

    def connection(self, user: str = ADMINISTRATOR) -> Connection:
        """As a role that may do what is declared, or as the administrator, who may do everything."""
        return self.broker.connection(user)

    def settings(self, role: str) -> dict[str, str]:
        """The settings by which a process works on these topics in a role, all of whose topics there must be."""
        used = [topic for topic in TOPICS if role in {*topic.writers, *topic.readers}]
        lacking = [topic.name for topic in used if topic not in self.made]
        assert not lacking, f"topics_of names no role with {', '.join(lacking)}, which {role} uses"
        return self.broker.settings(role) | {"topic_prefix": self.prefix}


@asynccontextmanager
async def topics_on(
    broker: Broker, ledgers: int = 1, users: str = "", roles: Collection[str] = ()
) -> AsyncGenerator[KafkaTopics]:
    """The declared topics of so many ledgers under a new prefix, for users of such names, deleted at the end.

    With `roles` there are only those that one of them writes or reads: a broker takes most of a second for all.
    """
    prefix = f"test-{secrets.token_hex(4)}."
    wanted = [topic for topic in TOPICS if not roles or {*topic.writers, *topic.readers} & set(roles)]
    await topics.create(broker, prefix=prefix, users=users, ledgers=ledgers, topics=wanted)
    try:
        yield KafkaTopics(broker, prefix, wanted)
    finally:
        await topics.delete_all(broker, prefix, wanted)


MakeTopics = Callable[..., Awaitable[KafkaTopics]]
