import hashlib

import pytest

from contracts.documents.published import NotAPublishedDocument, RemovedLicenseFile, RemovedReturnReceipt
from ledger.application.projection.documents import LicenseFileRow, ReceiptRow, license_file, return_receipt
from runtime.kafka import Record

DOCUMENT = b"<file/>"


def record(key: bytes | None = b"009033010203", value: bytes | None = DOCUMENT, **headers: bytes) -> Record:
    said = {"ledger": b"0", "sequence": b"7", "generation": b"1", "issue": b"2", "sha256": _digest(DOCUMENT)} | headers
    return Record("files", 0, 0, key, value, tuple(said.items()), 0)


def _digest(document: bytes) -> bytes:
    return hashlib.sha256(document).hexdigest().encode()


def test_a_license_file_is_read_with_its_place() -> None:
    row = license_file(record())

    assert isinstance(row, LicenseFileRow)
    assert (row.serial, row.generation, row.issue, row.sequence) == ("009033010203", 1, 2, 7)
    assert row.document == DOCUMENT


def test_a_tombstone_removes_what_its_key_names() -> None:
    assert license_file(record(value=None)) == RemovedLicenseFile(serial="009033010203")
    assert return_receipt(record(key=b"009033010203/12", value=None)) == RemovedReturnReceipt(
        serial="009033010203", generation=12
    )


def test_a_receipt_is_keyed_by_serial_and_spent_generation() -> None:
    row = return_receipt(record(key=b"009033010203/12", generation=b"12"))

    assert isinstance(row, ReceiptRow)
    assert (row.serial, row.generation, row.sequence) == ("009033010203", 12, 7)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (record(key=None), "key is no serial"),
        (record(key=b"009034010203"), "key is no serial"),
        (record(key=b"009033010203\n"), "key is no serial"),
        (record(key=b"\xff" * 12), "key is no ASCII"),
        (record(value=b""), "no document"),
        (record(value=b"<other/>"), "digest"),
        (record(sha256=b"\xff"), "header sha256 is no ASCII"),
        (record(sequence=b"0"), "sequence is wrong"),
        (record(sequence=b"2147483648"), "sequence is wrong"),
        (record(issue=b"-1"), "header issue is no number"),
        (record(generation=b"1.5"), "header generation is no number"),
    ],
)
def test_what_cannot_be_a_license_file_says_why(wrong: Record, reason: str) -> None:
    with pytest.raises(NotAPublishedDocument, match=reason):
        license_file(wrong)


@pytest.mark.parametrize("key", [b"009033010203", b"009033010203/0", b"009033010203/1/2", b"x/1", None])
def test_a_receipt_with_another_key_is_refused(key: bytes | None) -> None:
    with pytest.raises(NotAPublishedDocument, match="serial/generation"):
        return_receipt(record(key=key))
