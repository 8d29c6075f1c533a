"""The writers of a ledger and of its cases at work on a real broker, and people who send them commands."""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from contracts.actors import Account, Actor, Operator, Service
from contracts.commands import CommandRecord
from contracts.commands.record import AskedCommand
from contracts.dates import civil_day
from contracts.log.hash_chain import Orphan
from contracts.models import WireModel
from contracts.outcomes import Accepted, Rejected
from contracts.rma.cases import State
from contracts.rma.commands import FileCase, RmaCommandRecord
from contracts.rma.events import RmaEvent
from contracts.staff_texts import digest_of, texts_of
from contracts.topics import (
    CASE_COMMAND_TOPICS,
    CASE_COMMANDS,
    CASE_EVENTS,
    CASE_OUTCOMES,
    CASE_SERVICE_COMMANDS,
    COMMANDS,
    EVENTS,
    OPERATOR_COMMANDS,
    OUTCOMES,
    RMA_COMMANDS,
    Topic,
)
from ledger.entrypoints import writer as ledger_writer
from rma.application.writing.case_log import CaseReplica, case_log
from rma.application.writing.followed_ledger import followed_ledger
from rma.domain.ledger_view import LedgerView
from rma.domain.state import Case, Cases
from rma.entrypoints import process_manager
from rma.entrypoints import writer as rma_writer
from rma.entrypoints.process_manager import ManagerSettings
from runtime.commands import Commands
from runtime.dead_letters import DeadLetters
from runtime.eventlog import LogReplica
from runtime.kafka import PartitionTail, Producer
from runtime.trouble import Trouble
from runtime.writer_settings import WriterSettings
from tests.support.kafka_topics import KafkaTopics
from tests.support.ledger import sending, story, story_catalog, story_members

