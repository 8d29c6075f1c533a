"""What the projector makes of the signer's records; what they may not be is in the tests of contracts."""

import pytest

from contracts.documents.published import NotAPublishedDocument
from ledger.application.projection.documents import LicenseFileRow, ReceiptRow, license_file, return_receipt
from runtime.kafka import Record
from tests.support.device_sync import file_row, receipt_row
from tests.support.documents import PUBLIC_KEYS, SERIAL, published_file, published_receipt


def _record(key: bytes, value: bytes | None, headers: tuple[tuple[str, bytes], ...]) -> Record:
    return Record("files", 0, 0, key, value, headers, 0)


def test_a_license_file_becomes_the_row_that_its_signed_bytes_say() -> None:
    file = file_row(ledger=3)
    expected = LicenseFileRow(3, SERIAL, 1, 2, 9, file.sha256, file.document)
    assert license_file(_record(*published_file(file.document)), PUBLIC_KEYS) == expected


def test_a_receipt_becomes_the_row_of_the_generation_that_was_given_back() -> None:
    record = published_receipt(receipt_row("ab" * 32, ledger=3).document)
    row = return_receipt(_record(*record), PUBLIC_KEYS)
    assert row == ReceiptRow(3, SERIAL, 1, 12, dict(record.headers)["sha256"].decode(), record.value)


def test_what_nobody_signed_is_no_row() -> None:
    key, _, headers = published_file(file_row().document)
    for value in (None, b"<file/>"):
        with pytest.raises(NotAPublishedDocument):
            license_file(_record(key, value, headers), PUBLIC_KEYS)
