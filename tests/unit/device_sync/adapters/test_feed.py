"""What the feed makes of the signer's records; what they may not be is in the tests of contracts."""

import pytest

from contracts.documents.published import NotAPublishedDocument
from device_sync.adapters.feed import license_file_of, receipt_of
from runtime.kafka import Record
from tests.support.device_sync import file_row, last_file_row, receipt_row
from tests.support.documents import PUBLIC_KEYS, published_file, published_receipt


def _record(key: bytes, value: bytes | None, headers: tuple[tuple[str, bytes], ...]) -> Record:
    return Record("licensing.signer", 0, 0, key, value, headers, 0)


def test_a_file_and_a_receipt_are_stored_as_their_signed_bytes_say() -> None:
    file, last, receipt = file_row(ledger=3), last_file_row(), receipt_row("ab" * 32)
    assert license_file_of(_record(*published_file(file.document)), PUBLIC_KEYS) == file
    assert license_file_of(_record(*published_file(last.document)), PUBLIC_KEYS) == last
    assert receipt_of(_record(*published_receipt(receipt.document)), PUBLIC_KEYS) == receipt


def test_without_the_mark_the_last_file_of_a_device_is_refused() -> None:
    key, value, headers = published_file(last_file_row().document)
    with pytest.raises(NotAPublishedDocument, match="its header replaced-by"):
        license_file_of(_record(key, value, headers[:-1]), PUBLIC_KEYS)


def test_a_tombstone_takes_nothing_back() -> None:
    key, _, headers = published_file(file_row().document)
    with pytest.raises(NotAPublishedDocument, match="it is a tombstone"):
        license_file_of(_record(key, None, headers), PUBLIC_KEYS)