PATIENCE_SECONDS = 90.0
SALT = bytes(32)
Clock = Callable[[], datetime]
SERIAL, OTHER, SPARE, SPARE_2 = "009033010203", "009033010204", "009033010299", "009033010298"
SERVICE = Service(name="rma")
clerk, anna, ben = story.staff, story.anna, story.ben
second_clerk = Account(account=story_members.MIA, company=story.VENDOR)


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Desk:
    """One ledger and its cases; each command is asked again until it is answered.

    `token` gives an account's token for a company.
    """

    topics: KafkaTopics
    senders: dict[str, Commands]
    ledger: int = 0
    read: dict[str, tuple[PartitionTail, list[bytes]]] = field(
        default_factory=dict[str, tuple[PartitionTail, list[bytes]]]
    )
    token: Callable[[str, str], str] = sending.token

    async def ask(
        self,
        topic: Topic,
        command: WireModel,
        actor: Actor,
        command_id: str = "",
    ) -> Accepted | Rejected:
        command_id = command_id or secrets.token_hex(32)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                with suppress(Trouble):
                    return await self.ask_once(topic, command, actor, command_id)
                await asyncio.sleep(0.05)

    async def ask_once(
        self, topic: Topic, command: WireModel, actor: Actor, command_id: str = ""
    ) -> Accepted | Rejected:
        """What becomes of it; raises Trouble."""
        return await self.senders[topic.name].ask(
            command,
            ledger=self.ledger,
            command_id=command_id or secrets.token_hex(32),
            actor=actor,
            correlation_id="desk",
            token=self.token(actor.account, actor.company) if isinstance(actor, Account) else "",
        )

    async def ledger_does(self, *commands: tuple[WireModel, Actor]) -> int:
        """The entry of the last of these commands, all of which the ledger accepts."""
        sequence = 0
        for command, actor in commands:
            topic = OPERATOR_COMMANDS if isinstance(actor, Operator) else COMMANDS
            outcome = await self.ask(topic, command, actor)
            assert isinstance(outcome, Accepted), outcome
            sequence = outcome.sequence
        return sequence

    async def says(self, command: WireModel, actor: Actor = clerk, command_id: str = "") -> Accepted | Rejected:
        """What becomes of a command to the cases, with its texts as they travel."""
        topic = CASE_SERVICE_COMMANDS if isinstance(actor, Service) else CASE_COMMANDS
        digests = {member: digest_of(text, SALT) for member, text in texts_of(command).items()}
        return await self.ask(topic, command.model_copy(update=digests), actor, command_id)

    async def does(self, command: WireModel, actor: Actor = clerk) -> int:
        """The entry of a command that must be accepted."""
        outcome = await self.says(command, actor)
        assert isinstance(outcome, Accepted), outcome
        return outcome.sequence

    async def refuses(self, command: WireModel, actor: Actor = clerk) -> str:
        outcome = await self.says(command, actor)
        assert isinstance(outcome, Rejected), outcome
        return outcome.code

    async def files(self, serial: str = SERIAL, actor: Actor = anna) -> str:
        """A new case; its number."""
        sequence = await self.does(FileCase(serial=serial), actor)
        event = (await self.events())[sequence - 1]
        return str(event.model_dump()["rma"])

    async def until(self, rma: str, state: State) -> Case:
        """The case, once it is in this state."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (case := await self.case(rma)).state != state:  # noqa: ASYNC110 - another process's log
                await asyncio.sleep(0.05)
        return case

    async def cases(self) -> Cases:
        """What a reader makes of the whole log."""
        return replayed(await self.records(CASE_EVENTS), self.ledger).state

    async def case(self, rma: str) -> Case:
        return (await self.cases()).cases[rma]

    async def events(self) -> list[RmaEvent]:
        """The events of the log in order."""
        replica, found = CaseReplica.of(case_log(self.ledger, ONLY_READ)), list[RmaEvent]()
        for value in await self.records(CASE_EVENTS):
            entry = replica.read(value)
            if not isinstance(entry, Orphan):
                found.append(entry.data)  # type: ignore[union-attr]  # nothing of these logs is set aside
        return found

    async def view(self) -> LedgerView:
        """What a reader of RMA makes of the ledger."""
        replica = LogReplica.of(followed_ledger(self.ledger))
        for value in await self.records(EVENTS):
            replica.read(value)
        return replica.state

    async def records(self, topic: Topic) -> list[bytes]:
        """All values of the ledger's partition of a topic."""
        if topic.name not in self.read:
            tail = PartitionTail(self.topics.connection("auditor"), self.topics.name(topic), self.ledger, 0)
            self.read[topic.name] = (tail, [])
        tail, values = self.read[topic.name]
        end = await tail.end_offset()
        while tail.next_offset < end:
            values += [record.value or b"" for record in await tail.next_batch()]
        return list(values)

    async def close(self) -> None:
        for tail, _ in self.read.values():
            await tail.close()


class _OnlyRead:
    """A ledger for who reads cases and decides nothing."""

    state = LedgerView()
    trouble = "nothing is decided here"


ONLY_READ = _OnlyRead()


def replayed(values: Sequence[bytes], ledger: int = 0) -> CaseReplica:
    """A replica that has read these records of a log of cases from the first one on."""
    replica = CaseReplica.of(case_log(ledger, ONLY_READ))
    for value in values:
        replica.read(value)
    return replica


@asynccontextmanager
async def desks_at_work(
    topics: KafkaTopics, folder: Path, ledgers: int = 1, *, managed: bool = False, clock: Clock = utc_now
) -> AsyncGenerator[list[Desk]]:
    """Both writers' main coroutines, and ledgers with a hotel of Adria and its two boxes; the desk of each.

    Where they are `managed`, the process manager's, too. All go by the same clock.
    """
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        try:
            async with _founded(topics, folder, ledgers, group, stop, clock) as desks:
                said = {"admin_port": 0, "ledgers": ledgers, "group_session_seconds": 2}
                settings = rma_settings(topics, folder, **said, **snapshots_in(folder / "rma-writer"))
                group.create_task(replace(rma_writer.process(settings), clock=clock).serve(settings, stop))
                if managed:
                    group.create_task(process_manager.serve(manager_settings(topics, folder, ledgers), stop, clock))
                yield desks
        finally:
            stop.set()


@asynccontextmanager
async def a_ledger(topics: KafkaTopics, folder: Path, clock: Clock = utc_now) -> AsyncGenerator[Desk]:
    """The ledger's writer alone, for a test that runs the others in processes of their own."""
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        try:
            async with _founded(topics, folder, 1, group, stop, clock) as (desk,):
                yield desk
        finally:
            stop.set()


