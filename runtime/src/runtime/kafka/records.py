"""What comes off a topic, as immutable values."""

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any, NamedTuple, Protocol

from aiokafka.partitioner import murmur2

Headers = Sequence[tuple[str, bytes]]


class OffsetGone(Exception):  # noqa: N818 - states the world
    """The asked offset is not on the topic any more, or not yet: the topic was made anew or lost its tail."""


class Partition(NamedTuple):
    """One partition of a topic, by its full name."""

    topic: str
    number: int


class Record(NamedTuple):
    """One record as it lies on the log; `timestamp` is in milliseconds since 1970, as Kafka has it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp: int

    def header(self, name: str) -> bytes | None:
        """The last header of that name, or None."""
        return next((value for key, value in reversed(self.headers) if key == name), None)


def partition_for(key: bytes, partitions: int) -> int:
    """The partition that Kafka's own default partitioner picks for a key (murmur2)."""
    return int(murmur2(key) & 0x7FFFFFFF) % partitions


class Raw(Protocol):
    """What aiokafka's ConsumerRecord offers, as far as we use it."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Iterable[tuple[str, bytes]]: ...
    @property
    def timestamp(self) -> int: ...


_fields: Callable[[Raw], tuple[Any, ...]] = attrgetter(*Record._fields)


def records(raws: Iterable[Raw]) -> list[Record]:
    return [Record._make(_fields(raw)) for raw in raws]
