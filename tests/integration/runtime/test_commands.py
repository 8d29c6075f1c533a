"""Commands on a real broker: whoever asks learns what became of it, or that it is not known."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from contracts.actors import Operator
from contracts.commands import CommandRecord
from contracts.commands.companies import FoundLedger
from contracts.identifiers import derived_id
from contracts.licenses import DEFAULT_CATALOG
from contracts.outcomes import Accepted, Rejected
from contracts.sender_proof import MAC, outcome_mac
from contracts.topics import DEAD_LETTERS, OPERATOR_COMMANDS, OUTCOMES
from runtime.commands import Commands
from runtime.dead_letters import DeadLetters
from runtime.denied import CommandTooBig
from runtime.kafka import PartitionTail, Producer, partition_for
from runtime.trouble import Trouble
from tests.support.kafka_topics import KafkaTopics
from tests.support.ledger import sending

pytestmark = pytest.mark.topics_of("operator")

COMMAND = FoundLedger(
    vendor=derived_id("v", "company"), administrator=derived_id("a", "account"), catalog=DEFAULT_CATALOG
)
ID = "ab" * 32


class Asked:
    """A sender of commands, and a writer played by the test."""

    def __init__(self, topics: KafkaTopics, writer: Producer, commands: Commands) -> None:
        self.topics, self.writer, self.commands = topics, writer, commands

    async def ask(self, command_id: str = ID) -> Accepted | Rejected:
        return await self.commands.ask(
            COMMAND, ledger=0, command_id=command_id, actor=Operator(name="root"), correlation_id="test"
        )

    async def asked(self, count: int) -> list[CommandRecord]:
        """The commands on the topic, once there are `count`."""
        found: list[CommandRecord] = []
        topic = self.topics.name(OPERATOR_COMMANDS)
        async with PartitionTail(self.topics.connection("ledger-writer"), topic, 0, 0) as tail, asyncio.timeout(10):
            while len(found) < count:
                found += [CommandRecord.from_json_bytes(record.value or b"") for record in await tail.next_batch()]
        return found

    async def tell(self, value: bytes) -> None:
        key = self.commands.address.encode()
        partition = partition_for(key, OUTCOMES.partitions)
        mac = outcome_mac(sending.PROVER.key_for("").key, value)
        await self.writer.send(self.topics.name(OUTCOMES), key, value, partition=partition, headers=((MAC, mac),))

    def accepted(self, asked: CommandRecord, sequence: int) -> bytes:
        outcome = Accepted(
            command_id=asked.command_id,
            command_hash=asked.fingerprint(),
            reply_to=self.commands.address,
            ledger=0,
            sequence=sequence,
        )
        return outcome.json_bytes()


@pytest.fixture
async def asked(kafka_topics: KafkaTopics) -> AsyncIterator[Asked]:
    connection = kafka_topics.connection("operator")
    async with (
        Producer(connection, client_id="test") as producer,
        Producer(kafka_topics.connection("ledger-writer"), client_id="writer") as writer,
    ):
        letters = DeadLetters(producer, topic_prefix=kafka_topics.prefix, service="operator")
        async with Commands(
            connection,
            producer,
            letters,
            sending.PROVER,
            service="test",
            topic=OPERATOR_COMMANDS,
            topic_prefix=kafka_topics.prefix,
            wait_seconds=3,
        ) as commands:
            async with asyncio.timeout(10):
                while commands.trouble is not None:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            yield Asked(kafka_topics, writer, commands)


async def test_the_outcome_comes_to_who_asked(asked: Asked) -> None:
    asking = asyncio.create_task(asked.ask())
    (record,) = await asked.asked(1)
    await asked.tell(asked.accepted(record.model_copy(update={"command_id": "cd" * 32}), 7))
    await asked.tell(asked.accepted(record, 8))

    outcome = await asking

    assert (record.command, record.reply_to) == (COMMAND, asked.commands.address)
    assert isinstance(outcome, Accepted)
    assert outcome.sequence == 8


async def test_an_outcome_that_does_not_come_in_time_is_trouble(asked: Asked) -> None:
    with pytest.raises(Trouble, match="no outcome within 3 s"):
        await asked.ask()


async def test_all_who_ask_the_same_at_once_get_the_answer(asked: Asked) -> None:
    first, second = asyncio.create_task(asked.ask()), asyncio.create_task(asked.ask())
    record, _ = await asked.asked(2)
    await asked.tell(asked.accepted(record, 1))

    assert await first == await second


async def test_nobody_gets_the_answer_to_another_question_under_the_same_id(asked: Asked) -> None:
    asking = asyncio.create_task(asked.ask())
    (record,) = await asked.asked(1)
    other = record.model_copy(update={"actor": Operator(name="somebody-else")})
    await asked.tell(asked.accepted(other, 7))
    await asked.tell(asked.accepted(record, 8))

    outcome = await asking

    assert isinstance(outcome, Accepted)
    assert outcome.sequence == 8


async def test_a_poison_outcome_is_set_aside_and_the_next_one_read(asked: Asked) -> None:
    asking = asyncio.create_task(asked.ask())
    (record,) = await asked.asked(1)
    await asked.tell(b"{poison")
    await asked.tell(asked.accepted(record, 1))

    assert isinstance(await asking, Accepted)
    dead = asked.topics.name(DEAD_LETTERS["operator"])
    async with PartitionTail(asked.topics.connection("operator"), dead, 0, 0) as letters:
        assert [letter.value for letter in await letters.next_batch(timeout_seconds=10)] == [b"{poison"]


async def test_a_command_that_no_event_could_hold_is_not_sent(asked: Asked) -> None:
    huge = COMMAND.model_copy(update={"catalog": DEFAULT_CATALOG * 40})

    with pytest.raises(CommandTooBig):
        await asked.commands.ask(huge, ledger=0, command_id=ID, actor=Operator(name="root"), correlation_id="test")
