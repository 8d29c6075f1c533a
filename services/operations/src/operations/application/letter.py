"""What may be decided about a dead letter, from the letter and what was decided before."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from contracts.dead_letters import DeadLetterDecision
from contracts.topics import REPLAYABLE, topic_name
from runtime.dead_letters import MAX_DIGITS, kept_headers
from runtime.kafka import Partition, Record

_NUMBER = re.compile(rf"0|[1-9][0-9]{{0,{MAX_DIGITS - 1}}}")


class LetterSettled(Exception):  # noqa: N818 - states the world
    """Somebody has settled this letter."""


class NotReplayable(Exception):  # noqa: N818 - states the world
    """A letter is of no use where it came from."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A record on the dead-letter topic of a service."""

    service: str
    record: Record

    @property
    def key(self) -> str:
        """What decisions call it; offsets begin again where a topic is made anew, so with its time."""
        return f"{self.service}/{self.record.offset}@{self.record.timestamp}"

    @property
    def source(self) -> tuple[Partition, int]:
        """Where it says that it came from; raises NotReplayable."""
        topic, partition, offset = (self.text(name) for name in ("topic", "partition", "offset"))
        if not (_NUMBER.fullmatch(partition) and _NUMBER.fullmatch(offset)):
            raise NotReplayable(f"letter {self.key} does not say where it came from")
        return Partition(topic, int(partition)), int(offset)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.record.value or b"").hexdigest()

    def text(self, header: str) -> str:
        return (self.record.header(header) or b"").decode("utf-8", "backslashreplace")

    def original(self, prefix: str, *, now_ms: int) -> Record:
        """The record to send again, as it was but for its time; raises NotReplayable."""
        source, offset = self.source
        readers = {topic_name(topic, prefix): topic.readers for topic in REPLAYABLE}
        if self.service not in readers.get(source.topic, ()):
            commands = ", ".join(name for name, who in readers.items() if self.service in who) or "no topic"
            raise NotReplayable(
                f"letter {self.key} came from {source.topic}: {self.service} can be sent commands again on {commands}"
            )
        headers, value = kept_headers(self.record), self.record.value
        if headers is None:
            raise NotReplayable(f"letter {self.key} was set aside without its headers, which proved who sent it")
        if value is None or self.text("bytes") != str(len(value)):
            raise NotReplayable(f"letter {self.key} does not have the whole record")
        return Record(*source, offset, self.record.key, value, headers, now_ms)


def settling(decisions: Iterable[DeadLetterDecision], letter: Letter) -> DeadLetterDecision | None:
    """The decision that counts: a discarding, or a replay, `replayed` once that is done."""
    about = [one for one in decisions if one.letter == letter.key]
    first = next((one for one in about if one.decision != "replayed"), None)
    if first is None or first.decision == "discard":
        return first
    return next((one for one in about if one.decision == "replayed"), first)


def require_open(found: DeadLetterDecision | None, letter: Letter, *, for_replay: bool) -> None:
    """Raises LetterSettled; a replay that was begun and not done may be done by anybody."""
    if found is None or (for_replay and found.decision == "replay"):
        return
    raise LetterSettled(f"letter {letter.key} is settled: {said(found)} on {found.time} ({found.reason})")


def said(found: DeadLetterDecision | None) -> str:
    """A decision in three words."""
    if found is None:
        return "-"
    return f"{_WORDS[found.decision]} by {found.by}"


_WORDS = {"replay": "replay begun", "replayed": "replayed", "discard": "discarded"}
