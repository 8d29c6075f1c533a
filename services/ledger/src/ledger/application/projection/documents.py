"""What the signer publishes, read from its records: license files and return receipts, as bytes."""

import hashlib
import re
from typing import NamedTuple

from contracts.identifiers import SERIAL_PATTERN
from runtime.kafka import Record

_SERIAL = re.compile(SERIAL_PATTERN)
_RECEIPT_KEY = re.compile(rf"{SERIAL_PATTERN.rstrip('$')}/([1-9][0-9]{{0,3}})$")
_NUMBER = re.compile(rb"[1-9][0-9]{0,9}")


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


class NotADocument(ValueError):  # noqa: N818 - states the world
    """A record of the signer's topics that cannot be what it should be; the message says why."""


def license_file(record: Record) -> LicenseFileRow:
    """Read a record of signer.license-files: key = serial; headers sequence, generation, issue and sha256."""
    key = (record.key or b"").decode("ascii", "replace")
    if not _SERIAL.fullmatch(key):
        raise NotADocument("its key is no serial")
    document, digest = _document(record)
    generation, issue, sequence = (_number(record, name) for name in ("generation", "issue", "sequence"))
    return LicenseFileRow(key, generation, issue, sequence, digest, document)


def return_receipt(record: Record) -> ReceiptRow:
    """Read a record of signer.return-receipts: key = serial/generation; headers sequence and sha256."""
    match = _RECEIPT_KEY.fullmatch((record.key or b"").decode("ascii", "replace"))
    if match is None:
        raise NotADocument("its key is no serial/generation")
    document, digest = _document(record)
    serial = match[0].partition("/")[0]
    return ReceiptRow(serial, int(match[1]), _number(record, "sequence"), digest, document)


def _document(record: Record) -> tuple[bytes, str]:
    if not record.value:
        raise NotADocument("it has no document")
    digest = hashlib.sha256(record.value).hexdigest()
    if record.header("sha256") != digest.encode():
        raise NotADocument("its header sha256 is not the digest of its document")
    return record.value, digest


def _number(record: Record, name: str) -> int:
    raw = record.header(name) or b""
    if not _NUMBER.fullmatch(raw) or int(raw) > 2_147_483_647:
        raise NotADocument(f"its header {name} is no positive number")
    return int(raw)
