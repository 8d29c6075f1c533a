"""A replaced box is back in stock: a receipt with its next certificate, and an empty file."""

import pytest

from contracts.documents import license_file, return_receipt
from signer.adapters.kafka_outputs import published_file
from signer.application.status import readiness
from tests.support.signer.memory import MemoryOutputs, When
from tests.support.signer.signing import assert_as_good_as, die, sign
from tests.support.signer.story import KEYS, PUBLIC_KEYS, SERIAL, Story

NEW = "009033010299"
REPLACED_AT = 7
CALLS = range(1, 30)


def _story() -> Story:
    return Story().begin().add_device().allocate({"Port11": 20, "PRI": 4}).replace(NEW).recommission()


async def test_the_receipt_brings_the_certificate_of_the_generation_that_begins_for_the_same_key() -> None:
    story, outputs = _story(), MemoryOutputs()
    assert (await sign(story.values, outputs)).phase == "following"
    (signed,) = outputs.receipts[f"{SERIAL}/1"]
    receipt = return_receipt.verify(signed.content, public_keys=PUBLIC_KEYS)
    assert (receipt.credited, receipt.remaining) == ((), ())
    certificate = receipt.next_certificate()
    certificate.verify_directly_issued_by(KEYS.generation_ca_certificate)
    assert certificate.public_key() == story.boxes[SERIAL].key.public_key()


async def test_its_newest_file_is_empty_and_says_of_no_device_that_it_took_the_place() -> None:
    outputs = MemoryOutputs()
    await sign(_story().values, outputs)
    newest = outputs.files[SERIAL][-1]
    file = license_file.verify(newest.content, public_keys=PUBLIC_KEYS)
    assert (file.generation, file.issue, file.licenses) == (2, 4, ())
    assert published_file(newest).record().headers[-1][0] == "sha256"


async def test_without_a_document_of_the_box_nothing_is_signed() -> None:
    story = Story().begin().add_device().replace(NEW)
    event = story.a_recommissioning()
    outputs = MemoryOutputs()
    status = await sign(story.add(event.model_copy(update={"document": "PHg+"})).values, outputs)
    assert "return_document_wrong" in str(readiness([status]))
    assert f"{SERIAL}/1" not in outputs.receipts


async def test_nor_by_a_document_of_another_box() -> None:
    story = Story().begin().add_device().add_device("009033010298").replace(NEW)
    other = story.a_return("009033010298")
    event = story.a_recommissioning().model_copy(update={"document": other.document})
    outputs = MemoryOutputs()
    assert "return_document_wrong" in str(readiness([await sign(story.add(event).values, outputs)]))


@pytest.mark.parametrize("batch_size", [1, 100])
@pytest.mark.parametrize("when", ["before", "half", "after"])
async def test_a_crash_at_any_call_loses_neither_the_receipt_nor_the_newest_file(when: When, batch_size: int) -> None:
    """Where half of the swap's two files are out, the box's own may be skipped: the one after it is published first."""
    values, whole = _story().values, MemoryOutputs()
    await sign(values, whole)
    for allowed in CALLS:
        outputs = MemoryOutputs()
        await die(values, outputs, allowed, when, batch_size)
        await sign(values, outputs)
        assert_as_good_as(outputs, whole, outdated={(SERIAL, REPLACED_AT)})
