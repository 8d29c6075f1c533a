"""What `licensingctl dead-letters` does on a real broker, as the users that there are for it."""

import json
import secrets
from pathlib import Path
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient

from contracts.access import replaying
from contracts.topics import COMMANDS, DEAD_LETTER_DECISIONS
from dev.stack.kafka.access_requests import CreateRows, DeleteRows, PutUsers, row, send
from operations.entrypoints.command_line import answered, parser
from operations.entrypoints.settings import OperationsSettings
from runtime.answers import Exit
from runtime.dead_letters import DeadLetters
from runtime.kafka import Headers, Producer, Record
from runtime.kafka.broker_state import acl_rows
from tests.support.kafka_topics import KafkaTopics
from tests.support.reading import records_of

PROOF: Headers = (("proof-seal", b"\xff\x00"), ("proof-mac", b"mac"))
WHY = ("--by", "INC-7", "--reason", "fixed by 1.4.2")


async def run(settings: Any, *arguments: str, exits: Exit = Exit.WELL) -> Any:
    parsed = parser().parse_args(["--output", "json", "dead-letters", *arguments])
    code, text = await answered(parsed, OperationsSettings.model_validate(settings))
    assert code == exits, text
    return json.loads(text) if code == Exit.WELL else text


async def bury(topics: KafkaTopics, *values: bytes) -> None:
    async with Producer(topics.connection("ledger-writer"), client_id="test") as producer:
        letters = DeadLetters(producer, topic_prefix=topics.prefix, service="ledger-writer")
        for offset, value in enumerate(values):
            record = Record(topics.name(COMMANDS), 0, offset, b"0", value, PROOF, 1)
            await letters.put(record, "it hits a defect")


async def test_a_command_is_sent_again_with_its_proof_and_another_is_discarded_each_once(
    kafka_topics: KafkaTopics, tmp_path: Path
) -> None:
    await bury(kafka_topics, b"again", b"never")
    password = tmp_path / "password"
    password.touch(mode=0o600)
    password.write_text(secrets.token_hex(16), encoding="utf-8")
    operator = kafka_topics.settings("operator")
    replayer = operator | {"kafka_username": "replay", "kafka_password_file": str(password)}
    admin, rights = (
        AIOKafkaAdminClient(**kafka_topics.connection().options()),
        {*map(row, replaying(kafka_topics.prefix))},
    )
    await admin.start()
    try:
        await send(admin, PutUsers({"replay": password.read_text(encoding="utf-8")}))
        await send(admin, CreateRows(rights))
        while not rights <= await acl_rows(admin):
            pass
        await run(replayer, "replay", "ledger-writer", "0", *WHY)
        twice = await run(replayer, "replay", "ledger-writer", "0", *WHY, exits=Exit.REFUSED)
    finally:
        await send(admin, DeleteRows(rights))
        await admin.close()
    await run(operator, "discard", "ledger-writer", "1", *WHY)
    too_late = await run(operator, "replay", "ledger-writer", "1", *WHY, exits=Exit.REFUSED)

    (sent,) = await records_of(kafka_topics.connection(), kafka_topics.name(COMMANDS))
    assert (sent.key, sent.value, tuple(sent.headers)) == (b"0", b"again", PROOF)
    listed = await run(operator, "list", "ledger-writer")
    assert [one["settled"] for one in listed["dead_letters"]] == ["replayed by INC-7", "discarded by INC-7"]
    assert "is settled: replayed by INC-7" in twice
    assert "is settled: discarded by INC-7" in too_late
    decided = await records_of(kafka_topics.connection(), kafka_topics.name(DEAD_LETTER_DECISIONS))
    assert [json.loads(one.value or b"")["decision"] for one in decided] == ["replay", "replayed", "discard"]


async def test_the_operator_alone_sends_nothing_in_a_service_s_place(kafka_topics: KafkaTopics) -> None:
    await bury(kafka_topics, b"again")

    said = await run(kafka_topics.settings("operator"), "replay", "ledger-writer", "0", *WHY, exits=Exit.REFUSED)

    assert said.startswith("licensingctl: the brokers do not let this user do that: ")
    assert (await run(kafka_topics.settings("operator"), "list", "ledger-writer"))["dead_letters"][0]["settled"] == "-"
