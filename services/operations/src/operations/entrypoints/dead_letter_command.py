"""`licensingctl dead-letters`: what services have set aside as unusable, and why."""

from argparse import Namespace
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from contracts.topics import DEAD_LETTERS, topic_name
from operations.adapters.live_log import KafkaLog
from operations.application.ports import LiveLog
from operations.entrypoints.answer import Answer, WrongArgument, table
from operations.entrypoints.settings import OperationsSettings
from runtime.kafka import Connection, Partition, Record

_TITLES = ("SERVICE", "OFFSET", "BURIED", "FROM", "BYTES", "REASON")
MOST = 1_000


async def dead_letters(arguments: Namespace, settings: OperationsSettings) -> Answer:
    """The newest letters of one service, or of each."""
    services = [arguments.service] if arguments.service else list(DEAD_LETTERS)
    async with KafkaLog.of(Connection.from_settings(settings)) as live:
        found = [
            _facts(service, record)
            for service in services
            for record in await _newest(live, _topic(service, settings), arguments.newest)
        ]
    rows = [(one["service"], one["offset"], one["buried"], _place(one), one["bytes"], one["reason"]) for one in found]
    return Answer({"dead_letters": found}, table([_TITLES, *rows]) if rows else ["There are none."])


async def show(arguments: Namespace, settings: OperationsSettings) -> Answer:
    """One letter with its content."""
    async with KafkaLog.of(Connection.from_settings(settings)) as live:
        partition, offset = _topic(arguments.service, settings), arguments.offset
        oldest, end = (await live.edges([partition]))[partition]
        if not oldest <= offset < end:
            raise WrongArgument(
                f"{partition.topic} has no record at {offset}; its offsets go from {oldest} to before {end}"
            )
        (record,) = [one async for records in live.read(partition, offset, offset + 1) for one in records]
        return _shown(arguments.service, record)


def _topic(service: str, settings: OperationsSettings) -> Partition:
    return Partition(topic_name(DEAD_LETTERS[service], settings.topic_prefix), 0)


async def _newest(live: LiveLog, partition: Partition, count: int) -> Sequence[Record]:
    oldest, end = (await live.edges([partition]))[partition]
    return [one async for records in live.read(partition, max(oldest, end - count), end) for one in records]


def _facts(service: str, record: Record) -> dict[str, Any]:
    """What the letter says; nothing of it was checked, as whoever wrote the record chose some of it."""
    return {
        "service": service,
        "offset": record.offset,
        "buried": datetime.fromtimestamp(record.timestamp / 1000, UTC).isoformat(timespec="seconds"),
        **{name: _text(record.header(name)) for name in ("topic", "partition", "bytes", "reason")},
        "offset_there": _text(record.header("offset")),
    }


def _shown(service: str, record: Record) -> Answer:
    content = {"key": record.key, "value": record.value}
    said = {name: None if one is None else one.decode("utf-8", "backslashreplace") for name, one in content.items()}
    facts = _facts(service, record) | said
    return Answer(facts, [f"{name}: {_printable(str(one))}" for name, one in facts.items()])


def _place(one: dict[str, Any]) -> str:
    return f"{one['topic']}/{one['partition']}@{one['offset_there']}"


def _text(header: bytes | None) -> str:
    return _printable((header or b"?").decode("utf-8", "backslashreplace"))


def _printable(text: str) -> str:
    """Nothing that moves a terminal's cursor or colours it."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)
