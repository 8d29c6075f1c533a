"""Signing a ledger with everything outside in memory: order, crashes, trouble, broken laws."""

import asyncio

import pytest

from contracts.documents import license_file, return_receipt
from contracts.events.activation_keys import ActivationKeyRedeemed
from contracts.topics import LICENSE_FILES, topic_name
from signer.application.signing import MAX_UNPUBLISHED_DOCUMENTS, LedgerSigning
from signer.application.status import readiness
from tests.support.signer.memory import Interruptions, MemoryEvents, MemoryOutputs, Then, When
from tests.support.signer.signing import SECONDS, assert_as_good_as, die, sign, signing_of
from tests.support.signer.story import (
    KEYS,
    PARTNER,
    PROJECT,
    PUBLIC_KEYS,
    SERIAL,
    Story,
    is_proven,
    lots,
    verifier,
)

# begin: published; then audit, receipts, files, checkpoint a batch. One entry a batch: 8 batches and more.
CALLS = range(1, 24)


async def test_each_change_of_a_device_makes_a_file_that_proves_itself() -> None:
    outputs = MemoryOutputs()
    await sign(Story().main_job().values, outputs)
    files = [license_file.verify(one.content, public_keys=PUBLIC_KEYS) for one in outputs.files[SERIAL]]
    assert [(file.sequence, file.generation, file.issue) for file in files] == [
        (5, 1, 1),
        (6, 1, 2),
        (7, 2, 3),
        (8, 2, 4),
    ]
    assert all(map(is_proven, files))


async def test_gateway_licenses_stay_in_the_file_after_a_return() -> None:
    outputs = MemoryOutputs()
    await sign(Story().main_job().values, outputs)
    after = license_file.verify(outputs.files[SERIAL][2].content, public_keys=PUBLIC_KEYS)
    assert [(line.license_type, line.count) for line in after.licenses] == [("PRI", 4)]


async def test_a_return_makes_a_receipt_with_a_certificate_for_the_same_key_in_the_next_generation() -> None:
    story, outputs = Story().main_job(), MemoryOutputs()
    await sign(story.values, outputs)
    (signed,) = outputs.receipts[f"{SERIAL}/1"]
    receipt = return_receipt.verify(signed.content, public_keys=PUBLIC_KEYS)
    assert [(line.license_type, line.count) for line in receipt.credited] == [("Port11", 20)]
    certificate = receipt.next_certificate()
    certificate.verify_directly_issued_by(KEYS.generation_ca_certificate)
    assert certificate.public_key() == story.boxes[SERIAL].key.public_key()


async def test_a_second_return_is_signed_with_the_certificate_of_the_first_receipt() -> None:
    story, outputs = Story().main_job(), MemoryOutputs()
    await sign(story.values, outputs)
    receipt = return_receipt.verify(outputs.receipts[f"{SERIAL}/1"][0].content, public_keys=PUBLIC_KEYS)
    story.boxes[SERIAL].certificate = receipt.next_certificate()
    status = await sign(story.give_back().values, outputs)
    assert status.phase == "following"
    assert outputs.files[SERIAL][-1].record.generation == 3
    assert f"{SERIAL}/2" in outputs.receipts


async def test_records_of_signatures_come_first_then_receipts_files_and_the_checkpoint() -> None:
    outputs = MemoryOutputs()
    await sign(Story().main_job().values, outputs)
    assert outputs.journal == ["audit", "receipts", "files", "checkpoint"]
    assert verifier().open_checkpoint(outputs.checkpoints[0][-1]).size == 8


async def test_entries_that_change_no_device_make_a_checkpoint_only() -> None:
    outputs = MemoryOutputs()
    await sign(Story().begin().values, outputs)
    assert outputs.journal == ["audit", "checkpoint"]


async def test_a_long_ledger_is_published_in_bounded_portions() -> None:
    story, outputs = Story().begin().add_device(), MemoryOutputs()
    story.redeem("second key", {"Port11": 1000})
    for _ in range(MAX_UNPUBLISHED_DOCUMENTS):
        story.allocate({"Port11": 1})
    await sign(story.values, outputs, batch_size=5000)
    assert outputs.journal == ["audit", "files", "audit", "files", "checkpoint"]


async def test_a_restart_with_nothing_new_publishes_nothing() -> None:
    values, outputs = Story().main_job().values, MemoryOutputs()
    await sign(values, outputs)
    before = list(outputs.journal)
    status = await sign(values, outputs)
    assert outputs.journal == before
    assert status.phase == "following"


@pytest.mark.parametrize("batch_size", [1, 3, 100])
@pytest.mark.parametrize("when", ["before", "half", "after"])
async def test_a_crash_at_any_call_loses_no_file_and_repeats_the_same_bytes(when: When, batch_size: int) -> None:
    values, whole = Story().main_job().values, MemoryOutputs()
    await sign(values, whole)
    for allowed in CALLS:
        outputs = MemoryOutputs()
        await die(values, outputs, allowed, when, batch_size)
        status = await sign(values, outputs)
        assert status.phase == "following"
        assert_as_good_as(outputs, whole)


@pytest.mark.parametrize("when", ["before", "half", "after"])
async def test_crash_upon_crash_loses_no_file(when: When) -> None:
    values, whole, outputs = Story().main_job().values, MemoryOutputs(), MemoryOutputs()
    await sign(values, whole)
    for allowed in (1, 2, 3, 1, 4, 2, 5, 3):
        await die(values, outputs, allowed, when, batch_size=2)
    await sign(values, outputs)
    assert_as_good_as(outputs, whole)


