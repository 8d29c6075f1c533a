"""Whoever can write a topic of commands can do there what its service may do, and no more (decision D19)."""

import asyncio
import secrets
import time
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime

import pytest

from contracts.actors import Account, Actor, Device, Operator, Service
from contracts.commands import Command, CommandRecord
from contracts.commands.activation_keys import IssueActivationKey
from contracts.commands.companies import FoundLedger
from contracts.commands.devices import AddDevice
from contracts.commands.returns import ReturnLicenses
from contracts.documents.return_document import verify_return
from contracts.identifiers import default_project_of
from contracts.licenses import DEFAULT_CATALOG, Licenses
from contracts.outcomes import Accepted, Rejected, decode_outcome
from contracts.sender_proof import MAC, SEAL, Headers
from contracts.topics import (
    COMMANDS,
    DEAD_LETTERS,
    DEVICE_COMMANDS,
    OPERATOR_COMMANDS,
    OUTCOMES,
    RMA_COMMANDS,
    Topic,
)
from runtime.kafka import PartitionTail, Producer, Record, partition_for
from runtime.senders import LATE_SECONDS
from tests.support.issuer import Issuer
from tests.support.ledger import sending
from tests.support.ledger.api_at_work import Api, accepted
from tests.support.ledger.story import ADRIA, ANNA, STAFF, VENDOR

SERIAL = "009033a0b0c0"
CLERK, PARTNER = Account(account=STAFF, company=VENDOR), Account(account=ANNA, company=ADRIA)
BOX = Device(serial=SERIAL, certificate_sha256="c" * 64)
A_FORTUNE = IssueActivationKey(
    key_digest="f" * 64,
    key_hint="0000",
    licenses=(Licenses(license_type="Port11", count=9_999),),
    order_number="none",
)
A_DEVICE = AddDevice(serial=SERIAL, project=default_project_of(ADRIA))
LONG_AGO = int(LATE_SECONDS) + 600


def returned(document: bytes) -> ReturnLicenses:
    return ReturnLicenses(
        serial=SERIAL,
        generation=1,
        document_digest="d" * 64,
        certificate_sha256=BOX.certificate_sha256,
        firmware="11.00",
        stated=(),
        document=b64encode(document).decode(),
    )


class Attacker:
    """Writes to topics of commands, and sees what becomes of it."""

    def __init__(self, api: Api, producer: Producer, letters: PartitionTail, outcomes: PartitionTail) -> None:
        self._api, self._producer, self._letters, self._outcomes = api, producer, letters, outcomes
        self._seen: list[Record] = []

    def record(self, actor: Actor, command: Command) -> CommandRecord:
        return CommandRecord(
            command_id=secrets.token_hex(32), actor=actor, reply_to="attacker", correlation_id="forged", command=command
        )

    def proof(self, record: CommandRecord, token: str = "") -> Headers:
        """As anybody can make it who has a token, or none."""
        return sending.PROVER.key_for(token).prove(self._api.ledger, record.json_bytes())

    async def fate(self, topic: Topic, record: CommandRecord, proof: Headers = ()) -> str:
        """The code of the outcome, or the reason in the dead letter."""
        name, number, value = self._api.topics.name(topic), self._api.ledger, record.json_bytes()
        sent = await self._producer.send(name, b"0", value, partition=number, headers=proof)
        place = (name.encode(), str(number).encode(), str(sent.offset).encode())
        async with asyncio.timeout(30):
            while True:
                for letter in await self._letters.next_batch(timeout_seconds=0.1):
                    if tuple(map(letter.header, ("topic", "partition", "offset"))) == place:
                        return (letter.header("reason") or b"").decode()
                for told in await self._outcomes.next_batch(timeout_seconds=0.1):
                    outcome = decode_outcome(told.value or b"")
                    if outcome.command_id == record.command_id:
                        return outcome.code if isinstance(outcome, Rejected) else outcome.status


@pytest.fixture
async def attacker(api: Api) -> AsyncIterator[Attacker]:
    connection = api.topics.connection()
    number = partition_for(b"attacker", OUTCOMES.partitions)
    async with AsyncExitStack() as opened:
        producer = await opened.enter_async_context(Producer(connection, client_id="attacker"))
        tails = [
            await opened.enter_async_context(PartitionTail(connection, api.topics.name(topic), partition, 0))
            for topic, partition in ((DEAD_LETTERS["ledger-writer"], 0), (OUTCOMES, number))
        ]
        yield Attacker(api, producer, *tails)


