"""One entry, two files: the replacement's with all licenses, and the last one of the device that broke."""

from collections.abc import Mapping

import pytest

from contracts.documents import license_file
from contracts.documents.license_file import LicenseFile
from contracts.documents.signature_record import LicenseFileSigned
from signer.adapters.kafka_outputs import published_file
from signer.domain.documents import SignedLicenseFile
from tests.support.signer.memory import MemoryOutputs, When
from tests.support.signer.signing import assert_as_good_as, die, sign
from tests.support.signer.story import PUBLIC_KEYS, SERIAL, Story, is_proven

NEW = "009033010299"
REPLACED_AT = 7
CALLS = range(1, 24)


def _story() -> Story:
    """A device with licenses broke; its replacement gets one more."""
    story = Story().begin().add_device().allocate({"Port11": 20, "PRI": 4})
    return story.replace(NEW).allocate({"Port11": 1}, NEW)


async def _signed() -> MemoryOutputs:
    outputs = MemoryOutputs()
    status = await sign(_story().values, outputs)
    assert status.phase == "following"
    return outputs


def _of_the_swap(outputs: MemoryOutputs, serial: str) -> SignedLicenseFile:
    (file,) = [one for one in outputs.files[serial] if one.record.sequence == REPLACED_AT]
    return file


def _said(file: SignedLicenseFile) -> tuple[LicenseFile, Mapping[str, int]]:
    verified = license_file.verify(file.content, public_keys=PUBLIC_KEYS)
    return verified, {line.license_type: line.count for line in verified.licenses}


async def test_the_replacements_first_file_has_all_licenses_and_the_former_ones_last_file_has_none() -> None:
    outputs = await _signed()
    new, licenses = _said(_of_the_swap(outputs, NEW))
    former, none = _said(_of_the_swap(outputs, SERIAL))
    assert (new.generation, new.issue, licenses) == (1, 1, {"Port11": 20, "PRI": 4})
    assert (former.generation, former.issue, none) == (2, 3, {})
    assert outputs.files[SERIAL][-1] == _of_the_swap(outputs, SERIAL)


async def test_both_files_carry_the_same_proof_of_the_same_entry() -> None:
    outputs = await _signed()
    new, _ = _said(_of_the_swap(outputs, NEW))
    former, _ = _said(_of_the_swap(outputs, SERIAL))
    assert new.proof == former.proof
    assert is_proven(new)
    assert is_proven(former)


async def test_both_signatures_are_recorded_for_audit() -> None:
    outputs = await _signed()
    recorded = [one for one in outputs.audit if isinstance(one, LicenseFileSigned) and one.sequence == REPLACED_AT]
    assert recorded == [_of_the_swap(outputs, serial).record for serial in (NEW, SERIAL)]


async def test_only_the_former_devices_file_says_by_its_header_who_took_its_place() -> None:
    outputs = await _signed()
    assert published_file(_of_the_swap(outputs, SERIAL)).record().headers[-1] == ("replaced-by", NEW.encode())
    others = (*outputs.files[NEW], *outputs.files[SERIAL][:-1])
    assert [published_file(one).record().headers[-1][0] for one in others] == ["sha256"] * 4


@pytest.mark.parametrize("batch_size", [1, 100])
@pytest.mark.parametrize("when", ["before", "half", "after"])
async def test_a_crash_at_any_call_loses_neither_of_the_two(when: When, batch_size: int) -> None:
    values, whole = _story().values, await _signed()
    for allowed in CALLS:
        outputs = MemoryOutputs()
        await die(values, outputs, allowed, when, batch_size)
        await sign(values, outputs)
        assert_as_good_as(outputs, whole)


@pytest.mark.parametrize(("lost", "kept"), [(SERIAL, NEW), (NEW, SERIAL)])
async def test_where_one_of_the_two_is_lost_only_that_one_is_made_again(lost: str, kept: str) -> None:
    whole, outputs = await _signed(), await _signed()
    outputs.lose_files(lost)
    await sign(_story().values, outputs)
    assert outputs.files[lost] == whole.files[lost]
    assert outputs.files[kept] == whole.files[kept]
