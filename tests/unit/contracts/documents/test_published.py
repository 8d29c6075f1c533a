"""The records of the signer's two topics: golden ones, the way there and back, and what none of them may be."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.documents.published import (
    NotAPublishedDocument,
    PublishedLicenseFile,
    PublishedReturnReceipt,
    RemovedLicenseFile,
    RemovedReturnReceipt,
    decode_license_file,
    decode_return_receipt,
)
from contracts.identifiers import MAX_SEQUENCE
from contracts.topics import LICENSE_FILES, MAX_RECORD_BYTES, RETURN_RECEIPTS
from tests.support.documents import OTHER_SERIAL, SERIAL

ROOM = Path(__file__).resolve().parents[4] / "schemas" / "golden" / "published"
SUMS = {line[66:]: line[:64] for line in (ROOM / "SHA256SUMS").read_text().splitlines()}
GOLDEN: dict[str, dict[str, Any]] = {path.stem: json.loads(path.read_text()) for path in ROOM.glob("*.json")}
DECODE = {LICENSE_FILES.name: decode_license_file, RETURN_RECEIPTS.name: decode_return_receipt}
DOCUMENT = b"<document/>"
SHA256 = hashlib.sha256(DOCUMENT).hexdigest()
FILE = PublishedLicenseFile(
    serial=SERIAL, ledger=0, sequence=9, generation=1, issue=2, sha256=SHA256, document=DOCUMENT
)
RECEIPT = PublishedReturnReceipt(serial=SERIAL, ledger=0, sequence=12, generation=3, sha256=SHA256, document=DOCUMENT)

Raw = tuple[bytes, bytes | None, tuple[tuple[str, bytes], ...]]


def golden(name: str) -> Raw:
    one = GOLDEN[name]
    value = None if one["value"] is None else one["value"].encode()
    return one["key"].encode(), value, tuple((header, text.encode()) for header, text in one["headers"])


def decoded(name: str) -> object:
    return DECODE[GOLDEN[name]["topic"]](*golden(name))


def said(**headers: bytes | None) -> tuple[tuple[str, bytes], ...]:
    """The headers of FILE, with others in their place or (None) without them."""
    there: dict[str, bytes | None] = dict(FILE.record().headers)
    changed = there | {name.replace("_", "-"): value for name, value in headers.items()}
    return tuple((name, value) for name, value in changed.items() if value is not None)


def test_golden_records_are_the_bytes_they_always_were() -> None:
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in ROOM.glob("*.json")} == SUMS


@pytest.mark.parametrize("name", ["license-file", "last-license-file", "return-receipt"])
def test_a_golden_record_is_written_today_as_it_was_then(name: str) -> None:
    document = decoded(name)
    assert isinstance(document, PublishedLicenseFile | PublishedReturnReceipt)
    assert document.record() == golden(name)


def test_only_the_last_golden_file_says_who_took_its_place() -> None:
    files = decoded("license-file"), decoded("last-license-file")
    assert [one.replaced_by for one in files if isinstance(one, PublishedLicenseFile)] == [None, OTHER_SERIAL]


def test_a_golden_tombstone_takes_back_what_its_key_names() -> None:
    assert decoded("removed-license-file") == RemovedLicenseFile(serial=SERIAL)
    assert decoded("removed-return-receipt") == RemovedReturnReceipt(serial=SERIAL, generation=1)


serials = st.integers(0, 2**24 - 1).map(lambda number: f"009033{number:06x}")
sequences = st.integers(1, MAX_SEQUENCE)
generations = st.integers(1, 9_999)


@given(serials, st.integers(0, 999), sequences, generations, sequences, st.none() | serials, st.binary(min_size=1))
def test_a_license_file_comes_back_as_it_was(
    serial: str, ledger: int, sequence: int, generation: int, issue: int, replaced_by: str | None, document: bytes
) -> None:
    file = PublishedLicenseFile(
        serial=serial,
        ledger=ledger,
        sequence=sequence,
        generation=generation,
        issue=issue,
        sha256=hashlib.sha256(document).hexdigest(),
        replaced_by=replaced_by,
        document=document,
    )
    assert decode_license_file(*file.record()) == file


@given(serials, st.integers(0, 999), sequences, generations, st.binary(min_size=1))
def test_a_return_receipt_comes_back_as_it_was(
    serial: str, ledger: int, sequence: int, generation: int, document: bytes
) -> None:
    receipt = PublishedReturnReceipt(
        serial=serial,
        ledger=ledger,
        sequence=sequence,
        generation=generation,
        sha256=hashlib.sha256(document).hexdigest(),
        document=document,
    )
    assert decode_return_receipt(*receipt.record()) == receipt


@pytest.mark.parametrize("name", ["ledger", "sequence", "generation", "issue", "sha256"])
def test_each_header_but_the_mark_of_the_last_file_is_required(name: str) -> None:
    with pytest.raises(NotAPublishedDocument, match=f"it has no header {name}"):
        decode_license_file(SERIAL.encode(), DOCUMENT, said(**{name: None}))


@pytest.mark.parametrize("name", ["ledger", "sequence", "generation", "issue"])
@pytest.mark.parametrize("text", [b"", b"-1", b"+1", b"01", b"1.0", b"1 ", b"1\n", b"0x1", b"12345678901", b"\xff"])
def test_there_is_one_way_to_write_a_number(name: str, text: bytes) -> None:
    with pytest.raises(NotAPublishedDocument, match=f"its header {name} is no number"):
        decode_license_file(SERIAL.encode(), DOCUMENT, said(**{name: text}))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ledger", b"1000"),
        ("sequence", b"0"),
        ("sequence", b"2147483648"),
        ("generation", b"0"),
        ("generation", b"10000"),
        ("issue", b"0"),
        ("issue", b"2147483648"),
    ],
)
def test_a_number_has_bounds(name: str, text: bytes) -> None:
    with pytest.raises(NotAPublishedDocument, match=f"its {name} is wrong"):
        decode_license_file(SERIAL.encode(), DOCUMENT, said(**{name: text}))


@pytest.mark.parametrize("digest", [b"", b"00", SHA256.upper().encode(), hashlib.sha256(b"").hexdigest().encode()])
def test_the_digest_is_that_of_the_document(digest: bytes) -> None:
    with pytest.raises(NotAPublishedDocument, match="its header sha256 is not the digest of its document"):
        decode_license_file(SERIAL.encode(), DOCUMENT, said(sha256=digest))


@pytest.mark.parametrize("key", [None, b"", b"009034010203", b"00903301020", b"00903301020G", b"009033010203\n"])
def test_a_file_is_keyed_by_a_serial(key: bytes | None) -> None:
    for value in (DOCUMENT, None):
        with pytest.raises(NotAPublishedDocument, match="its key is no serial"):
            decode_license_file(key, value, said())


@pytest.mark.parametrize("mark", [b"", b"somebody", b"0090330102041", b"009033010204\n"])
def test_who_took_the_place_is_a_serial(mark: bytes) -> None:
    with pytest.raises(NotAPublishedDocument, match="its header replaced-by is no serial"):
        decode_license_file(SERIAL.encode(), DOCUMENT, said(replaced_by=mark))


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        (SERIAL, "its key is no serial/generation"),
        (f"{SERIAL}/", "its key is no serial/generation"),
        (f"{SERIAL}/x", "its key is no serial/generation"),
        (f"{SERIAL}/03", "its key is no serial/generation"),
        (f"{SERIAL}/3/4", "its key is no serial/generation"),
        ("x/3", "its key is no serial/generation"),
        (f"{SERIAL}/4", "its header generation is not that of its key"),
    ],
)
def test_a_receipt_is_keyed_by_a_serial_and_the_generation_that_it_is_for(key: str, reason: str) -> None:
    with pytest.raises(NotAPublishedDocument, match=f"^{reason}$"):
        decode_return_receipt(key.encode(), DOCUMENT, RECEIPT.record().headers)


@pytest.mark.parametrize("generation", [b"0", b"10000"])
def test_a_tombstone_names_a_generation_that_there_may_be(generation: bytes) -> None:
    with pytest.raises(NotAPublishedDocument, match="its key is no serial/generation"):
        decode_return_receipt(SERIAL.encode() + b"/" + generation, None, ())


def test_an_empty_value_is_no_tombstone() -> None:
    with pytest.raises(NotAPublishedDocument, match="it has no document"):
        decode_license_file(SERIAL.encode(), b"", said())


def test_a_document_is_bounded_for_who_writes_and_for_who_reads() -> None:
    whole, more = b"x" * MAX_RECORD_BYTES, b"x" * (MAX_RECORD_BYTES + 1)
    digest = hashlib.sha256(whole).hexdigest()
    file = decode_license_file(SERIAL.encode(), whole, said(sha256=digest.encode()))
    assert isinstance(file, PublishedLicenseFile)
    assert file.document == whole
    with pytest.raises(NotAPublishedDocument, match="131073 bytes"):
        decode_license_file(SERIAL.encode(), more, said())
    with pytest.raises(ValidationError, match="at most 131072 bytes"):
        PublishedLicenseFile.model_validate(dict(FILE) | {"document": more})


def test_of_a_header_that_stands_there_twice_the_last_counts() -> None:
    file = decode_license_file(SERIAL.encode(), DOCUMENT, (("issue", b"1"), *said()))
    assert file == FILE
