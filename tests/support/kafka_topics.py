"""The topics of a test."""

import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from contracts.topics import Topic, topic_name
from dev.stack import topics


@dataclass(frozen=True, slots=True)
class KafkaTopics:
    """The declared topics under a prefix of their own."""

    bootstrap: str
    prefix: str

    def name(self, topic: Topic) -> str:
        return topic_name(topic, self.prefix)


@asynccontextmanager
async def topics_on(bootstrap: str, ledgers: int = 1) -> AsyncGenerator[KafkaTopics]:
    """The declared topics of so many ledgers under a new prefix, deleted at the end."""
    prefix = f"test-{secrets.token_hex(4)}."
    made = await topics.create(bootstrap, prefix=prefix, ledgers=ledgers)
    try:
        yield KafkaTopics(bootstrap, prefix)
    finally:
        await topics.delete(bootstrap, made)


MakeTopics = Callable[..., Awaitable[KafkaTopics]]
