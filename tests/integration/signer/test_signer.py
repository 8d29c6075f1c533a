"""The signer as a process on a real broker: entries in, license files out."""

import asyncio
import random
import re
import signal
import time
from asyncio.subprocess import PIPE
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from contracts.documents import license_file, return_receipt
from contracts.documents.xmldsig import key_id
from contracts.log.checkpoint import LogVerifier
from contracts.topics import CHECKPOINTS, DEAD_LETTERS, EVENTS, LICENSE_FILES, RETURN_RECEIPTS, SIGNATURES, Topic
from runtime.kafka import Producer, Record, partition_for
from tests.support.campaign import LONG
from tests.support.kafka_topics import KafkaTopics
from tests.support.reading import records_of
from tests.support.signer.process import SignerProcess, until
from tests.support.signer.story import SERIAL, Story

pytestmark = pytest.mark.topics_of("signer")

KILLS = 8 if LONG else 2
CHANGES_A_KILL = 2000


@pytest.fixture
def process(tmp_path: Path, kafka_topics: KafkaTopics) -> Iterator[SignerProcess]:
    process = SignerProcess(tmp_path, kafka_topics)
    yield process
    process.end()


async def test_a_newcomer_gets_files_that_standard_tools_verify(
    process: SignerProcess, kafka_topics: KafkaTopics, tmp_path: Path
) -> None:
    story = Story().begin().add_device().allocate({"Port11": 20, "PRI": 4})
    process.start()
    await _append(kafka_topics, story.values)
    (_, record) = await _wait_for(lambda: _files(kafka_topics), count=2)
    assert record.value is not None
    file = license_file.verify(record.value, public_keys=_public_keys(process))
    assert [(line.license_type, line.count) for line in file.licenses] == [("PRI", 4), ("Port11", 20)]
    assert _log_of(process).verify_proof(file.proof.tlog_proof, file.proof.entry).size == file.sequence == 6
    saved = tmp_path / "license.xml"
    saved.write_bytes(record.value)
    for option, name in (("--pubkey-cert-pem", "license-certificate.pem"), ("--pubkey-pem", "license-key.pem")):
        public = process.keys / "public" / name
        xmlsec = await asyncio.create_subprocess_exec("xmlsec1", "--verify", option, public, saved, stderr=PIPE)
        assert b"OK" in (await xmlsec.communicate())[1]
        assert xmlsec.returncode == 0


async def test_a_return_makes_a_receipt_with_the_next_certificate_and_a_file_for_it(
    process: SignerProcess, kafka_topics: KafkaTopics
) -> None:
    story = Story().main_job()
    process.start()
    await _append(kafka_topics, story.values)
    await _wait_for(lambda: _files(kafka_topics), count=4)
    (receipt,) = await _read_all(kafka_topics, RETURN_RECEIPTS)
    assert receipt.key == f"0/{SERIAL}/1".encode()
    assert receipt.partition == partition_for(SERIAL.encode(), RETURN_RECEIPTS.partitions)
    assert receipt.value is not None
    said = return_receipt.verify(receipt.value, public_keys=_public_keys(process))
    said.next_certificate().verify_directly_issued_by(_generation_ca(process))
    audit = await _read_all(kafka_topics, SIGNATURES)
    assert (receipt.header("sha256") or b"nothing") in b"".join(record.value or b"" for record in audit)


async def test_it_is_ready_once_it_has_read_the_ledger_and_ends_cleanly_on_sigterm(
    process: SignerProcess, kafka_topics: KafkaTopics
) -> None:
    await _append(kafka_topics, Story().main_job().values)
    process.start()
    await until(lambda: process.get("/readyz") == (200, "following\n"))
    assert process.get("/livez")[0] == 200
    metrics = process.get("/metrics")[1]
    assert 'licensing_signer_license_files_total{ledger="0"} 4.0' in metrics
    assert 'licensing_signer_checkpoint_size{ledger="0"} 8.0' in metrics
    assert time.time() - 60 < _figure(process, "licensing_signer_checkpoint_timestamp_seconds") <= time.time()
    await until(lambda: _figure(process, "licensing_reader_lag_records") == 0)
    assert _figure(process, "licensing_reader_lag_seconds") == 0
    assert process.stop() == 0


async def test_it_listens_on_its_admin_port_and_nowhere_else(process: SignerProcess, kafka_topics: KafkaTopics) -> None:
    process.start()
    await until(lambda: process.get("/readyz")[0] == 200)
    assert _listening_sockets(process.pid) == 1


async def test_after_kill_9_a_new_process_goes_on_and_repeats_no_file(
    process: SignerProcess, kafka_topics: KafkaTopics
) -> None:
    story = Story().begin().add_device()
    process.start()
    await _append(kafka_topics, story.values)
    await _wait_for(lambda: _files(kafka_topics), count=1)
    process.stop(signal.SIGKILL)
    await _append(kafka_topics, story.allocate({"Port11": 3}).values[5:])
    process.start()
    await _wait_for(lambda: _files(kafka_topics), count=2)
    await until(lambda: process.get("/readyz")[0] == 200)
    assert [int(record.header("sequence") or 0) for record in await _files(kafka_topics)] == [5, 6]