async def test_an_account_is_proven_by_its_own_token_and_by_nothing_that_lies_on_the_topic(
    api: Api, attacker: Attacker
) -> None:
    """I2: 9,999 ports in a clerk's name, written to the topic by whoever has got hold of ledger-api."""
    token, now = sending.ISSUER.token, int(time.time())
    forged, honest = attacker.record(CLERK, A_FORTUNE), attacker.record(PARTNER, A_DEVICE)
    seen = attacker.proof(honest, token(ANNA, ADRIA))
    expired = token(STAFF, VENDOR, iat=now - LONG_AGO - 600, exp=now - LONG_AGO)
    elsewhere = token(STAFF, VENDOR, aud="another-api")
    strangers = Issuer().token(STAFF, VENDOR)

    async def fate(record: CommandRecord, proof: Headers = ()) -> str:
        return await attacker.fate(COMMANDS, record, proof)

    assert await fate(forged) == "it has no proof of who sends it"
    assert await fate(forged, attacker.proof(forged, token(ANNA, ADRIA))) == "its token is of another account"
    assert await fate(forged, seen) == "its proof is of another command"
    assert await fate(honest.model_copy(update={"reply_to": "elsewhere"}), seen) == "its proof is of another command"
    for worthless in ("", "nonsense", strangers, expired, elsewhere):
        assert await fate(forged, attacker.proof(forged, worthless)) == "bad_credentials"
    assert await fate(forged, attacker.proof(forged, token(STAFF, VENDOR, active=False))) == "account_inactive"
    for scope in ("licenses:read", "repairs:write audio:write"):
        assert await fate(forged, attacker.proof(forged, token(STAFF, VENDOR, scope=scope))) == "scope_missing"
    unreadable = ((SEAL, b"x" * 100), (MAC, b"x" * 32))
    assert (await fate(forged, unreadable)).startswith("its proof cannot be read")

    assert await fate(forged, attacker.proof(forged, token(STAFF, VENDOR))) == "accepted"
    entry = accepted(await api.post("projects", {"project_name": "Hotel Bora"}))
    assert entry == 4, "founded, registered, the one proven command, and this"


async def test_each_topic_carries_the_commands_of_its_service_only(attacker: Attacker) -> None:
    """A stolen device-sync issues no keys, a stolen ledger-api founds no ledger and plays no device."""
    found = FoundLedger(vendor=VENDOR, administrator=STAFF, catalog=DEFAULT_CATALOG)
    operator, rma = Operator(name="root"), Service(name="rma")
    table: list[tuple[Topic, Actor, Command]] = [
        (DEVICE_COMMANDS, CLERK, A_FORTUNE),
        (DEVICE_COMMANDS, BOX, A_FORTUNE),
        (DEVICE_COMMANDS, operator, found),
        (RMA_COMMANDS, rma, A_FORTUNE),
        (RMA_COMMANDS, CLERK, A_FORTUNE),
        (OPERATOR_COMMANDS, operator, A_FORTUNE),
        (OPERATOR_COMMANDS, CLERK, A_FORTUNE),
        (COMMANDS, operator, found),
        (COMMANDS, BOX, returned(b"<x/>")),
        (COMMANDS, rma, A_FORTUNE),
    ]
    for topic, actor, command in table:
        token = sending.token(actor.account, actor.company) if isinstance(actor, Account) else ""
        record = attacker.record(actor, command)
        fate = await attacker.fate(topic, record, attacker.proof(record, token))
        assert f"carries no {command.name} by {actor.kind}s" in fate


async def test_a_return_is_verified_again_by_who_decides(api: Api, attacker: Attacker) -> None:
    """I1: licenses of a device are gone on the strength of `<x/>`, and the signer stops for good."""
    project = await api.stocked_project(SERIAL)
    allocated = accepted(await api.allocate(project, SERIAL, 20))
    box, other = api.vendor.box(SERIAL), api.vendor.box("009033a0b0c1")

    async def fate(command: ReturnLicenses) -> str:
        record = attacker.record(BOX, command)
        return await attacker.fate(DEVICE_COMMANDS, record, attacker.proof(record))

    def command(document: bytes, **changes: object) -> ReturnLicenses:
        said = {"document_digest": "d" * 64, "certificate_sha256": "c" * 64, **changes}
        return returned(document).model_copy(update=said)

    genuine = verify_return(box.return_document(), trusted=api.vendor.trusted, now=datetime.now(UTC)).command()
    assert await fate(command(b"<x/>")) == "document_malformed"
    assert await fate(command(other.return_document())) == "signature_invalid"
    assert await fate(genuine.model_copy(update={"document_digest": "d" * 64})) == "signature_invalid"
    assert await fate(genuine.model_copy(update={"certificate_sha256": "d" * 64})) == "signature_invalid"
    assert await fate(genuine.model_copy(update={"firmware": "12.00"})) == "signature_invalid"
    assert await api.free(project, allocated) == {"Port11": 30, "BRI": 4}

    assert await fate(genuine) == "accepted"


async def test_an_outcome_is_believed_only_of_the_writer_that_was_asked(api: Api) -> None:
    """I3: a forged outcome to another's reply address; the API must not say 201 for what was never decided."""
    connection, topics = api.topics.connection(), api.topics
    forged = 0

    async def forge(producer: Producer, tail: PartitionTail) -> None:
        """Answer every command at once, before the writer does."""
        nonlocal forged
        while True:
            for record in await tail.next_batch(timeout_seconds=0.05):
                asked = CommandRecord.from_json_bytes(record.value or b"")
                lie = Accepted(
                    command_id=asked.command_id,
                    command_hash=asked.fingerprint(),
                    reply_to=asked.reply_to,
                    ledger=api.ledger,
                    sequence=999,
                )
                number = partition_for(asked.reply_to.encode(), OUTCOMES.partitions)
                address = asked.reply_to.encode()
                mac = ((MAC, secrets.token_bytes(32)),) if forged % 2 else ()
                await producer.send(topics.name(OUTCOMES), address, lie.json_bytes(), partition=number, headers=mac)
                forged += 1

    async with (
        Producer(connection, client_id="forger") as producer,
        PartitionTail(connection, topics.name(COMMANDS), api.ledger, 0) as tail,
    ):
        forging = asyncio.create_task(forge(producer, tail))
        answers = [await api.post("projects", {"project_name": f"Hotel {number}"}) for number in range(10)]
        forging.cancel()
        with suppress(asyncio.CancelledError):
            await forging

    assert [accepted(answer) for answer in answers] == list(range(3, 13))
    assert forged >= 10
