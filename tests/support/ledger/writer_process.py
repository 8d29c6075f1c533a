"""The writer as a process, and a client that hears its outcomes."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from dev.stack.settings import environment
from tests.support.kafka_topics import KafkaTopics
from tests.support.ledger import sending
from tests.support.ledger.load import Client


def settings(topics: KafkaTopics, folder: Path, *, admin_port: int = 0) -> dict[str, str]:
    """The environment of a writer; what it reads from files is put into the folder."""
    said = {"admin_port": admin_port, "group_session_seconds": 1, "log_level": "warning"}
    return environment(topics.settings("ledger-writer") | said | sending.writer_settings(folder))


async def start_writer(topics: KafkaTopics, log: Path, sources: str = "") -> asyncio.subprocess.Process:
    """A writer of this checkout, or of another one whose `sources` stand before it on Python's path."""
    known = {"PATH": os.environ["PATH"], "PYTHONPATH": sources} | settings(topics, log.parent)
    with log.open("ab") as stderr:
        program = Path(sys.executable).with_name("ledger-writer")
        return await asyncio.create_subprocess_exec(program, env=known, stderr=stderr)


@asynccontextmanager
async def at_work(topics: KafkaTopics, log: Path, sources: str = "") -> AsyncGenerator[asyncio.subprocess.Process]:
    """A writer that is gone when the block ends, however that ends."""
    writer = await start_writer(topics, log, sources)
    try:
        yield writer
    finally:
        if writer.returncode is None:
            writer.terminate()
        await writer.wait()


@asynccontextmanager
async def listening(topics: KafkaTopics, address: str = "") -> AsyncGenerator[Client]:
    """A client, or the one that was there before under this address."""
    client = Client(topics)
    client.address = address or client.address
    listener = asyncio.create_task(client.listen())
    try:
        yield client
    finally:
        listener.cancel()
        with suppress(asyncio.CancelledError):
            await listener
        await client.close()