async def test_killed_again_and_again_under_load_it_loses_no_file_and_none_comes_behind_a_newer_one(
    process: SignerProcess, kafka_topics: KafkaTopics
) -> None:
    story, serials = Story().begin({"Port11": 100_000}), [f"009033{number:06x}" for number in range(20)]
    for serial in serials:
        story.add_device(serial)
    appended, dice = 0, random.Random(7)
    for _ in range(KILLS):
        for number in range(CHANGES_A_KILL):
            story.allocate({"Port11": 1}, serials[number % len(serials)])
        await _append(kafka_topics, story.values[appended:])
        appended = len(story.values)
        process.start()
        await until(lambda: _has_begun(process), pause=0.02)
        await asyncio.sleep(dice.uniform(0, 0.3))
        process.stop(signal.SIGKILL)
    left_undone = appended - 4 - len(await _files(kafka_topics))
    assert left_undone > 0, "it was never killed in the middle of its work"
    process.start()
    await until(lambda: process.get("/readyz")[0] == 200)
    files = await _files(kafka_topics)
    by_key: dict[bytes | None, list[int]] = defaultdict(list)
    for record in files:
        by_key[record.key].append(int(record.header("sequence") or 0))
    assert all(sequences == sorted(sequences) for sequences in by_key.values())
    assert {one for sequences in by_key.values() for one in sequences} == set(range(5, appended + 1))
    (*_, checkpoint) = await _read_all(kafka_topics, CHECKPOINTS)
    assert _log_of(process).open_checkpoint((checkpoint.value or b"").decode()).size == appended


async def test_a_broken_law_stops_the_ledger_loudly_and_nothing_is_signed_from_it_on(
    process: SignerProcess, kafka_topics: KafkaTopics
) -> None:
    story = Story().begin({"Port11": 5}).add_device().allocate({"Port11": 6}).allocate({"Port11": 1})
    process.start()
    await _append(kafka_topics, story.values)
    await until(lambda: "entry 6 breaks account_negative" in process.get("/readyz")[1])
    assert process.get("/readyz")[0] == 503
    assert process.get("/livez")[0] == 200
    assert 'licensing_signer_stopped{law="account_negative",ledger="0"} 1.0' in process.get("/metrics")[1]
    assert 'licensing_signer_refusals_total{law="account_negative",ledger="0"} 1.0' in process.get("/metrics")[1]
    await until(lambda: _figure(process, "licensing_reader_lag_records") >= len(story.values) - 5)
    behind = _figure(process, "licensing_reader_lag_seconds")
    await until(lambda: _figure(process, "licensing_reader_lag_seconds") > behind)
    assert '"sequence": 6' in process.log()
    assert '"correlation_id": ' in next(line for line in process.log().splitlines() if '"law_broken"' in line)
    assert len(await _files(kafka_topics)) == 1
    (checkpoint,) = await _read_all(kafka_topics, CHECKPOINTS)
    assert _log_of(process).open_checkpoint((checkpoint.value or b"").decode()).size == 5
    assert process.stop() == 0


async def test_poison_goes_to_the_dead_letters_once_and_stops_nothing(
    process: SignerProcess, kafka_topics: KafkaTopics
) -> None:
    values = Story().main_job().values
    process.start()
    await _append(kafka_topics, [*values[:3], b"\xff poison", *values[3:], values[2]])
    await _wait_for(lambda: _files(kafka_topics), count=4)
    assert process.stop() == 0
    process.start()
    await until(lambda: process.get("/readyz")[0] == 200)
    (dead,) = await _read_all(kafka_topics, DEAD_LETTERS["signer"])
    assert dead.value == b"\xff poison"
    assert dead.header("offset") == b"3"
    assert 'licensing_signer_orphans_total{ledger="0"} 2.0' in process.get("/metrics")[1]


async def test_wrong_settings_and_open_key_files_are_refused_in_one_sentence(process: SignerProcess) -> None:
    (process.keys / "license.key.pem").chmod(0o640)
    process.start()
    assert process.wait() == 1
    assert "can be read by others than its owner" in process.log()


async def _append(topics: KafkaTopics, values: list[bytes]) -> None:
    async with Producer(topics.connection(), client_id="test") as producer:
        await producer.send_many(topics.name(EVENTS), 0, [(None, value, ()) for value in values])


async def _files(topics: KafkaTopics) -> list[Record]:
    return await _read_all(topics, LICENSE_FILES)


async def _read_all(topics: KafkaTopics, topic: Topic) -> list[Record]:
    return await records_of(topics.connection(), topics.name(topic), range(topic.partitions))


async def _wait_for(read: Callable[[], Awaitable[list[Record]]], *, count: int, seconds: float = 30) -> list[Record]:
    deadline = time.monotonic() + seconds
    while len(found := await read()) < count:
        assert time.monotonic() < deadline, f"{len(found)} records after {seconds} s"
        await asyncio.sleep(0.1)
    return found


def _has_begun(process: SignerProcess) -> bool:
    """Whether it has published license files since it was started."""
    found = re.search(r'license_files_total{ledger="0"} ([0-9.]+)', process.get("/metrics")[1])
    return found is not None and float(found[1]) > 0


def _public_keys(process: SignerProcess) -> dict[str, EllipticCurvePublicKey]:
    key = load_pem_public_key((process.keys / "public" / "license-key.pem").read_bytes())
    assert isinstance(key, EllipticCurvePublicKey)
    return {key_id(key): key}


def _log_of(process: SignerProcess) -> LogVerifier:
    return LogVerifier.parse((process.keys / "public" / "log-0.vkey").read_text())


def _generation_ca(process: SignerProcess) -> x509.Certificate:
    return x509.load_pem_x509_certificate((process.keys / "public" / "generation-ca.pem").read_bytes())


def _listening_sockets(pid: int) -> int:
    inodes = {str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()}
    rows = [line.split() for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
    rows += [line.split() for line in Path(f"/proc/{pid}/net/tcp6").read_text().splitlines()[1:]]
    return sum(1 for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in inodes)


def _figure(process: SignerProcess, name: str) -> float:
    """The one sample of this name, or -1 while there is none."""
    found = re.search(rf"^{name}{{[^}}]*}} (\S+)$", process.get("/metrics")[1], re.MULTILINE)
    return float(found[1]) if found else -1.0
