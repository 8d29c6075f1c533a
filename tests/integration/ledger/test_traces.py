"""One trace follows a command: request, Kafka, decision, signature, rows, and the device that fetches its file."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from contracts.topics import COMMANDS, DEVICE_COMMANDS, EVENTS, LICENSE_FILES
from device_sync.entrypoints.main import serve
from device_sync.entrypoints.settings import DeviceSyncSettings
from runtime.kafka import PartitionTail, Producer
from signer.adapters.kafka_outputs import KafkaOutputs
from signer.application.own_records import OwnRecords
from signer.application.signing import LedgerSigning
from signer.domain.own_signatures import OwnSignatures
from simulator.box import Box
from simulator.device import Firmware
from simulator.pki import Pki
from tests.support.collector import a_collector, ancestries, traced
from tests.support.kafka_topics import KafkaTopics
from tests.support.ledger import sending
from tests.support.ledger.api_at_work import a_ledger_at_work
from tests.support.ledger.projector_at_work import write_license_keys
from tests.support.signer.process import free_port
from tests.support.signer.story import KEYS, TRUSTED

SERIAL = "009033010203"
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


async def test_one_trace_follows_a_command_from_its_request_to_the_device_that_fetches_the_file(
    kafka_topics: KafkaTopics, fresh_database_url: str, tmp_path: Path
) -> None:
    with a_collector() as collector, traced("everything", collector.settings()):
        async with (
            a_ledger_at_work(kafka_topics, fresh_database_url, tmp_path) as api,
            _a_signer(kafka_topics),
            _a_device(kafka_topics, tmp_path) as firmware,
        ):
            project = await api.stocked_project(SERIAL)
            api.client.headers["traceparent"] = f"00-{TRACE}-{PARENT}-01"
            sequence = (await api.allocate(project, SERIAL, 20)).json()["sequence"]
            del api.client.headers["traceparent"]
            await asyncio.to_thread(firmware.sync_to, sequence)
            await asyncio.to_thread(collector.wait_for, lambda one: len(one.trace(TRACE)) >= len(_way(kafka_topics)))

    spans = collector.trace(TRACE)
    assert ancestries(spans) == sorted(_way(kafka_topics))
    (rows_of_file,) = [span for span in spans if span.name == f"process {kafka_topics.name(LICENSE_FILES)}"]
    assert rows_of_file.attributes["licensing.sequence"] == sequence
    assert not [span.name for span in spans if span.is_error]
    assert SERIAL not in str(collector.spans)
    assert project not in str(collector.spans)


def _way(topics: KafkaTopics) -> list[str]:
    """Each span of the trace, with those above it."""
    asked = "POST /v1/projects/{project}/allocations"
    decided = f"{asked} > send {topics.name(COMMANDS)} > decide allocate-licenses"
    fetched = f"{decided} > GET /v1/devices/{{serial}}/license-file"
    recorded = f"{fetched} > send {topics.name(DEVICE_COMMANDS)} > decide record-license-file-delivery"
    return [
        asked,
        f"{asked} > send {topics.name(COMMANDS)}",
        decided,
        f"{decided} > process {topics.name(EVENTS)}",
        f"{decided} > sign license-file",
        f"{decided} > sign license-file > process {topics.name(LICENSE_FILES)}",
        fetched,
        f"{fetched} > send {topics.name(DEVICE_COMMANDS)}",
        recorded,
        f"{recorded} > process {topics.name(EVENTS)}",
    ]


@asynccontextmanager
async def _a_signer(topics: KafkaTopics) -> AsyncGenerator[None]:
    connection, stop = topics.connection("signer"), asyncio.Event()
    async with Producer(connection, client_id="signer") as producer:
        own = OwnRecords(OwnSignatures(KEYS), topic_prefix=topics.prefix)
        outputs = KafkaOutputs(connection, producer, own, topic_prefix=topics.prefix)
        events = PartitionTail(connection, topics.name(EVENTS), 0, 0)
        signing = LedgerSigning(0, keys=KEYS, trusted=TRUSTED, events=events, outputs=outputs)
        task = asyncio.create_task(signing.run(stop))
        try:
            yield
        finally:
            stop.set()
            await task
            await events.close()


@asynccontextmanager
async def _a_device(topics: KafkaTopics, folder: Path) -> AsyncGenerator[Firmware]:
    """A device of the factory, and the service that it asks."""
    pki, port, stop = Pki(folder / "pki"), free_port(), asyncio.Event()
    pki.make()
    (folder / "signers-ca.pem").write_bytes(KEYS.generation_ca_certificate.public_bytes(Encoding.PEM))
    license_keys = write_license_keys(folder)
    said = {
        "admin_port": 0,
        "device_sync_port": port,
        "tls_certificate_file": pki.server_certificate,
        "tls_key_file": pki.server_key,
        "device_ca_file": pki.device_ca,
        "generation_ca_file": folder / "signers-ca.pem",
        "license_keys_file": license_keys,
        "store_file": folder / "device-sync.sqlite",
        "writer_key_file": sending.public_key_file(folder),
    }
    settings = DeviceSyncSettings.model_validate(topics.settings("device-sync") | said)
    serving = asyncio.create_task(serve(settings, stop))
    box = Box.make(folder / "box", SERIAL, pki=pki, license_keys=[license_keys])
    yield Firmware(box, f"https://127.0.0.1:{port}")
    stop.set()
    await serving
