"""A process that writes logs: it follows all of them and leads those that fall to it."""

import asyncio
import gc
import socket
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Generic

from runtime import retry
from runtime.admin import Admin
from runtime.dead_letters import BuriedOnce, DeadLetters
from runtime.eventlog.definition import Command, DecodeCommand, Event, LogDefinition, Outcome, State
from runtime.eventlog.handovers import Handovers
from runtime.eventlog.kafka_log import KafkaLog, KafkaReplies
from runtime.eventlog.leadership import Leadership, Turns
from runtime.eventlog.log_follower import LogFollower
from runtime.eventlog.ports import Companion, WriterObserver
from runtime.eventlog.snapshot_commands import SnapshotsOf
from runtime.eventlog.snapshots import SnapshotFolder, Snapshots
from runtime.eventlog.speculative_log import Clock
from runtime.eventlog.writer import Writer
from runtime.kafka import Connection, GroupConsumer, Offsets, Partition, PartitionTail, Producer
from runtime.logs import get_logger
from runtime.memory import give_back
from runtime.process import supervise, until_stopped
from runtime.reader_lag import ReaderLag
from runtime.settings import Settings, SettingsWrong

FOLLOW_AGAIN_SECONDS = 0.5
GENERATION_0_OBJECTS = 500_000
"""What a batch makes dies when it is confirmed. The default of 700 would look at it all the time, and 50,000 at
everything in flight once: a fourteenth of the time of a mixed workload, for nothing."""

