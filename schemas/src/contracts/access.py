"""Who may do what on the broker: its users and their access rights follow from the declaration of topics.

A role is the name of a service, or of a kind of person with a Kafka tool; on the broker it is a user. What is not
granted here is refused. Making topics, users and rights is for the broker's administrator, who is no role.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from contracts.topics import DEAD_LETTER_DECISIONS, DEAD_LETTERS, PREFIX, REPLAYABLE, TOPICS, Topic, topic_name


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """One right of a role, on the one resource that has exactly this name. To read or write is also to describe."""

    role: str
    operation: Literal["read", "write", "describe"]
    resource: Literal["topic", "group"]
    name: str


def roles() -> tuple[str, ...]:
    """Everybody who reads or writes a topic."""
    return tuple(sorted({role for topic in TOPICS for role in (*topic.writers, *topic.readers)}))


def group_of(role: str, prefix: str = PREFIX) -> str:
    """The one consumer group that a role may join and commit in."""
    return prefix + role


WATCHED_BY_OPERATORS = ("ledger-writer", "rma-writer")
"""Whose consumer groups an operator may see: who leads, and who could."""

INSPECTOR = "inspect"
"""The user who sees which topics and rights there are, and nothing of what is in them; no process of ours is it."""
LOOKS = ("describe", "describe-configs")
"""All that an inspector may do, in Kafka's words."""


def grants(prefix: str = PREFIX, *, users: str = "") -> tuple[Grant, ...]:
    """All rights on the topics with this prefix, for users who are named by their role with `users` before it."""
    on_topics = (grant for topic in TOPICS for grant in _on(topic, prefix))
    readers = sorted({role for topic in TOPICS for role in topic.readers})
    in_groups = (Grant(role, "read", "group", group_of(role, prefix)) for role in readers)
    watched = (Grant("operator", "describe", "group", group_of(role, prefix)) for role in WATCHED_BY_OPERATORS)
    return tuple(replace(grant, role=users + grant.role) for grant in (*on_topics, *in_groups, *watched))


def replaying(prefix: str = PREFIX) -> tuple[Grant, ...]:
    """Rights of `replay`, the user that an operator has only while dead letters are sent again; no process has them."""
    readable = (*DEAD_LETTERS.values(), DEAD_LETTER_DECISIONS)
    writable = (*REPLAYABLE, DEAD_LETTER_DECISIONS)
    return (
        *(Grant("replay", "read", "topic", topic_name(topic, prefix)) for topic in readable),
        *(Grant("replay", "write", "topic", topic_name(topic, prefix)) for topic in writable),
    )


def _on(topic: Topic, prefix: str) -> Iterator[Grant]:
    name = topic_name(topic, prefix)
    yield from (Grant(role, "write", "topic", name) for role in topic.writers)
    yield from (Grant(role, "read", "topic", name) for role in topic.readers)
