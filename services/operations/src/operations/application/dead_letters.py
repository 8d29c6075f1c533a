"""Settle a dead letter: send its record again, or write down that nobody will."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from pydantic import ValidationError

from contracts.dead_letters import MAX_REASON_CHARACTERS, MAX_TOPIC_CHARACTERS, DeadLetterDecision
from contracts.topics import DEAD_LETTER_DECISIONS, DEAD_LETTERS, topic_name
from operations.application.letter import Letter, LetterSettled, require_open, said, settling
from operations.application.ports import LiveLog
from runtime.kafka import Partition, Record

Decided = Literal["replay", "replayed", "discard"]


class LetterUnknown(ValueError):  # noqa: N818 - states the world
    """There is no letter at this offset."""


@dataclass(frozen=True, slots=True)
class DeadLetterDesk:
    """The dead letters below a prefix, and what was decided about them; `clock` gives aware times in UTC."""

    live: LiveLog
    prefix: str
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def letter(self, service: str, offset: int) -> Letter:
        """Raises LetterUnknown."""
        partition = Partition(topic_name(DEAD_LETTERS[service], self.prefix), 0)
        oldest, end = (await self.live.edges([partition]))[partition]
        if not oldest <= offset < end:
            raise LetterUnknown(
                f"{partition.topic} has no record at {offset}; its offsets go from {oldest} to before {end}"
            )
        (record,) = [one async for records in self.live.read(partition, offset, offset + 1) for one in records]
        return Letter(service, record)

    async def newest(self, service: str, count: int) -> list[Letter]:
        partition = Partition(topic_name(DEAD_LETTERS[service], self.prefix), 0)
        oldest, end = (await self.live.edges([partition]))[partition]
        first = max(oldest, end - count)
        return [Letter(service, one) async for records in self.live.read(partition, first, end) for one in records]

    async def decisions(self) -> list[DeadLetterDecision]:
        """All of them, in their order; what is no decision is passed over."""
        oldest, end = (await self.live.edges([self._decided]))[self._decided]
        found: list[DeadLetterDecision] = []
        async for records in self.live.read(self._decided, oldest, end):
            for record in records:
                try:
                    found.append(DeadLetterDecision.from_json_bytes(record.value or b""))
                except ValidationError:
                    continue
        return found

    async def replay(self, letter: Letter, *, by: str, reason: str, dry_run: bool) -> Record:
        """Send the record of a letter again to where it came from; the record as it is sent.

        The decision lies on its topic before the record is sent, so that no letter is replayed and discarded; where
        this ends between the two, the next replay finishes it.

        Raises LetterSettled, NotReplayable, NotAllowed and Trouble.
        """
        record = letter.original(self.prefix, now_ms=self._now_ms())
        found = settling(await self.decisions(), letter)
        require_open(found, letter, for_replay=True)
        await self.live.edges([Partition(record.topic, record.partition)])  # it is there, and this user may write there
        if dry_run:
            return record
        if found is None:
            await self._decide(letter, "replay", by, reason)
        await self.live.append(Partition(record.topic, record.partition), [record])
        await self._append(self._decision(letter, "replayed", by, reason))
        return record

    async def discard(self, letter: Letter, *, by: str, reason: str, dry_run: bool) -> None:
        """Write down that nobody sends this record again. Raises LetterSettled, Trouble."""
        require_open(settling(await self.decisions(), letter), letter, for_replay=False)
        if not dry_run:
            await self._decide(letter, "discard", by, reason)

    async def _decide(self, letter: Letter, decision: Decided, by: str, reason: str) -> None:
        """Append a decision, and read whether it is the one that counts."""
        mine = self._decision(letter, decision, by, reason)
        await self._append(mine)
        first = next(one for one in await self.decisions() if one.letter == letter.key and one.decision != "replayed")
        if first != mine:
            raise LetterSettled(f"letter {letter.key} was settled at the same moment: {said(first)}")

    def _decision(self, letter: Letter, decision: Decided, by: str, reason: str) -> DeadLetterDecision:
        source, offset = letter.source
        return DeadLetterDecision(
            decision_id=secrets.token_hex(16),
            letter=letter.key,
            decision=decision,
            by=by,
            reason=reason,
            time=self.clock().isoformat(timespec="seconds"),
            topic=source.topic[:MAX_TOPIC_CHARACTERS],
            partition=source.number,
            offset=offset,
            set_aside_because=letter.text("reason")[:MAX_REASON_CHARACTERS],
            sha256=letter.sha256,
        )

    async def _append(self, one: DeadLetterDecision) -> None:
        value, partition = one.json_bytes(), self._decided
        await self.live.append(partition, [Record(*partition, 0, one.letter.encode(), value, (), self._now_ms())])

    @property
    def _decided(self) -> Partition:
        return Partition(topic_name(DEAD_LETTER_DECISIONS, self.prefix), 0)

    def _now_ms(self) -> int:
        return int(self.clock().timestamp() * 1000)
