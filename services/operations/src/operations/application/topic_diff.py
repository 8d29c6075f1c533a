"""In what the brokers differ from the declaration of topics and rights."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from contracts.access import INSPECTOR, LOOKS, grants
from contracts.topics import TOPICS, topic_name
from runtime.kafka import Right, TopicState

Kind = Literal["topic", "partitions", "config", "right"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing; None is what is not there. `what` is a topic, a setting of it, or a right."""

    kind: Kind
    what: str
    declared: str | None
    found: str | None


def differences(
    topics: Collection[TopicState], rights: Collection[Right], *, prefix: str, users: str, ledgers: int
) -> list[Difference]:
    """All of them, topics first; what inspectors need to look is left out, also where the brokers serve other regions.

    `users` is what the names of a region's users begin with.
    """
    others = {right for right in rights if _touches(right, prefix) and not _is_a_look(right)}
    return [*_of_topics({one.name: one for one in topics}, prefix, ledgers), *_of_rights(others, prefix, users)]


def _of_topics(found: Mapping[str, TopicState], prefix: str, ledgers: int) -> Iterator[Difference]:
    declared = {topic_name(topic, prefix): topic for topic in TOPICS}
    for name, topic in declared.items():
        if name not in found:
            yield Difference("topic", name, "there", None)
            continue
        wanted, there = topic.partitions * (ledgers if topic.per_ledger else 1), found[name].partitions
        if wanted != there:
            yield Difference("partitions", name, str(wanted), str(there))
        for key, value in topic.config().items():
            if value != (is_set := found[name].config.get(key)):
                yield Difference("config", f"{name} {key}", value, is_set)
    for name in sorted(found.keys() - declared.keys()):
        yield Difference("topic", name, None, "there")


def _of_rights(found: set[Right], prefix: str, users: str) -> Iterator[Difference]:
    declared = {Right(one.role, one.operation, one.resource, one.name) for one in grants(prefix, users=users)}
    for right in sorted(declared - found):
        yield Difference("right", _said(right), "there", None)
    for right in sorted(found - declared):
        yield Difference("right", _said(right), None, "there")


def _touches(right: Right, prefix: str) -> bool:
    """Whether it says something of names with this prefix, or of the whole cluster."""
    if right.resource not in ("topic", "group", "transactional-id"):
        return True
    if right.pattern == "prefixed":
        return right.name.startswith(prefix) or prefix.startswith(right.name)
    return right.name == "*" or right.name.startswith(prefix)


def _is_a_look(right: Right) -> bool:
    return right.user.endswith(INSPECTOR) and right.operation in LOOKS


def _said(right: Right) -> str:
    may = "may" if right.is_allowed else "may not"
    name = f"{right.name}*" if right.pattern == "prefixed" else right.name
    place = "" if right.host == "*" else f" from {right.host}"
    return f"{right.user} {may} {right.operation} {right.resource} {name}{place}"
