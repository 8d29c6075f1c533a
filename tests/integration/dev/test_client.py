"""Whoever asks for a role's properties connects with any Kafka tool: here with Kafka's own."""

import subprocess
import sys
from pathlib import Path

import pytest

from contracts.topics import COMMANDS, EVENTS
from dev.stack import places
from dev.stack.client import properties
from dev.stack.kafka import jars
from runtime.kafka import Producer
from tests.support.kafka_topics import KafkaTopics

pytestmark = pytest.mark.topics_of("ledger-writer")

TOOL_SECONDS = 60
BRIEF = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", f"-XX:SharedArchiveFile={jars.class_archive()}")
"""A tool that lives for a second spends most of it on compiling and on reading classes."""


def console_consumer(topics: KafkaTopics, role: str, topic: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Read the first record of a topic as somebody with this role would."""
    file = folder / f"{role}.properties"
    file.write_text(properties(topics.broker, role, topics.prefix))
    argv = (
        *("java", *BRIEF, "-cp", f"{jars.folder()}/*", "org.apache.kafka.tools.consumer.ConsoleConsumer"),
        *("--bootstrap-server", topics.broker.address, "--command-config", str(file)),
        *("--topic", topic, "--from-beginning", "--max-messages", "1", "--timeout-ms", "30000"),
    )
    return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=TOOL_SECONDS)


async def test_the_console_consumer_reads_what_its_role_may_and_nothing_else(
    kafka_topics: KafkaTopics, tmp_path: Path
) -> None:
    async with Producer(kafka_topics.connection("ledger-writer"), client_id="test") as producer:
        await producer.send(kafka_topics.name(EVENTS), b"0", b"an entry", partition=0)

    told = console_consumer(kafka_topics, "auditor", kafka_topics.name(EVENTS), tmp_path)
    refused = console_consumer(kafka_topics, "auditor", kafka_topics.name(COMMANDS), tmp_path)

    assert told.stdout == "an entry\n", told.stderr
    assert "TopicAuthorizationException" in refused.stdout + refused.stderr


def asked(*arguments: str) -> subprocess.CompletedProcess[str]:
    argv = (sys.executable, "-m", "dev.stack.client", *arguments)
    return subprocess.run(argv, cwd=places.ROOT, capture_output=True, text=True, check=False, timeout=TOOL_SECONDS)


def test_an_unknown_role_is_refused_with_the_names_there_are() -> None:
    refused = asked("kafka", "pirate")

    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("There is no role pirate; there are administrator, audio-api, ")
