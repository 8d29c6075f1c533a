"""The records of the signer's two topics: golden ones, the way there and back, and what none of them may be."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.documents import license_file
from contracts.documents.published import (
    NotAPublishedDocument,
    PublishedLicenseFile,
    PublishedRecord,
    PublishedReturnReceipt,
    decode_license_file,
    decode_return_receipt,
)
from contracts.documents.xmldsig import key_id, signer
from contracts.topics import LICENSE_FILES, MAX_RECORD_BYTES
from tests.support.device_sync import file_row, last_file_row, receipt_row
from tests.support.documents import (
    FILE,
    LICENSE_KEY_ID,
    OTHER_SERIAL,
    PUBLIC_KEYS,
    SERIAL,
    STRANGER_KEY,
    published_file,
    published_receipt,
    signed_file,
)

ROOM = Path(__file__).resolve().parents[4] / "schemas" / "golden" / "published"
SUMS = {line[66:]: line[:64] for line in (ROOM / "SHA256SUMS").read_text().splitlines()}
GOLDEN: dict[str, dict[str, Any]] = {path.stem: json.loads(path.read_text()) for path in ROOM.glob("*.json")}
RECORD = published_file(signed_file())
LAST = published_file(last_file_row().document)
RECEIPT = published_receipt(receipt_row("ab" * 32).document)


def golden(name: str) -> PublishedRecord:
    one = GOLDEN[name]
    headers = tuple((header, text.encode()) for header, text in one["headers"])
    return PublishedRecord(one["key"].encode(), one["value"].encode(), headers)


def decoded(name: str) -> PublishedLicenseFile | PublishedReturnReceipt:
    decode = decode_license_file if GOLDEN[name]["topic"] == LICENSE_FILES.name else decode_return_receipt
    return decode(*golden(name), trusted=PUBLIC_KEYS)


def read(record: PublishedRecord) -> PublishedLicenseFile:
    return decode_license_file(*record, trusted=PUBLIC_KEYS)


def saying(record: PublishedRecord, **said: bytes | None) -> PublishedRecord:
    """The record with other headers in their place or (None) without them."""
    there: dict[str, bytes | None] = {name.replace("-", "_"): value for name, value in record.headers}
    changed = there | said
    return record._replace(
        headers=tuple((name.replace("_", "-"), value) for name, value in changed.items() if value is not None)
    )


def forged(document: bytes, sequence: int = 2_147_483_647) -> PublishedRecord:
    """A record whose key and headers are in order, whatever the document is."""
    digest = hashlib.sha256(document).hexdigest().encode()
    return saying(RECORD._replace(value=document), sequence=b"%d" % sequence, sha256=digest)


def by_another_key(named: str) -> bytes:
    file = FILE.model_copy(update={"sequence": 2_147_483_647})
    return license_file.build(file, key_id=named, sign=signer(STRANGER_KEY))


def test_golden_records_are_the_bytes_they_always_were() -> None:
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in ROOM.glob("*.json")} == SUMS


@pytest.mark.parametrize("name", ["license-file", "last-license-file", "return-receipt"])
def test_a_golden_record_is_written_today_as_it_was_then(name: str) -> None:
    assert decoded(name).record() == golden(name)


def test_what_a_golden_record_says_is_read_from_its_signed_bytes() -> None:
    file, last, receipt = decoded("license-file"), decoded("last-license-file"), decoded("return-receipt")
    assert isinstance(file, PublishedLicenseFile)
    assert isinstance(last, PublishedLicenseFile)
    assert isinstance(receipt, PublishedReturnReceipt)
    assert (file.ledger, file.serial, file.generation, file.issue, file.sequence) == (0, SERIAL, 1, 2, 9)
    assert (file.replaced_by, last.replaced_by) == (None, OTHER_SERIAL)
    assert (receipt.serial, receipt.generation, receipt.sequence, receipt.document_digest) == (SERIAL, 1, 12, "ab" * 32)


@given(st.integers(0, 999), st.integers(1, 2_147_483_647), st.integers(1, 9_999), st.integers(1, 2_147_483_647))
def test_a_license_file_comes_back_as_it_was_under_the_key_of_its_ledger(
    ledger: int, sequence: int, generation: int, issue: int
) -> None:
    said = {"ledger": ledger, "sequence": sequence, "generation": generation, "issue": issue}
    record = published_file(signed_file(FILE.model_copy(update=said)))
    file = read(record)
    assert file.model_dump(include=set(said)) == said
    assert record.key == f"{ledger}/{SERIAL}".encode()


def test_two_ledgers_with_one_serial_have_two_keys() -> None:
    keys = {published_file(file_row(ledger=ledger).document).key for ledger in (0, 1)}
    assert keys == {f"0/{SERIAL}".encode(), f"1/{SERIAL}".encode()}
    assert published_receipt(receipt_row("ab" * 32, ledger=1).document).key == f"1/{SERIAL}/1".encode()


ATTACKS: dict[str, Callable[[], PublishedRecord]] = {
    "junk with headers in order": lambda: forged(b"<evil></evil>"),
    "junk with a signature from elsewhere": lambda: forged(b"<evil></evil>" + signed_file()[-900:]),
    "signed by another key under its own name": lambda: forged(by_another_key(key_id(STRANGER_KEY.public_key()))),
    "signed by another key under the name of ours": lambda: forged(by_another_key(LICENSE_KEY_ID)),
    "one byte of a real file changed": lambda: forged(signed_file().replace(b'count="20"', b'count="29"'), 9),
    "a real file with white space": lambda: forged(signed_file() + b"\n", 9),
    "a real file with an XML declaration": lambda: forged(b'<?xml version="1.0"?>' + signed_file(), 9),
    "a real file twice": lambda: forged(signed_file() * 2, 9),
    "a receipt among files": lambda: forged(receipt_row("ab" * 32).document, 12),
    "a real file of another device": lambda: published_file(file_row(serial=OTHER_SERIAL).document)._replace(
        key=RECORD.key
    ),
    "a real file of another ledger": lambda: published_file(file_row(ledger=1).document)._replace(key=RECORD.key),
    "a real file under a key without its ledger": lambda: RECORD._replace(key=SERIAL.encode()),
    "a higher sequence beside a real file": lambda: saying(RECORD, sequence=b"2147483647"),
    "another issue beside a real file": lambda: saying(RECORD, issue=b"3"),
    "a number in another form": lambda: saying(RECORD, issue=b"02"),
    "a mark on a file of a device that stands": lambda: saying(RECORD, replaced_by=OTHER_SERIAL.encode()),
    "another mark on the last file": lambda: saying(LAST, replaced_by=SERIAL.encode()),
    "no mark on the last file": lambda: saying(LAST, replaced_by=None),
    "a header twice, alike": lambda: RECORD._replace(headers=(*RECORD.headers, RECORD.headers[1])),
    "a header twice, the first a lie": lambda: RECORD._replace(headers=(("issue", b"9"), *RECORD.headers)),
    "a header twice, the last a lie": lambda: RECORD._replace(headers=(*RECORD.headers, ("issue", b"9"))),
    "no headers": lambda: RECORD._replace(headers=()),
    "an empty value": lambda: forged(b"", 9),
    "no UTF-8": lambda: forged(b"\xff" * 100, 9),
    "no ASCII in the key": lambda: RECORD._replace(key=b"\xff" * 12),
    "more than a record may have": lambda: forged(b"x" * (MAX_RECORD_BYTES + 1)),
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_nothing_but_what_a_trusted_key_signed_is_read(attack: Callable[[], PublishedRecord]) -> None:
    with pytest.raises(NotAPublishedDocument):
        read(attack())


def test_a_tombstone_takes_nothing_back() -> None:
    for decode, record in ((decode_license_file, RECORD), (decode_return_receipt, RECEIPT)):
        with pytest.raises(NotAPublishedDocument, match="it is a tombstone"):
            decode(record.key, None, (), trusted=PUBLIC_KEYS)


def test_a_key_or_header_that_is_null_is_refused() -> None:
    nothing: Any = None
    with pytest.raises(NotAPublishedDocument, match="its key is not"):
        decode_license_file(None, RECORD.value, RECORD.headers, trusted=PUBLIC_KEYS)
    headers = tuple((name, nothing if name == "issue" else value) for name, value in RECORD.headers)
    with pytest.raises(NotAPublishedDocument, match="its header issue"):
        decode_license_file(RECORD.key, RECORD.value, headers, trusted=PUBLIC_KEYS)


@pytest.mark.parametrize("name", ["ledger", "sequence", "generation", "sha256"])
def test_each_header_of_a_receipt_says_what_its_signed_bytes_say(name: str) -> None:
    for wrong in (None, b"7"):
        with pytest.raises(NotAPublishedDocument, match=f"its header {name} is missing, repeated or not"):
            decode_return_receipt(*saying(RECEIPT, **{name: wrong}), trusted=PUBLIC_KEYS)


@pytest.mark.parametrize("key", [f"0/{SERIAL}", f"0/{SERIAL}/2", f"1/{SERIAL}/1", f"{SERIAL}/1", f"0/{SERIAL}/01"])
def test_a_receipt_lies_under_its_ledger_serial_and_generation(key: str) -> None:
    with pytest.raises(NotAPublishedDocument, match="its key is not"):
        decode_return_receipt(key.encode(), RECEIPT.value, RECEIPT.headers, trusted=PUBLIC_KEYS)


def test_headers_of_others_beside_ours_are_nothing_to_us() -> None:
    more = RECORD._replace(headers=(("traceparent", b"00-1"), *RECORD.headers, ("traceparent", b"00-2")))
    assert read(more) == read(RECORD)


def test_each_of_several_trusted_keys_is_believed_and_a_key_that_was_taken_away_is_not() -> None:
    stranger = key_id(STRANGER_KEY.public_key())
    both = {**PUBLIC_KEYS, stranger: STRANGER_KEY.public_key()}
    new = forged(by_another_key(stranger))
    assert decode_license_file(*RECORD, trusted=both).sequence == 9
    assert decode_license_file(*new, trusted=both).sequence == 2_147_483_647
    with pytest.raises(NotAPublishedDocument, match="is not a trusted one"):
        decode_license_file(*RECORD, trusted={stranger: STRANGER_KEY.public_key()})


@given(st.integers(0, len(RECORD.value) - 1), st.integers(1, 255))
def test_a_file_with_any_other_byte_is_refused(at: int, change: int) -> None:
    changed = bytearray(RECORD.value)
    changed[at] ^= change
    with pytest.raises(NotAPublishedDocument):
        read(forged(bytes(changed), 9))


def test_a_document_is_bounded_for_who_writes() -> None:
    with pytest.raises(ValidationError, match="at most 131072 bytes"):
        PublishedLicenseFile.model_validate(dict(read(RECORD)) | {"document": b"x" * (MAX_RECORD_BYTES + 1)})