@asynccontextmanager
async def _founded(
    topics: KafkaTopics, folder: Path, ledgers: int, group: asyncio.TaskGroup, stop: asyncio.Event, clock: Clock
) -> AsyncGenerator[list[Desk]]:
    said = topics.settings("ledger-writer") | {"admin_port": 0, "ledgers": ledgers, "group_session_seconds": 2}
    known = sending.writer_settings(folder) | snapshots_in(folder / "ledger-writer")
    settings = ledger_writer.WriterSettings.model_validate(said | known)
    group.create_task(replace(ledger_writer.process(settings), clock=clock).serve(settings, stop))
    async with senders(topics, clock) as sending_by:
        desks = [Desk(topics, sending_by, number) for number in range(ledgers)]
        try:
            await asyncio.gather(*(desk.ledger_does(*beginning()) for desk in desks))
            yield desks
        finally:
            await asyncio.gather(*(desk.close() for desk in desks))


def snapshots_in(folder: Path) -> dict[str, object]:
    """Taken after every few entries, where nobody else takes any."""
    return {"snapshot_folder": folder, "snapshot_entries": 3}


def rma_settings(topics: KafkaTopics, folder: Path, **said: object) -> WriterSettings:
    known = sending.writer_settings(folder)
    wanted = {name: value for name, value in known.items() if name in WriterSettings.model_fields}
    return WriterSettings.model_validate(topics.settings("rma-writer") | wanted | said)


def manager_settings(topics: KafkaTopics, folder: Path, ledgers: int = 1) -> ManagerSettings:
    key = sending.public_key_file(folder)
    said = {"admin_port": 0, "ledgers": ledgers, "writer_key_file": key, "ledger_writer_key_file": key}
    return ManagerSettings.model_validate(topics.settings("rma") | said)


@asynccontextmanager
async def senders(topics: KafkaTopics, clock: Clock = utc_now) -> AsyncGenerator[dict[str, Commands]]:
    """One sender for each topic of commands, by its name."""
    connection = topics.connection()
    async with AsyncExitStack() as opened:
        producer = await opened.enter_async_context(Producer(connection, client_id="desk"))
        letters = DeadLetters(producer, topic_prefix=topics.prefix, service="operator")

        async def sender(topic: Topic, record: type[AskedCommand], outcomes: Topic) -> Commands:
            return await opened.enter_async_context(
                Commands(
                    connection,
                    producer,
                    letters,
                    sending.PROVER,
                    service="desk",
                    topic=topic,
                    topic_prefix=topics.prefix,
                    wait_seconds=5,
                    record=record,
                    outcomes=outcomes,
                    clock=clock,
                )
            )

        of_ledger = {
            topic.name: await sender(topic, CommandRecord, OUTCOMES)
            for topic in (COMMANDS, OPERATOR_COMMANDS, RMA_COMMANDS)
        }
        of_cases = {topic.name: await sender(topic, RmaCommandRecord, CASE_OUTCOMES) for topic in CASE_COMMAND_TOPICS}
        yield of_ledger | of_cases


def beginning() -> list[tuple[WireModel, Actor]]:
    """A founded ledger in which Adria's hotel has two boxes, beside two spare ones; all were delivered 40 days ago."""
    boxes = [story_catalog.delivered(serial, on=days_ago(40)) for serial in (SERIAL, OTHER, SPARE, SPARE_2)]
    return [
        (story.found(), story.operator),
        (story.register(), clerk),
        (story.register(story.BORA, story.BEN), clerk),
        (story_catalog.models(story_catalog.MODEL), clerk),
        (story_catalog.register(*boxes), clerk),
        (story.issue(Port11=50), clerk),
        (story.project(), anna),
        (story.redeem(), anna),
        (story.add(SERIAL), anna),
        (story.add(OTHER), anna),
        (story.allocate(SERIAL, Port11=20), anna),
    ]


def days_ago(days: int) -> date:
    return civil_day(datetime.now(UTC)) - timedelta(days=days)
