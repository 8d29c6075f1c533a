"""License files and return receipts as the records of the signer's two topics, key and headers included.

One codec and one set of rules for the signer that writes them and for all who read them. A record is not true because
it lies in Kafka: what it holds is read from the bytes that a trusted license key signed. Key and headers only say the
same again, for who looks without parsing, and have to agree to the letter. So nothing that can be written beside a
document (another key, another number, a mark) has any power, and neither has a record without a document: a tombstone
is signed by nobody, and takes nothing back.

Both topics are compacted. Of the documents of one key the newest sequence counts, whichever lies last.
"""

import hashlib
from collections.abc import Iterable
from typing import Annotated, NamedTuple

from pydantic import Field

from contracts.documents import license_file, return_receipt
from contracts.documents.license_file import LicenseFile
from contracts.documents.license_keys import LicenseKeys
from contracts.documents.xml import DocumentRefused
from contracts.identifiers import SERIAL_PATTERN, Generation, Issue, LedgerNumber, Sequence, Serial, Sha256
from contracts.models import WireModel
from contracts.topics import MAX_RECORD_BYTES

Headers = Iterable[tuple[str, bytes]]
Content = Annotated[bytes, Field(min_length=1, max_length=MAX_RECORD_BYTES)]

FILE_KEY = rf"^(0|[1-9][0-9]{{0,2}})/{SERIAL_PATTERN.strip('^$')}$"
RECEIPT_KEY = rf"{FILE_KEY.rstrip('$')}/[1-9][0-9]{{0,3}}$"
FILE_HEADERS = ("ledger", "sequence", "generation", "issue", "sha256", "replaced-by")
"""In the order in which they are written; the last one only where another device took the place of this one."""
RECEIPT_HEADERS = ("ledger", "sequence", "generation", "sha256")


class NotAPublishedDocument(ValueError):  # noqa: N818 - states the world
    """A record of the signer's topics that is no document of the signer; the message says why."""


class PublishedRecord(NamedTuple):
    """A document as a producer sends it."""

    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


class PublishedLicenseFile(WireModel):
    """A record of signer.license-files: the newest license file of a device, under its ledger and serial.

    `sequence` is the entry behind it. `replaced_by` makes it the last one of its device: another took its place.
    """

    serial: Serial
    ledger: LedgerNumber
    sequence: Sequence
    generation: Generation
    issue: Issue
    sha256: Sha256
    replaced_by: Serial | None = None
    document: Content

    def record(self) -> PublishedRecord:
        """The record as it is written."""
        key = file_key(self.ledger, self.serial)
        return PublishedRecord(key.encode(), self.document, _written(self, FILE_HEADERS))


class PublishedReturnReceipt(WireModel):
    """A record of signer.return-receipts, under ledger, serial and the generation that was given back.

    `document_digest` is that of the return document that it is for; no header says it.
    """

    serial: Serial
    ledger: LedgerNumber
    sequence: Sequence
    generation: Generation
    sha256: Sha256
    document_digest: Sha256
    document: Content

    def record(self) -> PublishedRecord:
        """The record as it is written."""
        key = receipt_key(self.ledger, self.serial, self.generation)
        return PublishedRecord(key.encode(), self.document, _written(self, RECEIPT_HEADERS))


def file_key(ledger: int, serial: str) -> str:
    """The key of a device's license files: two ledgers may know a device of one serial."""
    return f"{ledger}/{serial}"


def receipt_key(ledger: int, serial: str, generation: int) -> str:
    """The key of the receipt for the return of this generation."""
    return f"{ledger}/{serial}/{generation}"


def decode_license_file(
    key: bytes | None, value: bytes | None, headers: Headers, *, trusted: LicenseKeys
) -> PublishedLicenseFile:
    """Read a record of signer.license-files; raises NotAPublishedDocument."""
    return decode_whole_license_file(key, value, headers, trusted=trusted)[0]


def decode_whole_license_file(
    key: bytes | None, value: bytes | None, headers: Headers, *, trusted: LicenseKeys
) -> tuple[PublishedLicenseFile, LicenseFile]:
    """The same with all that the file says, its proof included; raises NotAPublishedDocument."""
    document = _document(value)
    try:
        file = license_file.verify_verbatim(document, public_keys=trusted)
        published = _published(file, document)
    except DocumentRefused as error:
        raise NotAPublishedDocument(str(error)) from None
    _require_the_same(published.record(), key, headers, FILE_HEADERS)
    return published, file


def decode_return_receipt(
    key: bytes | None, value: bytes | None, headers: Headers, *, trusted: LicenseKeys
) -> PublishedReturnReceipt:
    """Read a record of signer.return-receipts; raises NotAPublishedDocument."""
    try:
        receipt = open_return_receipt(_document(value), trusted=trusted)
    except DocumentRefused as error:
        raise NotAPublishedDocument(str(error)) from None
    _require_the_same(receipt.record(), key, headers, RECEIPT_HEADERS)
    return receipt


def open_license_file(document: bytes, *, trusted: LicenseKeys) -> PublishedLicenseFile:
    """What the signed bytes of a license file say; raises DocumentRefused."""
    return _published(license_file.verify_verbatim(document, public_keys=trusted), document)


def open_return_receipt(document: bytes, *, trusted: LicenseKeys) -> PublishedReturnReceipt:
    """What the signed bytes of a return receipt say; raises DocumentRefused."""
    receipt = return_receipt.verify_verbatim(document, public_keys=trusted)
    return PublishedReturnReceipt(
        serial=receipt.serial,
        ledger=receipt.ledger,
        sequence=receipt.sequence,
        generation=receipt.returned_generation,
        sha256=hashlib.sha256(document).hexdigest(),
        document_digest=receipt.document_digest,
        document=document,
    )


def _published(file: LicenseFile, document: bytes) -> PublishedLicenseFile:
    return PublishedLicenseFile(
        serial=file.serial,
        ledger=file.ledger,
        sequence=file.sequence,
        generation=file.generation,
        issue=file.issue,
        sha256=hashlib.sha256(document).hexdigest(),
        replaced_by=license_file.replacement_in(file),
        document=document,
    )


def _written(document: WireModel, names: Iterable[str]) -> tuple[tuple[str, bytes], ...]:
    said = ((name, getattr(document, name.replace("-", "_"))) for name in names)
    return tuple((name, str(value).encode()) for name, value in said if value is not None)


def _document(value: bytes | None) -> bytes:
    if value is None:
        raise NotAPublishedDocument("it is a tombstone, and nothing that is signed takes a document back")
    if len(value) > MAX_RECORD_BYTES:
        raise NotAPublishedDocument(f"it has {len(value)} bytes; a signed document has at most {MAX_RECORD_BYTES}")
    return value


def _require_the_same(signed: PublishedRecord, key: bytes | None, headers: Headers, names: Iterable[str]) -> None:
    """Key and headers are those of what was signed: each header once, or not at all where the signed bytes say none."""
    if key != signed.key:
        raise NotAPublishedDocument(f"its key is not {signed.key.decode()}, as its signed document says")
    said = tuple(headers)
    for name in names:
        if _values(said, name) != _values(signed.headers, name):
            raise NotAPublishedDocument(f"its header {name} is missing, repeated or not what its signed document says")


def _values(headers: Headers, name: str) -> list[bytes]:
    return [value for header, value in headers if header == name]
