"""Whoever can write a topic of RMA's commands can do there what its service may do, and no more (decision D19)."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from contracts.actors import Account, Actor, Service
from contracts.outcomes import Rejected, decode_outcome
from contracts.rma.commands import (
    CloseCase,
    FileCase,
    ReceiveDevice,
    RecordRepair,
    RecordSwap,
    RmaCommand,
    RmaCommandRecord,
)
from contracts.sender_proof import Headers
from contracts.topics import CASE_COMMANDS, CASE_EVENTS, CASE_OUTCOMES, CASE_SERVICE_COMMANDS, DEAD_LETTERS, Topic
from runtime.kafka import PartitionTail, Producer, Record, partition_for
from tests.support.issuer import Issuer
from tests.support.kafka_topics import KafkaTopics
from tests.support.ledger import sending
from tests.support.ledger.story import ADRIA, ANNA, STAFF, VENDOR
from tests.support.rma import at_work
from tests.support.rma.at_work import SERIAL, SERVICE, SPARE, Desk, anna, clerk

RMA = "RMA-2026-000001"


class Attacker:
    """Writes to topics of commands, and sees what becomes of it."""

    def __init__(self, topics: KafkaTopics) -> None:
        self._topics, connection = topics, topics.connection()
        number = partition_for(b"attacker", CASE_OUTCOMES.partitions)
        self._producer = Producer(connection, client_id="attacker")
        self._letters = PartitionTail(connection, topics.name(DEAD_LETTERS["rma-writer"]), 0, 0)
        self._outcomes = PartitionTail(connection, topics.name(CASE_OUTCOMES), number, 0)

    async def close(self) -> None:
        for one in (self._producer, self._letters, self._outcomes):
            await one.close()

    async def fate(
        self,
        topic: Topic,
        actor: Actor,
        command: RmaCommand,
        proof: Headers | None = None,
        *,
        token: str | None = None,
    ) -> str:
        """The code of the outcome, or the reason in the dead letter; its proof is a good one, if none is given."""
        record = RmaCommandRecord(
            command_id=secrets.token_hex(32), actor=actor, reply_to="attacker", correlation_id="forged", command=command
        )
        value = record.json_bytes()
        if token is None:
            token = sending.token(actor.account, actor.company) if isinstance(actor, Account) else ""
        if proof is None:
            proof = sending.PROVER.key_for(token).prove(0, value)
        sent = await self._producer.send(self._topics.name(topic), b"0", value, partition=0, headers=proof)
        async with asyncio.timeout(30):
            while True:
                for letter in await self._letters.next_batch(timeout_seconds=0.1):
                    if _is_about(letter, self._topics.name(topic), sent.offset):
                        return (letter.header("reason") or b"").decode()
                for told in await self._outcomes.next_batch(timeout_seconds=0.1):
                    outcome = decode_outcome(told.value or b"")
                    if outcome.command_id == record.command_id:
                        return outcome.code if isinstance(outcome, Rejected) else outcome.status


def _is_about(letter: Record, topic: str, offset: int) -> bool:
    return (letter.header("topic"), letter.header("offset")) == (topic.encode(), str(offset).encode())


@pytest.fixture
async def desk(kafka_topics: KafkaTopics, tmp_path: Path) -> AsyncIterator[Desk]:
    async with at_work.desks_at_work(kafka_topics, tmp_path) as (desk,):
        yield desk


@pytest.fixture
async def attacker(desk: Desk) -> AsyncIterator[Attacker]:
    attacker = Attacker(desk.topics)
    yield attacker
    await attacker.close()


async def test_each_topic_carries_what_its_service_may_send_and_nothing_without_proof(
    desk: Desk, attacker: Attacker
) -> None:
    file, receive = FileCase(serial=SERIAL), ReceiveDevice(rma=RMA, serial=SERIAL)
    swap = RecordSwap(rma=RMA, replacement=SPARE, swap_sequence=1)

    def proof(token: str) -> Headers:
        return sending.PROVER.key_for(token).prove(0, b"another command")

    assert await attacker.fate(CASE_COMMANDS, anna, file, ()) == "it has no proof of who sends it"
    ours = proof(sending.token(ANNA, ADRIA))
    assert await attacker.fate(CASE_COMMANDS, anna, file, ours) == "its proof is of another command"
    table: list[tuple[Topic, Actor, RmaCommand]] = [
        (CASE_COMMANDS, clerk, swap),
        (CASE_COMMANDS, SERVICE, swap),
        (CASE_COMMANDS, SERVICE, receive),
        (CASE_SERVICE_COMMANDS, clerk, CloseCase(rma=RMA)),
        (CASE_SERVICE_COMMANDS, SERVICE, receive),
        (CASE_SERVICE_COMMANDS, anna, file),
    ]
    for topic, actor, command in table:
        assert f"carries no {command.name} by {actor.kind}s" in await attacker.fate(topic, actor, command)
    assert await desk.records(CASE_EVENTS) == []

    assert await attacker.fate(CASE_COMMANDS, anna, file) == "accepted"
    assert await attacker.fate(CASE_SERVICE_COMMANDS, Service(name="portal"), swap) == "rma_unknown"
    assert await attacker.fate(CASE_SERVICE_COMMANDS, SERVICE, swap) == "swap_unknown"
    assert await attacker.fate(CASE_COMMANDS, clerk, receive) == "accepted"
    in_the_clear = RecordRepair(rma=RMA, finding="Zdenka Kovacevic dropped it.")
    assert await attacker.fate(CASE_COMMANDS, clerk, in_the_clear) == "request_invalid"
    assert b"Zdenka" not in b"".join(await desk.records(CASE_EVENTS))


async def test_a_token_of_another_account_issuer_or_scope_proves_nothing(desk: Desk, attacker: Attacker) -> None:
    rma = await desk.files()
    for token, fate in (
        (sending.token(ANNA, ADRIA), "its token is of another account"),
        (Issuer().token(STAFF, VENDOR), "bad_credentials"),
        ("nonsense", "bad_credentials"),
        (sending.token(STAFF, VENDOR, "repairs:read"), "scope_missing"),
        (sending.token(STAFF, VENDOR, "licenses:write audio:write"), "scope_missing"),
        (sending.token(STAFF, VENDOR, "repairs:write"), "accepted"),
    ):
        receive = ReceiveDevice(rma=rma, serial=SERIAL)
        assert await attacker.fate(CASE_COMMANDS, clerk, receive, token=token) == fate
