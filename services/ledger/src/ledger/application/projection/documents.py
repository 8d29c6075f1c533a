"""What the signer publishes, read from its records: license files and return receipts, as bytes."""

from typing import NamedTuple

from contracts.documents.published import (
    RemovedLicenseFile,
    RemovedReturnReceipt,
    decode_license_file,
    decode_return_receipt,
)
from runtime.kafka import Record


class LicenseFileRow(NamedTuple):
    serial: str
    generation: int
    issue: int
    sequence: int
    sha256: str
    document: bytes


class ReceiptRow(NamedTuple):
    """`generation` is the one that was given back."""

    serial: str
    generation: int
    sequence: int
    sha256: str
    document: bytes


Document = LicenseFileRow | ReceiptRow | RemovedLicenseFile | RemovedReturnReceipt
"""What a record does to the rows: a document replaces an older one of its key, and a tombstone removes it."""


def license_file(record: Record) -> LicenseFileRow | RemovedLicenseFile:
    """Read a record of signer.license-files; raises NotAPublishedDocument."""
    file = decode_license_file(record.key, record.value, record.headers)
    if isinstance(file, RemovedLicenseFile):
        return file
    return LicenseFileRow(file.serial, file.generation, file.issue, file.sequence, file.sha256, file.document)


def return_receipt(record: Record) -> ReceiptRow | RemovedReturnReceipt:
    """Read a record of signer.return-receipts; raises NotAPublishedDocument."""
    receipt = decode_return_receipt(record.key, record.value, record.headers)
    if isinstance(receipt, RemovedReturnReceipt):
        return receipt
    return ReceiptRow(receipt.serial, receipt.generation, receipt.sequence, receipt.sha256, receipt.document)
