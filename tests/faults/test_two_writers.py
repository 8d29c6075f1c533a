"""Two writers forced onto one ledger of a real broker, both appending as fast as they can, stopped at random."""

import asyncio
import random
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial

import pytest

from contracts.accounts import device_account, project_account
from contracts.events import Event
from contracts.log.chain import LedgerChain, Orphan
from contracts.log.entries import Entry
from contracts.outcomes import Accepted, Rejected
from contracts.topics import EVENTS
from ledger.application.writing.ledger_log import LedgerWriter, ledger_log
from ledger.application.writing.received_command import ReceivedCommand
from ledger.domain.state import Ledger
from runtime import retry
from runtime.dead_letters import BuriedOnce, DeadLetters
from runtime.eventlog import CommandBatch, LostLogError, Writer
from runtime.eventlog.kafka_log import KafkaLog
from runtime.eventlog.ports import Position
from runtime.kafka import Partition, PartitionTail, Producer
from runtime.trouble import Trouble
from signer.domain.verification.event_table import post
from signer.domain.verification.state import VerifiedLedger
from tests.support.campaign import LONG
from tests.support.eventlog.memory import Noticed
from tests.support.kafka_topics import KafkaTopics
from tests.support.ledger.load import PROJECT, STOCK, Client, all_records, allocation, beginning, chain_of, check_told
from tests.support.ledger.projected import projected

pytestmark = pytest.mark.topics_of("ledger-writer")

COMMANDS = 5_000 if LONG else 600
LONGEST_TERM_SECONDS = 1.5
FOLLOW_AGAIN_SECONDS = 0.1
COMMAND_PARTITION = Partition("commands", 0)


class Told:
    """Replies that remember, and forget nothing when a term ends."""

    def __init__(self, told: dict[str, list[Accepted | Rejected]], commands: int) -> None:
        self.done = 0
        self.finished = asyncio.Event()
        self._told = told
        self._commands = commands

    async def commit(self, position: Position) -> None:
        self.done = position[COMMAND_PARTITION]
        if self.done >= self._commands:
            self.finished.set()

    async def send(self, outcomes: Sequence[Accepted | Rejected], keys: Sequence[bytes]) -> None:  # noqa: ARG002
        for outcome in outcomes:
            self._told.setdefault(outcome.command_id, []).append(outcome)


class MeetingLog(KafkaLog):
    """Its first append waits for the first one of the other writer: both have decided on the same entry by then."""

    meeting: asyncio.Barrier | None = None

    async def append(self, values: Sequence[bytes], *, at: datetime) -> None:
        if self.meeting is None:
            await super().append(values, at=at)
            return
        await self.meeting.wait()
        self.meeting = None
        await asyncio.shield(super().append(values, at=at))  # also when the term ends just now


@asynccontextmanager
async def writer_on(topics: KafkaTopics, name: str, meeting: asyncio.Barrier) -> AsyncGenerator[LedgerWriter]:
    """A writer that follows its ledger, with connections of its own."""
    connection = topics.connection("ledger-writer")
    async with AsyncExitStack() as opened:
        producer = await opened.enter_async_context(Producer(connection, client_id=name))
        again = partial(PartitionTail, connection, topics.name(EVENTS), 0, 0)
        tail = await opened.enter_async_context(again())
        dead_letters = DeadLetters(producer, topic_prefix=topics.prefix, service="ledger-writer")
        log = MeetingLog(tail, again, producer, BuriedOnce(connection, dead_letters))
        log.meeting = meeting
        writer = Writer.of(ledger_log(0), log, lambda: datetime.now(UTC), Noticed())
        followed = retry.forever(writer.follow, pause_seconds=FOLLOW_AGAIN_SECONDS, noted=lambda _: None)
        following = asyncio.create_task(followed)
        try:
            yield writer
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following