@pytest.mark.parametrize("when", ["before", "half", "after"])
async def test_trouble_at_any_call_is_waited_out(when: When, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signer.application.signing.FIRST_PAUSE_SECONDS", 0.001)
    values, whole = Story().main_job().values, MemoryOutputs()
    await sign(values, whole)
    then: Then = "trouble"
    for allowed in CALLS:
        outputs = MemoryOutputs()
        status = await sign(values, Interruptions(outputs, allowed, then=then, when=when), batch_size=1)
        assert status.phase == "following"
        assert_as_good_as(outputs, whole)


async def test_sigterm_while_the_broker_is_away_ends_at_once() -> None:
    outputs = Interruptions(MemoryOutputs(), 1, then="trouble", when="before")
    stop = asyncio.Event()
    task = asyncio.create_task(signing_of(MemoryEvents(Story().main_job().values), outputs).run(stop))
    await outputs.happened.wait()
    stop.set()
    async with asyncio.timeout(1):
        await task


async def test_an_older_file_that_came_to_lie_last_is_replaced_at_the_next_start() -> None:
    values, outputs = Story().main_job().values, MemoryOutputs()
    await sign(values, outputs)
    outputs.records.append(next(record for record in outputs.records if record.topic == topic_name(LICENSE_FILES)))
    await sign(values, outputs)
    assert [one.record.sequence for one in outputs.files[SERIAL]] == [5, 6, 7, 8, 8]


async def test_lost_files_are_made_again_once_the_log_is_known_to_be_the_same() -> None:
    values, whole, outputs = Story().main_job().values, MemoryOutputs(), MemoryOutputs()
    await sign(values, whole)
    await sign(values, outputs)
    outputs.lose_files(SERIAL)
    status = await sign(values, outputs, batch_size=2)
    assert status.phase == "following"
    assert [one.content for one in outputs.files[SERIAL]] == [one.content for one in whole.files[SERIAL]]


async def test_a_rewritten_history_gets_no_signature() -> None:
    outputs = MemoryOutputs()
    await sign(Story().main_job().values, outputs)
    before = list(outputs.journal)
    other = Story().begin({"Port11": 60}).add_device().allocate({"Port11": 60}).give_back().allocate({"Port11": 60})
    status = await sign(other.values, outputs)
    assert (status.phase, status.broken_law) == ("stopped", "history_rewritten")
    assert outputs.journal == before


async def test_a_ledger_that_lost_its_tail_is_not_signed_on() -> None:
    story, outputs = Story().main_job(), MemoryOutputs()
    await sign(story.values, outputs)
    before = list(outputs.journal)
    signing = signing_of(MemoryEvents(story.values[:6]), outputs)
    stop = asyncio.Event()
    task = asyncio.create_task(signing.run(stop))
    await asyncio.sleep(0.05)
    assert readiness([signing.status])[0] is False
    assert "ends before entry 8" in signing.status.reason
    stop.set()
    await task
    assert outputs.journal == before


async def test_a_broken_law_stops_before_that_entry_and_what_was_good_is_published() -> None:
    story, outputs = Story().begin().add_device(), MemoryOutputs()
    story.add(ActivationKeyRedeemed(key_digest="f" * 64, company=PARTNER, project=PROJECT, lots=lots({"Port11": 1})))
    story.allocate({"Port11": 1})
    status = await sign(story.values, outputs)
    assert (status.phase, status.broken_law) == ("stopped", "key_redeemed_once")
    assert "entry 6" in status.reason
    assert [one.record.sequence for one in outputs.files[SERIAL]] == [5]
    assert verifier().open_checkpoint(outputs.checkpoints[0][-1]).size == 5


async def test_an_event_type_of_a_later_version_stops_the_ledger() -> None:
    story, outputs = Story().begin(), MemoryOutputs()
    last = story.values[-1]
    story.add_device()
    strange = story.values.pop().replace(b"device-added.v1", b"device-added.v2")
    status = await sign([*story.values, strange], outputs)
    assert (status.phase, status.broken_law) == ("stopped", "event_type_unknown")
    assert story.values[-1] == last


async def test_orphans_are_counted_and_poison_is_buried_once() -> None:
    values, outputs = Story().main_job().values, MemoryOutputs()
    noisy = [values[0], b"poison", *values[1:], values[3], b"", b"{}"]
    status = await sign(noisy, outputs)
    assert (status.orphans, status.poison, status.entries) == (4, 3, 8)
    assert [offset for offset, _ in outputs.dead] == [1, 10, 11]
    await sign(noisy, outputs)
    assert len(outputs.dead) == 3


async def test_two_ledgers_have_logs_of_their_own() -> None:
    outputs = MemoryOutputs()
    await sign(Story(0).begin().values, outputs, ledger=0)
    await sign(Story(1).begin().values, outputs, ledger=1)
    assert verifier(1).open_checkpoint(outputs.checkpoints[1][-1]).size == 4
    assert outputs.checkpoints[0] != outputs.checkpoints[1]


async def test_a_broker_that_goes_away_while_nothing_happens_is_told_until_it_answers_again() -> None:
    events, stop = MemoryEvents(Story().main_job().values), asyncio.Event()
    signing = signing_of(events, MemoryOutputs())
    task = asyncio.create_task(signing.run(stop))
    await _until_ready(signing, (True, "following"))

    events.away = True
    await _until_ready(signing, (False, "ledger 0 following: no broker answers"))

    events.away = False
    await _until_ready(signing, (True, "following"))
    stop.set()
    await task


async def _until_ready(signing: LedgerSigning, expected: tuple[bool, str]) -> None:
    async with asyncio.timeout(SECONDS):
        while readiness([signing.status]) != expected:  # noqa: ASYNC110 - it is a plain value
            await asyncio.sleep(0.001)
