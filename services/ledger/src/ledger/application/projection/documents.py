"""What the signer publishes, read from its records: license files and return receipts, by their signed bytes."""

from collections.abc import Callable
from typing import NamedTuple

from contracts.documents.license_keys import LicenseKeys
from contracts.documents.published import decode_license_file, decode_return_receipt
from runtime.kafka import Record


class LicenseFileRow(NamedTuple):
    ledger: int
    serial: str
    generation: int
    issue: int
    sequence: int
    sha256: str
    document: bytes


class ReceiptRow(NamedTuple):
    """`generation` is the one that was given back."""

    ledger: int
    serial: str
    generation: int
    sequence: int
    sha256: str
    document: bytes


Document = LicenseFileRow | ReceiptRow
"""What a record does to the rows: of one ledger and device the newest sequence stays."""
ReadDocument = Callable[[Record, LicenseKeys], Document]


def license_file(record: Record, trusted: LicenseKeys) -> LicenseFileRow:
    """Read a record of signer.license-files; raises NotAPublishedDocument."""
    file = decode_license_file(record.key, record.value, record.headers, trusted=trusted)
    return LicenseFileRow(
        file.ledger, file.serial, file.generation, file.issue, file.sequence, file.sha256, file.document
    )


def return_receipt(record: Record, trusted: LicenseKeys) -> ReceiptRow:
    """Read a record of signer.return-receipts; raises NotAPublishedDocument."""
    receipt = decode_return_receipt(record.key, record.value, record.headers, trusted=trusted)
    return ReceiptRow(
        receipt.ledger, receipt.serial, receipt.generation, receipt.sequence, receipt.sha256, receipt.document
    )
