"""Whose turn it is: the consumer group of the commands says which process leads which log.

It only spares two writers from getting in each other's way; what is right, the log decides.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic

from runtime.dead_letters import DeadLetters
from runtime.eventlog.command_batch import CommandBatch
from runtime.eventlog.definition import Command, DecodeCommand, Outcome, UndecodableCommandError
from runtime.eventlog.ports import Replies
from runtime.eventlog.writer import LostLogError, Writer
from runtime.kafka import GroupConsumer, OffsetGone, Partition, Record
from runtime.logs import get_logger, ids_in
from runtime.process import until_stopped
from runtime.trouble import Trouble

BATCH = 500
"""Commands decided in one go, about 10 ms of work: more would make single commands wait, fewer cost throughput."""
WAITING_BATCHES = 2
POLL_SECONDS = 0.5
PAUSE_SECONDS = 0.5
"""After losing a log or trouble with the broker, before standing for it again."""

FINISH_SECONDS = 8.0
"""For answering what was read when the process is to end; what is not answered by then is read again by the next."""

_log = get_logger("runtime.eventlog")
RepliesFor = Callable[[GroupConsumer], Replies[Outcome]]
GroupFor = Callable[["Turns"], GroupConsumer]


class Turns:
    """Counts the rebalances of a group, so that its reader knows that something has changed.

    `aside_since` is since when the reader leaves its turn to others, in milliseconds since 1970, or 0.
    """

    def __init__(self, aside_since: int = 0) -> None:
        self.count = 0
        self.aside_since = aside_since

    async def changed(self, _: frozenset[Partition]) -> None:
        self.count += 1


@dataclass(slots=True)
class _Term(Generic[Command]):
    """One log, led from now until the next change."""

    batches: "asyncio.Queue[CommandBatch[Command]]"
    task: "asyncio.Task[None]"


class Leadership(Generic[Command, Outcome]):
    """Leads the logs that the group gives to this process, again and again.

    The commands of log `n` are partition `n` of each of `topics`; `noun` is what the operators' log calls a log.
    `trouble` says why nobody can lead what falls to this process, or nothing. `member` is how the group knows it now.
    """

    def __init__(
        self,
        writers: Mapping[int, Writer[Any, Command, Any, Outcome]],
        decode: DecodeCommand[Command],
        group_for: GroupFor,
        replies_for: RepliesFor[Outcome],
        dead_letters: DeadLetters,
        *,
        topics: int,
        noun: str,
    ) -> None:
        self._writers = writers
        self._decode = decode
        self._group_for = group_for
        self._replies_for = replies_for
        self._dead_letters = dead_letters
        self._topics = topics
        self._noun = noun
        self.leading: frozenset[int] = frozenset()
        self.trouble = ""
        self._group: GroupConsumer | None = None
        self._is_to_hand_over = False
        self._aside_since = 0

    @property
    def member(self) -> str:
        return "" if self._group is None else self._group.member()

    def hand_over(self, now_ms: int) -> None:
        """Answer what was read, leave the group, and join it again as one that leads only if nobody else can.

        So it stays until it leads again.
        """
        self._is_to_hand_over, self._aside_since = True, now_ms

    async def run(self, stop: asyncio.Event) -> None:
        """Lead until `stop`; then answer the commands that were read, read no more, and give the logs back.

        A lost log or trouble ends all terms; the commands not committed are read again.
        """
        while not stop.is_set():
            if not self._clock_is_wrong():
                await self._stand(stop)
            await until_stopped(stop, asyncio.sleep(PAUSE_SECONDS))

    async def _stand(self, stop: asyncio.Event) -> None:
        """Lead until something ends all terms."""
        turns, self._is_to_hand_over = Turns(self._aside_since), False
        async with self._group_for(turns) as group:
            self._group = group
            try:
                await self._lead(group, turns, stop)
            except* (LostLogError, Trouble, OffsetGone) as group_of_reasons:
                _log.warning("terms_ended", reasons=[str(reason) for reason in _leaves(group_of_reasons)])
            self._group, self.leading = None, frozenset()

    async def _next(self, group: GroupConsumer, stop: asyncio.Event) -> list[Record] | None:
        """The next records, or None when the terms are to end."""
        if self._is_to_hand_over:
            _log.info("logs_handed_over", **{f"{self._noun}s": sorted(self.leading)})
            return None
        return await until_stopped(stop, group.next_batch(BATCH, POLL_SECONDS))

    async def _lead(self, group: GroupConsumer, turns: Turns, stop: asyncio.Event) -> None:
        terms: dict[int, _Term[Command]] = {}
        seen = turns.count
        async with asyncio.TaskGroup() as tasks:
            while (records := await self._next(group, stop)) is not None:
                self._notice(records)
                if self._clock_is_wrong():
                    raise Trouble("the own clock is behind the log: others may lead")
                if turns.count != seen:
                    seen = turns.count
                    await _end(terms)
                    terms = await self._begin(group, tasks)
                    continue
                await self._hand_out(terms, records)
            await _finish(terms, lambda: turns.count != seen)

    async def _begin(self, group: GroupConsumer, tasks: asyncio.TaskGroup) -> dict[int, _Term[Command]]:
        """Start from the committed offsets: what was read before the change is read again."""
        terms: dict[int, _Term[Command]] = {}
        assigned = group.assignment()
        mine = self._whole_logs(assigned)
        self._note_lacking({partition.number for partition in assigned} - mine.keys())
        if self.trouble and not mine:
            raise Trouble(self.trouble)  # joining anew asks the broker which partitions there are
        self._leave_to_others(mine.keys())
        await group.rewind([partition for partitions in mine.values() for partition in partitions])
        for number, partitions in sorted(mine.items()):
            if number not in self._writers:
                no_such = f"no such {self._noun} is set"
                raise RuntimeError(f"{partitions[0].topic} has partition {number}, but {no_such}")
            batches: asyncio.Queue[CommandBatch[Command]] = asyncio.Queue(WAITING_BATCHES)
            task = tasks.create_task(self._writers[number].lead(batches, self._replies_for(group)))
            terms[number] = _Term(batches, task)
        self.leading = frozenset(terms)
        if terms and not self._is_to_hand_over:
            self._aside_since = 0
        _log.info("terms_begun", **{f"{self._noun}s": sorted(terms)})
        return terms

    def _notice(self, records: Iterable[Record]) -> None:
        newest: dict[int, int] = {}
        for record in records:
            newest[record.partition] = max(record.timestamp, newest.get(record.partition, 0))
        for number, stamp_ms in newest.items():
            if number in self._writers:
                self._writers[number].notice(stamp_ms)

    def _clock_is_wrong(self) -> bool:
        return any(writer.own_clock_wrong for writer in self._writers.values())

    def _whole_logs(self, assigned: Iterable[Partition]) -> dict[int, list[Partition]]:
        """The logs of which we have the commands of every topic; the group's strategy gives all of them to one."""
        by_log: dict[int, list[Partition]] = {}
        for partition in sorted(assigned):
            by_log.setdefault(partition.number, []).append(partition)
        return {number: partitions for number, partitions in by_log.items() if len(partitions) == self._topics}

    def _note_lacking(self, numbers: Collection[int]) -> None:
        """Logs of which some topics of commands have a partition and some have none, as one that was deleted."""
        named = f"{self._noun}s {sorted(numbers)}"
        self.trouble = f"a topic of commands lacks partitions of {named}" if numbers else ""

    def _leave_to_others(self, mine: Collection[int]) -> None:
        for number, writer in self._writers.items():
            if number not in mine:
                writer.append_trouble = writer.send_trouble = ""

    async def _hand_out(self, terms: Mapping[int, _Term[Command]], records: Iterable[Record]) -> None:
        by_log: dict[int, list[Record]] = {}
        for record in records:
            by_log.setdefault(record.partition, []).append(record)
        for number, mine in by_log.items():
            if number not in terms:
                continue
            commands = [command for record in mine if (command := await self._decoded(record)) is not None]
            position = {Partition(record.topic, number): record.offset + 1 for record in mine}
            await terms[number].batches.put(CommandBatch(commands, position))

    async def _decoded(self, record: Record) -> Command | None:
        try:
            return self._decode(record)
        except UndecodableCommandError as reason:
            await self._dead_letters.put(record, str(reason))
        except Exception:  # noqa: BLE001 - a record that hits a defect of ours must not stop every log, again and again
            where = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
            _log.exception("command_defect", **where, **ids_in(record.value))
            await self._dead_letters.put(record, "it hits a defect; see command_defect in the log")
        return None


async def _finish(terms: Mapping[int, _Term[Any]], over: Callable[[], bool]) -> None:
    """Let the terms answer what they have, unless a rebalance has ended them before."""
    pending = {term.task for term in terms.values()}
    with suppress(TimeoutError):
        async with asyncio.timeout(FINISH_SECONDS):
            for term in terms.values():
                await term.batches.put(CommandBatch((), {}, is_last=True))
            while pending and not over():
                _, pending = await asyncio.wait(pending, timeout=POLL_SECONDS)
    if pending:
        _log.warning("terms_not_finished", finish_seconds=FINISH_SECONDS)
    await _end(terms)


async def _end(terms: Mapping[int, _Term[Any]]) -> None:
    for term in terms.values():
        term.task.cancel()
    if terms:
        await asyncio.wait([term.task for term in terms.values()])


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterable[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error
