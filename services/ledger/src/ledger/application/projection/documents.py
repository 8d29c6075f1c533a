"""What the signer publishes, read from its records: license files and return receipts, as bytes."""

from typing import NamedTuple

from contracts.documents.published import (
    NotAPublishedDocument,
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


Document = LicenseFileRow | ReceiptRow


def license_file(record: Record) -> LicenseFileRow:
    """Read a record of signer.license-files; raises NotAPublishedDocument."""
    file = decode_license_file(record.key, record.value, record.headers)
    if isinstance(file, RemovedLicenseFile):
        raise NotAPublishedDocument("it has no document")
    return LicenseFileRow(file.serial, file.generation, file.issue, file.sequence, file.sha256, file.document)


def return_receipt(record: Record) -> ReceiptRow:
    """Read a record of signer.return-receipts; raises NotAPublishedDocument."""
    receipt = decode_return_receipt(record.key, record.value, record.headers)
    if isinstance(receipt, RemovedReturnReceipt):
        raise NotAPublishedDocument("it has no document")
    return ReceiptRow(receipt.serial, receipt.generation, receipt.sequence, receipt.sha256, receipt.document)
