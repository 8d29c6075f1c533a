"""The topics of a test."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from contracts.topics import Topic, topic_name


@dataclass(frozen=True, slots=True)
class KafkaTopics:
    """The declared topics under a prefix of their own."""

    bootstrap: str
    prefix: str

    def name(self, topic: Topic) -> str:
        return topic_name(topic, self.prefix)


MakeTopics = Callable[..., Awaitable[KafkaTopics]]
