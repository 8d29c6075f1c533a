"""Records on the signer's own topics that it did not sign: passed over, and what they displace is made again."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contracts.documents import license_file
from contracts.documents.published import PublishedRecord, open_license_file
from contracts.documents.xmldsig import key_id
from contracts.documents.xmldsig import signer as xml_signer
from contracts.log.checkpoint import LogSigner, origin_of
from contracts.topics import CHECKPOINTS, LICENSE_FILES, RETURN_RECEIPTS, Topic, topic_name
from runtime.kafka import partition_for
from signer.application.status import LedgerStatus
from tests.support.documents import STRANGER_KEY
from tests.support.signer.memory import MemoryEvents, MemoryOutputs
from tests.support.signer.signing import SECONDS, sign, signing_of
from tests.support.signer.story import KEYS, PUBLIC_KEYS, SERIAL, Story, verifier

OTHER = "009033010299"
FILE_KEY, RECEIPT_KEY = f"0/{SERIAL}", f"0/{SERIAL}/1"
STRANGER_LOG = Ed25519PrivateKey.from_private_bytes(bytes([7] * 32))
Attack = Callable[[MemoryOutputs], None]


def _story() -> Story:
    return Story().main_job().add_device(OTHER)


def _records(outputs: MemoryOutputs, topic: Topic, key: str) -> list[PublishedRecord]:
    name = topic_name(topic)
    home = partition_for(key.split("/")[1].encode(), topic.partitions) if "/" in key else 0
    there = [one for one in outputs.records if (one.topic, one.partition) == (name, home)]
    found = [one for one in there if one.key == key.encode()]
    return [PublishedRecord(key.encode(), one.value or b"", tuple(one.headers)) for one in found]


def _lay(topic: Topic, key: str, value: bytes | None, headers: Any = ()) -> Attack:
    return lambda outputs: outputs.lay(topic, key, value, headers, serial=SERIAL if "/" in key else "")


def _junk(outputs: MemoryOutputs) -> None:
    headers = dict(_records(outputs, LICENSE_FILES, FILE_KEY)[-1].headers) | {"sequence": b"2147483647"}
    outputs.lay(LICENSE_FILES, FILE_KEY, b"<evil></evil>", tuple(headers.items()), serial=SERIAL)


def _by_another_key(outputs: MemoryOutputs) -> None:
    real = license_file.verify(_records(outputs, LICENSE_FILES, FILE_KEY)[-1].value, public_keys=PUBLIC_KEYS)
    stranger = key_id(STRANGER_KEY.public_key())
    forged = real.model_copy(update={"sequence": 2_147_483_647})
    document = license_file.build(forged, key_id=stranger, sign=xml_signer(STRANGER_KEY))
    record = open_license_file(document, trusted={stranger: STRANGER_KEY.public_key()}).record()
    outputs.lay(LICENSE_FILES, FILE_KEY, document, record.headers, serial=SERIAL)


def _ahead_of_the_log_without_its_proof(outputs: MemoryOutputs) -> None:
    """Even by our own license key: what our log key did not prove is not ours."""
    real = license_file.verify(_records(outputs, LICENSE_FILES, FILE_KEY)[-1].value, public_keys=PUBLIC_KEYS)
    forged = real.model_copy(update={"sequence": 2_147_483_647})
    document = license_file.build(forged, key_id=next(iter(PUBLIC_KEYS)), sign=xml_signer(KEYS.license))
    record = open_license_file(document, trusted=PUBLIC_KEYS).record()
    outputs.lay(LICENSE_FILES, FILE_KEY, document, record.headers, serial=SERIAL)


def _of_another_device(outputs: MemoryOutputs) -> None:
    record = _records(outputs, LICENSE_FILES, f"0/{OTHER}")[-1]
    outputs.lay(LICENSE_FILES, FILE_KEY, record.value, record.headers, serial=SERIAL)


def _older_one_again(outputs: MemoryOutputs) -> None:
    record = _records(outputs, LICENSE_FILES, FILE_KEY)[0]
    outputs.lay(LICENSE_FILES, FILE_KEY, record.value, record.headers, serial=SERIAL)


def _older_one_elsewhere(outputs: MemoryOutputs) -> None:
    """In another partition it is never compacted away."""
    home = partition_for(SERIAL.encode(), LICENSE_FILES.partitions)
    elsewhere = (f"{number:012x}" for number in range(99))
    serial = next(one for one in elsewhere if partition_for(one.encode(), LICENSE_FILES.partitions) != home)
    record = _records(outputs, LICENSE_FILES, FILE_KEY)[0]
    outputs.lay(LICENSE_FILES, FILE_KEY, record.value, record.headers, serial=serial)


def _header_twice(outputs: MemoryOutputs) -> None:
    record = _records(outputs, LICENSE_FILES, FILE_KEY)[-1]
    headers = (*record.headers, ("sequence", b"2147483647"))
    outputs.lay(LICENSE_FILES, FILE_KEY, record.value, headers, serial=SERIAL)


def _replaced(outputs: MemoryOutputs) -> None:
    record = _records(outputs, LICENSE_FILES, FILE_KEY)[-1]
    headers = (*record.headers, ("replaced-by", OTHER.encode()))
    outputs.lay(LICENSE_FILES, FILE_KEY, record.value, headers, serial=SERIAL)


def _checkpoint(size: int, origin: str, key: Ed25519PrivateKey = KEYS.log) -> bytes:
    return LogSigner(origin, key).sign(size, bytes(32)).encode()


OWN_LOG = origin_of(KEYS.log_name, 0)
ATTACKS: dict[str, Attack] = {
    "junk ahead of everything": _junk,
    "a file by another key": _by_another_key,
    "a file by our key that the log does not prove": _ahead_of_the_log_without_its_proof,
    "a file of another device": _of_another_device,
    "an older file again": _older_one_again,
    "an older file in another partition": _older_one_elsewhere,
    "a header twice": _header_twice,
    "a mark of replacement": _replaced,
    "a tombstone of a file": _lay(LICENSE_FILES, FILE_KEY, None),
    "junk under a receipt": _lay(RETURN_RECEIPTS, RECEIPT_KEY, b"<evil></evil>"),
    "a tombstone of a receipt": _lay(RETURN_RECEIPTS, RECEIPT_KEY, None),
    "junk under a key without its ledger": _lay(LICENSE_FILES, SERIAL, b"<evil></evil>"),
    "junk without a key": _lay(LICENSE_FILES, "", b"<evil></evil>"),
    "junk as checkpoint": _lay(CHECKPOINTS, "0", b"junk"),
    "no UTF-8 as checkpoint": _lay(CHECKPOINTS, "0", b"\xff\xfe"),
    "a tombstone of the checkpoint": _lay(CHECKPOINTS, "0", None),
    "junk under another key": _lay(CHECKPOINTS, "no ledger", b"junk"),
    "a checkpoint by another log key": _lay(CHECKPOINTS, "0", _checkpoint(2**31, OWN_LOG, STRANGER_LOG)),
    "our checkpoint of another ledger": _lay(CHECKPOINTS, "0", _checkpoint(2**31, origin_of(KEYS.log_name, 1))),
    "a ledger that nobody has": _lay(CHECKPOINTS, "999", _checkpoint(2**31, OWN_LOG)),
}


@pytest.mark.parametrize("compacted", [False, True], ids=["as it lies", "compacted"])
@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
async def test_a_start_passes_over_it_and_the_topics_hold_the_right_documents_again(
    attack: Attack, compacted: bool
) -> None:
    story, whole, outputs = _story(), MemoryOutputs(), MemoryOutputs()
    await sign(story.values, whole)
    await sign(story.values, outputs)
    attack(outputs)
    if compacted:
        outputs.compact()

    status = await sign(story.allocate({"Port11": 1}, OTHER).values, outputs)

    assert (status.phase, status.broken_law) == ("following", "")
    assert _last_values(outputs, LICENSE_FILES, FILE_KEY) == _last_values(whole, LICENSE_FILES, FILE_KEY)
    assert _last_values(outputs, RETURN_RECEIPTS, RECEIPT_KEY) == _last_values(whole, RETURN_RECEIPTS, RECEIPT_KEY)
    assert outputs.files[OTHER][-1].record.sequence == len(story.values)
    assert verifier().open_checkpoint(_last_values(outputs, CHECKPOINTS, "0").decode()).size == len(story.values)

    outputs.compact()
    before = len(outputs.records)
    assert (await sign(story.values, outputs)).phase == "following"
    assert len(outputs.records) == before, "a start with nothing displaced publishes nothing"


def _last_values(outputs: MemoryOutputs, topic: Topic, key: str) -> bytes:
    """What lies last under a key in its own partition."""
    return _records(outputs, topic, key)[-1].value


@pytest.mark.parametrize("attack", [_junk, _older_one_again, ATTACKS["a tombstone of a receipt"]])
async def test_what_is_displaced_while_it_follows_is_made_again_without_a_restart(
    attack: Attack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signer.application.signing.LOOK_SECONDS", 0.0)
    story, outputs = _story(), MemoryOutputs()
    await sign(story.values, outputs)
    before = {topic: _last_values(outputs, topic, key) for topic, key in _KEYS}
    stop, signing = asyncio.Event(), signing_of(MemoryEvents(story.values), outputs)
    task = asyncio.create_task(signing.run(stop))
    await _until(lambda: signing.status.phase == "following")

    attack(outputs)
    await _until(lambda: signing.status.repairs == 1)
    await _until(lambda: {topic: _last_values(outputs, topic, key) for topic, key in _KEYS} == before)
    _junk(outputs)
    await asyncio.sleep(0.05)
    stop.set()
    await task
    assert signing.status.repairs == 1, "a ledger is not read again at every turn"


async def test_what_lay_on_topics_that_were_deleted_is_made_again_without_a_restart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("signer.application.signing.LOOK_SECONDS", 0.0)
    story, outputs = _story(), MemoryOutputs()
    await sign(story.values, outputs)
    before = {topic: _last_values(outputs, topic, key) for topic, key in _KEYS}
    stop, signing = asyncio.Event(), signing_of(MemoryEvents(story.values), outputs)
    task = asyncio.create_task(signing.run(stop))
    await _until(lambda: signing.status.phase == "following")

    outputs.make_anew()
    await _until(lambda: all(_records(outputs, topic, key) for topic, key in _KEYS))
    await _until(lambda: {topic: _last_values(outputs, topic, key) for topic, key in _KEYS} == before)
    stop.set()
    await task
    assert signing.status.repairs == 1


_KEYS = ((LICENSE_FILES, FILE_KEY), (RETURN_RECEIPTS, RECEIPT_KEY))


async def test_a_checkpoint_that_is_displaced_while_it_follows_is_published_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("signer.application.signing.LOOK_SECONDS", 0.0)
    story, outputs = _story(), MemoryOutputs()
    stop, signing = asyncio.Event(), signing_of(MemoryEvents(story.values), outputs)
    task = asyncio.create_task(signing.run(stop))
    await _until(lambda: signing.status.phase == "following")
    note = _last_values(outputs, CHECKPOINTS, "0")

    outputs.lay(CHECKPOINTS, "0", b"junk")
    await _until(lambda: _last_values(outputs, CHECKPOINTS, "0") == note)
    stop.set()
    await task


@pytest.mark.parametrize("forged", [b"junk", None, _checkpoint(2, OWN_LOG, STRANGER_LOG)])
async def test_a_rewritten_history_is_caught_by_the_files_where_the_checkpoint_is_displaced(
    forged: bytes | None,
) -> None:
    outputs = MemoryOutputs()
    await sign(Story().main_job().values, outputs)
    outputs.lay(CHECKPOINTS, "0", forged)
    outputs.compact()
    before = list(outputs.journal)

    status = await _sign_another_history(outputs)

    assert (status.phase, status.broken_law) == ("stopped", "history_rewritten")
    assert outputs.journal == before


async def test_an_older_checkpoint_of_ours_hides_no_rewritten_history() -> None:
    outputs, story = MemoryOutputs(), Story().main_job()
    await sign(story.values[:5], outputs)
    (older,) = _records(outputs, CHECKPOINTS, "0")
    await sign(story.values, outputs)
    outputs.lay(CHECKPOINTS, "0", older.value)
    status = await _sign_another_history(outputs)
    assert (status.phase, status.broken_law) == ("stopped", "history_rewritten")


async def _sign_another_history(outputs: MemoryOutputs) -> LedgerStatus:
    other = Story().begin().add_device().allocate({"Port11": 20, "PRI": 4}).give_back().allocate({"Port11": 7})
    return await sign(other.values, outputs)


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(SECONDS):
        while not holds():  # noqa: ASYNC110 - it is a plain value
            await asyncio.sleep(0.001)
