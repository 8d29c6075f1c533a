from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.documents import license_file, return_receipt
from contracts.documents.license_file import LicenseFile, LicenseFileNotForUs, Proof, require_for, require_not_older
from contracts.documents.license_lines import LicenseLine, ending_lines_of, lines_of
from contracts.documents.xml import DocumentMalformed
from contracts.licenses import MAX_LOTS, Licenses, Lot, TestLicenses
from contracts.log.entries import MAX_ENTRY_BYTES
from tests.support.documents import (
    DEVICE_KEY,
    FILE,
    OTHER_SERIAL,
    PUBLIC_KEYS,
    RECEIPT,
    SERIAL,
    factory,
    second_generation,
    signed_file,
    signed_receipt,
)


def test_a_file_for_this_device_and_generation_is_taken() -> None:
    require_for(FILE, serial=SERIAL, generation=1)
    require_not_older(FILE, than_issue=2)


def test_a_file_of_another_device_is_refused() -> None:
    with pytest.raises(LicenseFileNotForUs) as refused:
        require_for(FILE, serial=OTHER_SERIAL, generation=1)

    assert refused.value.code == "certificate_serial_mismatch"


def test_a_saved_file_of_a_spent_generation_is_refused() -> None:
    with pytest.raises(LicenseFileNotForUs) as refused:
        require_for(FILE, serial=SERIAL, generation=2)

    assert refused.value.code == "certificate_invalidated"


def test_an_older_file_is_refused() -> None:
    with pytest.raises(LicenseFileNotForUs) as refused:
        require_not_older(FILE, than_issue=3)

    assert refused.value.code == "license_file_superseded"


def test_the_biggest_possible_file_is_below_its_bound() -> None:
    lots = [Lot(license_type=f"Abcdefghijklmnopqrstuvw{n}", license_class="gateway", count=10**9) for n in range(100)]
    test = TestLicenses(
        version=11,
        slave=False,
        count=250,
        issued_on=date(2026, 11, 24),
        expires=date(2027, 2, 23),
        licenses=tuple(Licenses(license_type=f"Abcdefghijklmnopqrstuvw{n}", count=250) for n in range(100)),
    )
    proof = Proof(entry=b"\xff" * MAX_ENTRY_BYTES, tlog_proof="x" * license_file.MAX_PROOF_CHARACTERS)
    biggest = FILE.model_copy(update={"licenses": (*lines_of(lots), *ending_lines_of(test)), "proof": proof})

    assert license_file.verify(signed_file(biggest), public_keys=PUBLIC_KEYS) == biggest


def test_no_file_has_more_lines_than_an_event_has_lots_and_a_test_has_types() -> None:
    line = LicenseLine(license_type="Port11", license_class="pbx", count=1)

    with pytest.raises(ValidationError):
        LicenseFile.model_validate(dict(FILE) | {"licenses": (line,) * (2 * MAX_LOTS + 1)})


def test_a_receipt_for_this_return_is_taken_and_any_other_refused() -> None:
    return_receipt.require_for(RECEIPT, serial=SERIAL, generation=1)

    with pytest.raises(LicenseFileNotForUs):
        return_receipt.require_for(RECEIPT, serial=SERIAL, generation=2)
    with pytest.raises(LicenseFileNotForUs):
        return_receipt.require_for(RECEIPT, serial=OTHER_SERIAL, generation=1)


def test_a_receipt_carries_the_certificate_of_the_next_generation() -> None:
    receipt = return_receipt.verify(signed_receipt(), public_keys=PUBLIC_KEYS)

    assert receipt.next_certificate() == second_generation()
    assert receipt.next_certificate().public_key() == DEVICE_KEY.public_key()


def test_a_receipt_with_a_certificate_of_another_generation_is_refused() -> None:
    wrong = RECEIPT.model_copy(update={"certificate": return_receipt.der(factory())})

    with pytest.raises(DocumentMalformed, match="next generation"):
        return_receipt.verify(signed_receipt(wrong), public_keys=PUBLIC_KEYS)


def test_a_receipt_with_something_else_than_a_certificate_is_refused() -> None:
    wrong = RECEIPT.model_copy(update={"certificate": b"x" * 100})

    with pytest.raises(DocumentMalformed, match="not a device certificate"):
        return_receipt.verify(signed_receipt(wrong), public_keys=PUBLIC_KEYS)


lines = st.builds(
    LicenseLine,
    license_type=st.sampled_from(["Port11", "BRI", "WE-12", "PORT8*20"]),
    license_class=st.sampled_from(["pbx", "gateway", "warranty", "service"]),
    count=st.integers(1, 10**9),
    expires=st.none() | st.dates().map(str),
)
files = st.builds(
    LicenseFile,
    serial=st.from_regex(r"009033[0-9a-f]{6}", fullmatch=True),
    generation=st.integers(1, 9999),
    issue=st.integers(1, 2**31 - 1),
    ledger=st.integers(0, 999),
    sequence=st.integers(1, 2**31 - 1),
    issued=st.just("2026-11-24T10:00:00Z"),
    licenses=st.lists(lines, max_size=10).map(tuple),
    proof=st.builds(
        Proof,
        entry=st.binary(min_size=2, max_size=200),
        tlog_proof=st.text(
            st.characters(min_codepoint=32, max_codepoint=126) | st.sampled_from("\n\u2014"), max_size=100
        ),
    ),
)


@given(files)
def test_whatever_is_signed_comes_out_as_it_went_in(file: LicenseFile) -> None:
    assert license_file.verify(signed_file(file), public_keys=PUBLIC_KEYS) == file
    assert license_file.verify_verbatim(signed_file(file), public_keys=PUBLIC_KEYS) == file
