"""What the feed makes of the signer's license files, record by record."""

import pytest

from contracts.documents.published import NotAPublishedDocument
from device_sync.adapters.feed import license_file_of
from device_sync.application.ports import LicenseFileRow
from runtime.kafka import Headers, Record
from tests.support.device_sync import file_row, last_file_row
from tests.support.documents import OTHER_SERIAL, SERIAL


def _record(row: LicenseFileRow, *more: tuple[str, bytes]) -> Record:
    """The row as the signer writes it, with `more` headers."""
    headers: Headers = (
        ("ledger", b"%d" % row.ledger),
        ("sequence", b"%d" % row.sequence),
        ("generation", b"%d" % row.generation),
        ("issue", b"%d" % row.issue),
        ("sha256", row.sha256.encode()),
        *more,
    )
    return Record("licensing.signer.license-files", 0, 0, SERIAL.encode(), row.document, headers, 0)


def test_a_file_without_the_mark_is_of_a_device_that_nobody_replaced() -> None:
    assert license_file_of(_record(file_row())) == file_row()


def test_the_mark_of_the_last_file_says_who_took_the_devices_place() -> None:
    assert license_file_of(_record(last_file_row(), ("replaced-by", OTHER_SERIAL.encode()))) == last_file_row()


@pytest.mark.parametrize("mark", [b"", b"somebody", b"00903301020", b"00903301020G", b"\xff", b"0090330102041"])
def test_a_mark_that_is_no_serial_is_poison(mark: bytes) -> None:
    with pytest.raises(NotAPublishedDocument, match="header replaced-by is no"):
        license_file_of(_record(last_file_row(), ("replaced-by", mark)))