async def lead_to_the_end(
    writer: LedgerWriter, replies: Told, commands: Sequence[ReceivedCommand], dice: random.Random
) -> None:
    """Stand for the ledger until all commands are answered, however often it is lost to the other."""
    while replies.done < len(commands):
        batches: asyncio.Queue[CommandBatch[ReceivedCommand]] = asyncio.Queue()
        size = dice.randint(1, 40)
        for at in range(replies.done, len(commands), size):
            chunk = commands[at : at + size]
            batches.put_nowait(CommandBatch(chunk, {COMMAND_PARTITION: at + len(chunk)}))
        term = asyncio.create_task(writer.lead(batches, replies))
        finished = asyncio.create_task(replies.finished.wait())
        await asyncio.wait(
            {term, finished}, timeout=dice.uniform(0.02, LONGEST_TERM_SECONDS), return_when=asyncio.FIRST_COMPLETED
        )
        finished.cancel()
        term.cancel()
        try:
            await term
        except* (asyncio.CancelledError, LostLogError, Trouble):
            pass


def accounts_of(ledger: Ledger) -> dict[str, dict[str, int]]:
    """What the writer's state says that each account holds."""
    held = {project_account(name): dict(project.free) for name, project in ledger.projects.items()}
    held |= {device_account(serial): dict(device.holdings) for serial, device in ledger.devices.items()}
    return {account: units for account, units in held.items() if units}


def project_and_sign(values: Sequence[bytes], entries: Sequence[Entry[Event]]) -> dict[str, dict[str, int]]:
    """What the projector's fold and the signer's books make of the records; both must be the same."""
    changes = projected(entries)
    chain, books = LedgerChain(0), VerifiedLedger()
    for value in values:
        found = chain.accept(value)
        if not isinstance(found, Orphan):
            post(books, found.data)
    rows = {account: {n: u for n, u in held.items() if u} for account, held in changes.held.items()}
    for account, units in rows.items():
        assert units == books.balance(account)
    return {account: units for account, units in rows.items() if units}


async def both_at_once(
    one: LedgerWriter, two: LedgerWriter, client: Client, commands: Sequence[ReceivedCommand], dice: random.Random
) -> None:
    """Each answers all commands, as fast as it can."""
    told = [Told(client.told, len(commands)) for _ in range(2)]
    dices = [random.Random(dice.random()) for _ in range(2)]
    await asyncio.gather(
        lead_to_the_end(one, told[0], commands, dices[0]), lead_to_the_end(two, told[1], commands, dices[1])
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_two_writers_at_full_speed_make_one_chain_that_every_reader_agrees_on(
    kafka_topics: KafkaTopics, seed: int
) -> None:
    dice = random.Random(seed)
    client = Client(kafka_topics)
    commands = [ReceivedCommand.unproven(client.command(*asked)) for asked in beginning()]
    allocations = (client.command(*allocation(dice.choice([1, 1, 1, STOCK]))) for _ in range(COMMANDS))
    commands += map(ReceivedCommand.unproven, allocations)
    meeting = asyncio.Barrier(2)
    async with writer_on(kafka_topics, "first", meeting) as one, writer_on(kafka_topics, "second", meeting) as two:
        await both_at_once(one, two, client, commands, dice)
        # An outcome that was lost with its term, between commit and telling, is asked for again.
        unheard = [command for command in commands if command.command_id not in client.told]
        await lead_to_the_end(one, Told(client.told, len(unheard)), unheard, dice)
        await one.catch_up()
        await two.catch_up()
        values = await all_records(kafka_topics)
        entries = chain_of(values)
        check_told(client, entries)
        assert one.replica.state == two.replica.state
        assert one.replica.chain == two.replica.chain
        assert one.replica.chain.sequence == len(entries)
        assert one.replica.state.projects[PROJECT].free.get("Port11", 0) == STOCK - (len(entries) - 5)
        assert project_and_sign(values, entries) == accounts_of(one.replica.state)
    assert set(client.told) == {command.command_id for command in commands}
    assert len(values) > len(entries), "they did get in each other's way"
