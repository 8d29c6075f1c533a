"""A projector in this process, and what its tables hold."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from contracts.documents.published import PublishedRecord
from contracts.topics import EVENTS, LICENSE_FILES, RETURN_RECEIPTS, Topic
from dev.stack.settings import environment
from ledger.entrypoints.projector.main import serve
from ledger.entrypoints.projector.settings import ProjectorSettings
from runtime.kafka import Producer, partition_for
from tests.support.campaign import PATIENCE_SECONDS
from tests.support.databases import as_role
from tests.support.device_sync import file_row, receipt_row
from tests.support.documents import LICENSE_KEY, published_file, published_receipt
from tests.support.kafka_topics import KafkaTopics

TABLES = (
    "companies",
    "claim_codes",
    "device_offers",
    "device_arrivals",
    "invitations",
    "company_offers",
    "predecessors",
    "grants",
    "members",
    "projects",
    "balances",
    "activation_keys",
    "devices",
    "device_licenses",
    "deliveries",
    "movements",
    "entries",
    "subject_entries",
    "device_versions",
    "devices_by_type",
    "license_types",
    "device_models",
    "delivered_devices",
    "warranties",
    "warranty_versions",
    "test_licenses",
    "test_releases",
    "software_services",
    "expirations",
    "license_totals",
    "device_totals",
    "held_licenses",
    "blocks",
    "corrections",
    "replacements",
    "set_asides",
    "set_aside_entries",
    "stops",
    "return_limit_releases",
    "staff_downloads",
    "spent_certificates",
    "legacy_licenses",
    "legacy_keys",
    "legacy_imports",
    "legacy_consents",
    "legacy_conversions",
    "license_files",
    "return_receipts",
    "position",
    "document_position",
)


def database_settings(url: str, folder: Path, role: str) -> dict[str, Any]:
    """How a service reaches the database of this owner's URL: in its role, with the password in a file of its own."""
    parts = urlsplit(as_role(url, role))
    file = folder / f"{role}.database-password"
    file.touch(mode=0o600)
    file.write_text(parts.password or "")
    plain = urlunsplit(parts._replace(netloc=f"{role}@{parts.hostname}:{parts.port}"))
    return {"database_url": plain, "database_password_file": file}


def settings_for(topics: KafkaTopics, url: str, folder: Path, ledgers: int = 1) -> ProjectorSettings:
    said = {"admin_port": 0, "ledgers": ledgers, "license_keys_file": write_license_keys(folder)}
    said |= database_settings(url, folder, "ledger-projector")
    return ProjectorSettings.model_validate(topics.settings("ledger-projector") | said)


@asynccontextmanager
async def projector(settings: ProjectorSettings) -> AsyncGenerator[asyncio.Task[None]]:
    """A projector at work; leaving the block stops it in order, unless it has ended by itself."""
    stop = asyncio.Event()
    task = asyncio.create_task(serve(settings, stop))
    try:
        yield task
    finally:
        stop.set()
        await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
        if task.done() and not task.cancelled():
            task.exception()


@contextmanager
def projector_process(settings: ProjectorSettings) -> Generator[subprocess.Popen[bytes]]:
    """A projector as a process of its own, killed without warning when the block ends."""
    said = environment(settings.model_dump(exclude_none=True))
    program = Path(sys.prefix) / "bin" / "ledger-projector"
    with subprocess.Popen([program], env=os.environ | said, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


async def append(topics: KafkaTopics, values: Sequence[bytes], ledger: int = 0) -> None:
    async with Producer(topics.connection(), client_id="test") as producer:
        await producer.send_many(topics.name(EVENTS), ledger, [(b"0", value, ()) for value in values])


async def publish_file(topics: KafkaTopics, serial: str, *, sequence: int, issue: int, ledger: int = 0) -> bytes:
    """A license file as the signer publishes it; the document."""
    document = file_row(serial=serial, sequence=sequence, issue=issue, ledger=ledger).document
    await publish(topics, LICENSE_FILES, serial, published_file(document))
    return document


async def publish_receipt(topics: KafkaTopics, serial: str, *, sequence: int) -> bytes:
    """The receipt of the first return of a device as the signer publishes it; the document."""
    document = receipt_row("ab" * 32, serial=serial, sequence=sequence).document
    await publish(topics, RETURN_RECEIPTS, serial, published_receipt(document))
    return document


async def publish(topics: KafkaTopics, topic: Topic, serial: str, record: PublishedRecord) -> None:
    """Any record, in the partition of the serial."""
    key, value, headers = record
    partition = partition_for(serial.encode(), topic.partitions)
    async with Producer(topics.connection(), client_id="test") as producer:
        await producer.send(topics.name(topic), key, value, partition=partition, headers=headers)


def write_license_keys(folder: Path) -> Path:
    """The public key of the documents that tests publish, in a file as a setting names it."""
    file = folder / "license-keys.pem"
    file.write_bytes(LICENSE_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return file


@asynccontextmanager
async def connected(url: str) -> AsyncGenerator[Any]:
    connection = await asyncpg.connect(url, server_settings={"search_path": "ledger"})
    try:
        yield connection
    finally:
        await connection.close()


async def rows(url: str, table: str) -> list[tuple[Any, ...]]:
    async with connected(url) as connection:
        return sorted((tuple(row) for row in await connection.fetch(f"SELECT * FROM {table}")), key=repr)


async def all_rows(url: str) -> dict[str, list[tuple[Any, ...]]]:
    return {table: await rows(url, table) for table in TABLES}


async def sequence_of(url: str, ledger: int = 0) -> int:
    try:
        async with connected(url) as connection:
            found = await connection.fetchval("SELECT sequence FROM position WHERE ledger = $1", ledger)
            return int(found or 0)
    except (asyncpg.PostgresError, OSError):
        return 0


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = PATIENCE_SECONDS) -> None:
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110 - what it waits for is in another process
            await asyncio.sleep(0.05)


async def until_sequence(url: str, sequence: int, ledger: int = 0) -> None:
    async def holds() -> bool:
        return await sequence_of(url, ledger) >= sequence

    await until(holds)
