"""A dead letter is settled once: sent again as it was, or discarded with a reason."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.topics import COMMANDS, DEAD_LETTER_DECISIONS, DEAD_LETTERS, EVENTS, topic_name
from operations.application.dead_letters import DeadLetterDesk, LetterUnknown
from operations.application.letter import Letter, LetterSettled, NotReplayable, said, settling
from runtime.kafka import Headers, Partition, Record
from tests.support.operations.memory_log import MemoryLog

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
LETTERS = Partition(topic_name(DEAD_LETTERS["ledger-writer"], "t."), 0)
DECISIONS = Partition(topic_name(DEAD_LETTER_DECISIONS, "t."), 0)
WHERE_FROM = Partition(topic_name(COMMANDS, "t."), 1)
KEPT = ((f"kept-{name}", value) for name, value in (("proof-seal", b"\xff"), ("proof-mac", b"m")))
HEADERS: Headers = (*KEPT, ("headers", b"2"))
WHY: dict[str, Any] = {"by": "INC-7", "reason": "fixed by 1.4.2", "dry_run": False}
DRY: dict[str, Any] = {**WHY, "dry_run": True}
ANOTHER: dict[str, Any] = {**WHY, "by": "INC-8"}


def buried(source: Partition = WHERE_FROM, headers: Headers = HEADERS, size: int = 3) -> Record:
    said = {
        "reason": "it hits a defect",
        "topic": source.topic,
        "partition": source.number,
        "offset": 40,
        "bytes": size,
    }
    told = tuple((name, str(value).encode()) for name, value in said.items())
    return Record(*LETTERS, 0, b"1", b"abc", (*told, *headers), 1_790_000_000_000)


def desk(*records: Record, live: type[MemoryLog] = MemoryLog) -> tuple[DeadLetterDesk, MemoryLog]:
    made = live(*records)
    return DeadLetterDesk(made, "t.", lambda: NOON), made


async def test_a_replay_sends_key_value_and_headers_to_where_they_came_from_once() -> None:
    one, live = desk(buried())
    letter = await one.letter("ledger-writer", 0)

    await one.replay(letter, **WHY)

    (sent,) = live.all(WHERE_FROM)
    assert (sent.key, sent.value, sent.headers) == (b"1", b"abc", (("proof-seal", b"\xff"), ("proof-mac", b"m")))
    assert sent.timestamp == NOON.timestamp() * 1000
    assert said(settling(await one.decisions(), letter)) == "replayed by INC-7"
    for again in (one.replay, one.discard):
        with pytest.raises(LetterSettled, match="replayed by INC-7 on 2026-11-29T12:00:00"):
            await again(letter, **WHY)
    assert len(live.all(WHERE_FROM)) == 1


async def test_a_discarded_letter_stays_with_who_decided_and_why_and_is_not_sent() -> None:
    one, live = desk(buried())
    letter = await one.letter("ledger-writer", 0)

    await one.discard(letter, **WHY)

    (decision,) = await one.decisions()
    assert (decision.decision, decision.by, decision.reason) == ("discard", "INC-7", "fixed by 1.4.2")
    assert (decision.topic, decision.partition, decision.offset) == (*WHERE_FROM, 40)
    assert decision.set_aside_because == "it hits a defect"
    assert live.all(LETTERS) == [letter.record]
    for again in (one.replay, one.discard):
        with pytest.raises(LetterSettled, match="discarded by INC-7"):
            await again(letter, **WHY)
    assert not live.all(WHERE_FROM)


async def test_a_dry_run_checks_and_writes_nothing() -> None:
    one, live = desk(buried())
    letter = await one.letter("ledger-writer", 0)

    await one.replay(letter, **DRY)
    await one.discard(letter, **DRY)

    assert not live.all(WHERE_FROM)
    assert not live.all(DECISIONS)


class EndsBeforeItSends(MemoryLog):
    async def append(self, partition: Partition, records: Sequence[Record]) -> None:
        if partition == WHERE_FROM and not self.all(LETTERS)[0].key == b"go on":
            raise ConnectionResetError
        await super().append(partition, records)


async def test_a_replay_that_ended_between_decision_and_sending_is_finished_by_the_next_one() -> None:
    one, live = desk(buried(), live=EndsBeforeItSends)
    letter = await one.letter("ledger-writer", 0)
    with pytest.raises(ConnectionResetError):
        await one.replay(letter, **WHY)
    assert said(settling(await one.decisions(), letter)) == "replay begun by INC-7"
    with pytest.raises(LetterSettled):
        await one.discard(letter, **WHY)

    healed, after = desk(*live.all(LETTERS), *live.all(DECISIONS))
    await healed.replay(letter, **ANOTHER)

    assert len(after.all(WHERE_FROM)) == 1
    assert said(settling(await healed.decisions(), letter)) == "replayed by INC-8"


class AnotherWasFirst(MemoryLog):
    """Somebody discards the letter between the look at what was decided and the own decision."""

    rival: Record | None = None

    async def append(self, partition: Partition, records: Sequence[Record]) -> None:
        if partition == DECISIONS and self.rival is not None:
            rival, self.rival = self.rival, None
            await super().append(partition, [rival])
        await super().append(partition, records)


async def test_of_two_who_decide_at_once_the_first_on_the_topic_wins() -> None:
    other, theirs = desk(buried())
    letter = await other.letter("ledger-writer", 0)
    await other.discard(letter, **ANOTHER)
    one, live = desk(buried(), live=AnotherWasFirst)
    assert isinstance(live, AnotherWasFirst)
    (live.rival,) = theirs.all(DECISIONS)

    with pytest.raises(LetterSettled, match="at the same moment: discarded by INC-8"):
        await one.replay(letter, **WHY)

    assert not live.all(WHERE_FROM)


@pytest.mark.parametrize(
    ("letter", "why"),
    [
        (buried(Partition(topic_name(EVENTS, "t."), 0)), "can be sent commands again on t.ledger.commands"),
        (buried(Partition("t.rma.commands", 0)), "can be sent commands again on t.ledger.commands"),
        (buried(headers=()), "without its headers"),
        (buried(size=300_000), "does not have the whole record"),
        (buried()._replace(headers=()), "does not say where it came from"),
    ],
)
async def test_what_is_of_no_use_where_it_came_from_is_refused_with_the_reason(letter: Record, why: str) -> None:
    one, live = desk(letter)

    with pytest.raises(NotReplayable, match=why):
        await one.replay(Letter("ledger-writer", letter), **WHY)

    assert not live.all(DECISIONS)


async def test_a_letter_of_a_topic_that_was_made_anew_is_another_one() -> None:
    one, live = desk(buried())
    await one.discard(await one.letter("ledger-writer", 0), **WHY)

    later, _ = desk(buried()._replace(timestamp=1_790_000_000_001), *live.all(DECISIONS))

    await later.discard(await later.letter("ledger-writer", 0), **WHY)
    with pytest.raises(LetterUnknown, match="no record at 7; its offsets go from 0 to before 1"):
        await later.letter("ledger-writer", 7)