_log = get_logger("runtime.eventlog")


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterProcess(Generic[State, Command, Event, Outcome]):
    """What a service declares of its logs.

    Log `n`, from 0 to `logs` - 1, is partition `n` of the events and of each topic of commands. `service` names the
    consumer group, the clients and the topic of dead letters; `noun` is what people call a log. The topics come
    without the prefix of the settings. `companions` keep what the rules of a log need besides the log, by its number.
    A start begins at the newest of `snapshots`, if there is a folder for them.
    """

    service: str
    noun: str
    logs: int
    command_topics: tuple[str, ...]
    events_topic: str
    outcomes_topic: str
    outcome_partitions: int
    handovers_topic: str
    definition: Callable[[int], LogDefinition[State, Command, Event, Outcome]]
    decode_command: DecodeCommand[Command]
    observer: Callable[[int], WriterObserver[Outcome]]
    companions: Mapping[int, Companion] = field(default_factory=dict[int, Companion])
    snapshots: SnapshotFolder | None = None
    session_seconds: float = 10.0
    clock: Clock = _utc_now

    async def serve(self, settings: Settings, stop: asyncio.Event) -> None:
        """Follow every log and lead those that the group gives us, until `stop` is set.

        Then what was read is answered and the logs are given back, while all of them are still followed.
        """
        gc.set_threshold(GENERATION_0_OBJECTS, 20, 100)
        connection = Connection.from_settings(settings)
        async with AsyncExitStack() as opened:
            producer = await opened.enter_async_context(Producer(connection, client_id=self._client()))
            dead_letters = DeadLetters(producer, topic_prefix=settings.topic_prefix, service=self.service)
            buried_once = BuriedOnce(connection, dead_letters)
            offsets = await opened.enter_async_context(Offsets(connection))
            writers: dict[int, Writer[State, Command, Event, Outcome]] = {}
            topic = settings.topic_prefix + self.events_topic
            for number in range(self.logs):
                again = partial(PartitionTail, connection, topic, number, 0, offsets)
                log = KafkaLog(await opened.enter_async_context(again()), again, producer, buried_once)
                writers[number] = self._writer(number, log)
            leadership = self._leadership(settings, connection, producer, dead_letters, writers)
            lag = await opened.enter_async_context(ReaderLag(offsets))
            lag.watch({Partition(topic, number): writer.place for number, writer in writers.items()})
            lag.watch({one.tail.partition: one.place for one in self._log_followers()})
            await opened.enter_async_context(Admin.of(settings, lambda: self._ready(leadership, writers), lag.show))
            given_back = asyncio.Event()
            tasks: dict[str, Coroutine[object, object, None]] = {
                f"follow-{number}": until_stopped(given_back, self._follow(number, writer))
                for number, writer in writers.items()
            }
            tasks |= {
                f"accompany-{number}": until_stopped(given_back, companion.run())
                for number, companion in self.companions.items()
            }
            handovers = PartitionTail(connection, settings.topic_prefix + self.handovers_topic, 0, 0, offsets)
            tasks["handovers"] = until_stopped(stop, Handovers(self.service, handovers, leadership).run())
            tasks |= {
                f"snapshots-{number}": until_stopped(given_back, writer.snapshots.keep(writer.now, writer.observer))
                for number, writer in writers.items()
                if writer.snapshots is not None
            }
            await supervise(stop, tasks | {"lead": self._lead(leadership, writers, stop, given_back)})

    def snapshots_of(self, settings: Settings) -> list[SnapshotsOf]:
        """The snapshots of each log that this process writes or follows; raises SettingsWrong without a folder."""
        if self.snapshots is None:
            raise SettingsWrong("LICENSING_SNAPSHOT_FOLDER is missing: this writer takes no snapshots")
        connection, topic = Connection.from_settings(settings), settings.topic_prefix + self.events_topic
        written = [
            SnapshotsOf(Snapshots(self.definition(number), self.snapshots), PartitionTail(connection, topic, number, 0))
            for number in range(self.logs)
        ]
        followed = [SnapshotsOf(one.snapshots, one.tail) for one in self._log_followers() if one.snapshots is not None]
        return written + followed

    def _log_followers(self) -> list[LogFollower[Any, Any]]:
        """Companions that read a log all the time."""
        return [one for one in self.companions.values() if isinstance(one, LogFollower)]

    def _writer(self, number: int, log: KafkaLog) -> Writer[State, Command, Event, Outcome]:
        definition = self.definition(number)
        snapshots = None if self.snapshots is None else Snapshots(definition, self.snapshots)
        return Writer.of(definition, log, self.clock, self.observer(number), self.companions.get(number), snapshots)

    async def _lead(
        self,
        leadership: Leadership[Command, Outcome],
        writers: Mapping[int, Writer[State, Command, Event, Outcome]],
        stop: asyncio.Event,
        given_back: asyncio.Event,
    ) -> None:
        """Leave the logs to others until there is all that their rules need: whoever is in the group is warm."""
        for begun in (*(one.begun for one in writers.values()), *(one.begun for one in self.companions.values())):
            await until_stopped(stop, begun())
        give_back()
        await leadership.run(stop)
        given_back.set()

    async def _follow(self, number: int, writer: Writer[State, Command, Event, Outcome]) -> None:
        def note(trouble: Exception) -> None:
            _log.warning("follow_again", **{self.noun: number}, reason=str(trouble))

        await retry.forever(writer.follow, pause_seconds=FOLLOW_AGAIN_SECONDS, noted=note)

    def _ready(
        self, leadership: Leadership[Command, Outcome], writers: dict[int, Writer[State, Command, Event, Outcome]]
    ) -> tuple[bool, str]:
        behind = [number for number, writer in writers.items() if not writer.following]
        waiting = [f"{self.noun} {number} {why}" for number, writer in writers.items() if (why := _waits_for(writer))]
        if waiting:
            return False, "; ".join(waiting)
        if leadership.trouble:
            return False, leadership.trouble
        if behind:
            return False, f"reading {self.noun}s {behind} for the first time"
        return True, f"leads {sorted(leadership.leading)}, follows all of {sorted(writers)}"

    def _leadership(
        self,
        settings: Settings,
        connection: Connection,
        producer: Producer,
        dead_letters: DeadLetters,
        writers: dict[int, Writer[State, Command, Event, Outcome]],
    ) -> Leadership[Command, Outcome]:
        def group_for(turns: Turns) -> GroupConsumer:
            return GroupConsumer(
                connection,
                group=settings.topic_prefix + self.service,
                topics=[settings.topic_prefix + topic for topic in self.command_topics],
                client_id=self._client(),
                assigned=turns.changed,
                revoked=turns.changed,
                session_seconds=self.session_seconds,
                aside_since=turns.aside_since,
            )

        def replies_for(group: GroupConsumer) -> KafkaReplies[Outcome]:
            topic = settings.topic_prefix + self.outcomes_topic
            return KafkaReplies(group, producer, topic, self.outcome_partitions)

        return Leadership(
            writers,
            self.decode_command,
            group_for,
            replies_for,
            dead_letters,
            topics=len(self.command_topics),
            noun=self.noun,
        )

    def _client(self) -> str:
        return f"{self.service}-{socket.gethostname()}"


def _waits_for(writer: Writer[Any, Any, Any, Any]) -> str:
    """Why a log is not written as it should be, or nothing."""
    if writer.stopped is not None:
        return f"stopped: {writer.stopped}"
    beside = "" if writer.companion is None else writer.companion.holds_up
    trouble = writer.trouble or writer.append_trouble or writer.send_trouble or writer.clock_trouble or beside
    return f"waits: {trouble}" if trouble else ""
