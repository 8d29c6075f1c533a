"""`licensingctl dead-letters`: what services have set aside as unusable, why, and what becomes of it."""

from argparse import Namespace
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from contracts.topics import DEAD_LETTERS
from operations.adapters.live_log import KafkaLog
from operations.application.dead_letters import DeadLetterDesk
from operations.application.letter import Letter, said, settling
from operations.entrypoints.settings import OperationsSettings
from runtime.answers import Answer, table
from runtime.kafka import Connection

_TITLES = ("SERVICE", "OFFSET", "BURIED", "FROM", "BYTES", "SETTLED", "REASON")
MOST = 1_000


async def dead_letters(arguments: Namespace, settings: OperationsSettings) -> Answer:
    """The newest letters of one service, or of each."""
    services = [arguments.service] if arguments.service else list(DEAD_LETTERS)
    async with _desk(settings) as desk:
        letters = [one for service in services for one in await desk.newest(service, arguments.newest)]
        decisions = await desk.decisions() if letters else []
    found = [_facts(one) | {"settled": said(settling(decisions, one))} for one in letters]
    rows = [
        (one["service"], one["offset"], one["buried"], _place(one), one["bytes"], one["settled"], one["reason"])
        for one in found
    ]
    return Answer({"dead_letters": found}, table([_TITLES, *rows]) if rows else ["There are none."])


async def show(arguments: Namespace, settings: OperationsSettings) -> Answer:
    """One letter with its content, and what was decided about it."""
    async with _desk(settings) as desk:
        letter = await desk.letter(arguments.service, arguments.offset)
        decided = [one for one in await desk.decisions() if one.letter == letter.key]
    content = {"key": letter.record.key, "value": letter.record.value}
    texts = {name: None if one is None else one.decode("utf-8", "backslashreplace") for name, one in content.items()}
    facts = _facts(letter) | texts
    lines = [f"{name}: {_printable(str(one))}" for name, one in facts.items()]
    lines += [f"{one.time}: {one.decision} by {one.by}: {_printable(one.reason)}" for one in decided]
    return Answer(facts | {"decisions": [one.model_dump() for one in decided]}, lines)


async def replay(arguments: Namespace, settings: OperationsSettings) -> Answer:
    """Send the record of a letter again to where it came from."""
    async with _desk(settings) as desk:
        letter = await desk.letter(arguments.service, arguments.offset)
        sent = await desk.replay(letter, by=arguments.by, reason=arguments.reason, dry_run=arguments.dry_run)
    to = f"{sent.topic}/{sent.partition}"
    verb = "would be sent" if arguments.dry_run else "was sent"
    facts = {"letter": letter.key, "to": to, "bytes": len(sent.value or b""), "dry_run": arguments.dry_run}
    return Answer(facts, [f"The record of letter {letter.key} {verb} again to {to}."])


async def discard(arguments: Namespace, settings: OperationsSettings) -> Answer:
    """Write down that nobody sends this record again."""
    async with _desk(settings) as desk:
        letter = await desk.letter(arguments.service, arguments.offset)
        await desk.discard(letter, by=arguments.by, reason=arguments.reason, dry_run=arguments.dry_run)
    verb = "would be discarded" if arguments.dry_run else "is discarded"
    return Answer({"letter": letter.key, "dry_run": arguments.dry_run}, [f"Letter {letter.key} {verb}."])


@asynccontextmanager
async def _desk(settings: OperationsSettings) -> AsyncGenerator[DeadLetterDesk]:
    async with KafkaLog.of(Connection.from_settings(settings)) as live:
        yield DeadLetterDesk(live, settings.topic_prefix)


def _facts(letter: Letter) -> dict[str, Any]:
    """What the letter says; nothing of it was checked, as whoever wrote the record chose some of it."""
    record = letter.record
    return {
        "service": letter.service,
        "offset": record.offset,
        "buried": datetime.fromtimestamp(record.timestamp / 1000, UTC).isoformat(timespec="seconds"),
        **{name: _text(record.header(name)) for name in ("topic", "partition", "bytes", "reason")},
        "offset_there": _text(record.header("offset")),
    }


def _place(one: dict[str, Any]) -> str:
    return f"{one['topic']}/{one['partition']}@{one['offset_there']}"


def _text(header: bytes | None) -> str:
    return _printable((header or b"?").decode("utf-8", "backslashreplace"))


def _printable(text: str) -> str:
    """Nothing that moves a terminal's cursor or colours it."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)
