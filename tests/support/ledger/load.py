"""A client that keeps asking: sends commands, repeats what got no answer, and remembers what it was told."""

import asyncio
import hashlib
import secrets
from collections.abc import Iterable
from contextlib import suppress

from contracts.actors import Account, Actor, Operator
from contracts.commands import Command, CommandRecord
from contracts.commands.activation_keys import IssueActivationKey, RedeemActivationKey
from contracts.commands.companies import FoundLedger, RegisterCompany
from contracts.commands.devices import AddDevice, AllocateLicenses
from contracts.events import Event
from contracts.identifiers import default_project_of, derived_id
from contracts.licenses import DEFAULT_CATALOG, Licenses
from contracts.log.chain import LedgerChain, Orphan
from contracts.log.entries import Entry
from contracts.outcomes import Accepted, Rejected, decode_outcome
from contracts.topics import EVENTS, OUTCOMES
from runtime.kafka import PartitionTail, Producer, partition_for
from runtime.trouble import Trouble
from tests.support.kafka_topics import KafkaTopics
from tests.support.ledger import sending
from tests.support.reading import records_of

VENDOR, STAFF = derived_id("v", "company"), derived_id("v", "account")
COMPANY, PARTNER = derived_id("c", "company"), derived_id("c", "account")
PROJECT = default_project_of(COMPANY)
SERIAL = "009033010203"
STOCK = 9_999
REPEAT_SECONDS = 2.0


def beginning() -> list[tuple[Actor, Command]]:
    """A founded ledger with one company that has 9,999 ports and one device."""
    staff = Account(account=STAFF, company=VENDOR)
    partner = Account(account=PARTNER, company=COMPANY)
    licenses = (Licenses(license_type="Port11", count=STOCK),)
    key = "a1" * 32
    return [
        (Operator(name="test"), FoundLedger(vendor=VENDOR, administrator=STAFF, catalog=DEFAULT_CATALOG)),
        (staff, RegisterCompany(company=COMPANY, kind="reseller", administrator=PARTNER)),
        (staff, IssueActivationKey(key_digest=key, key_hint="0000", licenses=licenses, order_number="1")),
        (partner, RedeemActivationKey(key_digest=key, project=PROJECT)),
        (partner, AddDevice(serial=SERIAL, project=PROJECT)),
    ]


def allocation(count: int = 1) -> tuple[Actor, Command]:
    wanted = (Licenses(license_type="Port11", count=count),)
    command = AllocateLicenses(project=PROJECT, serial=SERIAL, licenses=wanted)
    return Account(account=PARTNER, company=COMPANY), command


class Client:
    """Sends under one reply address; every command is repeated until it has an answer."""

    def __init__(self, topics: KafkaTopics) -> None:
        self._topics = topics
        self._connection = topics.connection()
        self.address = f"client-{secrets.token_hex(4)}"
        self.told: dict[str, list[Accepted | Rejected]] = {}
        self.asked: list[CommandRecord] = []
        self._heard = asyncio.Condition()
        self._producer = Producer(self._connection, client_id=self.address, delivery_seconds=REPEAT_SECONDS)

    def command(self, actor: Actor, command: Command) -> CommandRecord:
        """A new command of this client's."""
        return CommandRecord(
            command_id=hashlib.sha256(secrets.token_bytes(8)).hexdigest(),
            actor=actor,
            reply_to=self.address,
            correlation_id="load",
            command=command,
        )

    async def ask(self, record: CommandRecord, *, within_seconds: float = 90.0) -> Accepted | Rejected:
        """Send it again and again until it is answered; the newest answer."""
        self.asked.append(record)
        before = len(self.told.get(record.command_id, ()))
        topic, proof = self._topics.name(sending.topic_of(record.actor)), sending.proof_of(record)
        async with asyncio.timeout(within_seconds):
            while True:
                with suppress(Trouble):
                    await self._producer.send(topic, b"0", record.json_bytes(), partition=0, headers=proof)
                with suppress(TimeoutError):
                    async with self._heard, asyncio.timeout(REPEAT_SECONDS):
                        await self._heard.wait_for(lambda: len(self.told.get(record.command_id, ())) > before)
                        return self.told[record.command_id][-1]

    async def heard_of(self, commands: int) -> None:
        """Return when so many commands have been answered."""
        async with self._heard:
            await self._heard.wait_for(lambda: len(self.told) >= commands)

    async def begin(self) -> None:
        for actor, command in beginning():
            outcome = await self.ask(self.command(actor, command))
            assert isinstance(outcome, Accepted), outcome

    async def listen(self) -> None:
        """Take in outcomes for ever."""
        number = partition_for(self.address.encode(), OUTCOMES.partitions)
        async with PartitionTail(self._connection, self._topics.name(OUTCOMES), number, 0) as tail:
            while True:
                try:
                    for record in await tail.next_batch():
                        outcome = decode_outcome(record.value or b"")
                        if outcome.reply_to == self.address:
                            self.told.setdefault(outcome.command_id, []).append(outcome)
                except Trouble:
                    await asyncio.sleep(0.2)
                async with self._heard:
                    self._heard.notify_all()

    async def close(self) -> None:
        await self._producer.close()


async def all_records(topics: KafkaTopics, ledger: int = 0) -> list[bytes]:
    """Every record of a ledger's partition, valid or not."""
    found = await records_of(topics.connection("auditor"), topics.name(EVENTS), [ledger])
    return [record.value or b"" for record in found]


def chain_of(values: Iterable[bytes], ledger: int = 0) -> list[Entry[Event]]:
    """The entries that the chain rule finds among the records."""
    chain = LedgerChain(ledger)
    return [found for value in values if not isinstance(found := chain.accept(value), Orphan)]


def check_told(client: Client, entries: list[Entry[Event]]) -> None:
    """Gapless, each accepted command once, and nobody was told anything but what the log says."""
    by_command = {entry.commandid: entry.sequence for entry in entries}
    assert [entry.sequence for entry in entries] == list(range(1, len(entries) + 1))
    assert len(by_command) == len(entries)
    for command_id, outcomes in client.told.items():
        for outcome in outcomes:
            if isinstance(outcome, Accepted):
                assert by_command[command_id] == outcome.sequence
    for command_id in by_command:
        if command_id in client.told:
            assert all(isinstance(outcome, Accepted) for outcome in client.told[command_id])
