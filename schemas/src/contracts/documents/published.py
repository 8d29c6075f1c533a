"""License files and return receipts as the records of the signer's two topics, key and headers included.

One codec and one set of rules for the signer that writes them and for all who read them. The headers say in decimal and
hex what a reader wants to know without parsing a document. Both topics are compacted: the last record of a key counts,
and a record without a value (a tombstone) takes the document of its key back.
"""

import hashlib
import re
from collections.abc import Iterable
from typing import Annotated, Any, NamedTuple, TypeVar

from pydantic import Field, ValidationError

from contracts.identifiers import SERIAL_PATTERN, Generation, Issue, LedgerNumber, Sequence, Serial, Sha256
from contracts.models import WireModel
from contracts.topics import MAX_RECORD_BYTES

Headers = Iterable[tuple[str, bytes]]
Content = Annotated[bytes, Field(min_length=1, max_length=MAX_RECORD_BYTES)]

FILE_KEY = SERIAL_PATTERN
RECEIPT_KEY = rf"{SERIAL_PATTERN.rstrip('$')}/[1-9][0-9]{{0,3}}$"
FILE_HEADERS = ("ledger", "sequence", "generation", "issue", "sha256", "replaced-by")
"""In the order in which they are written; the last one only where another device took the place of this one."""
RECEIPT_HEADERS = ("ledger", "sequence", "generation", "sha256")

_NUMBERS = frozenset({"ledger", "sequence", "generation", "issue"})
_NO_SERIAL = {"serial": "its key is no serial", "replaced_by": "its header replaced-by is no serial"}
_RECEIPT_KEY = re.compile(RECEIPT_KEY)
_DECIMAL = re.compile(rb"0|[1-9][0-9]{0,9}")
"""Ten digits hold every number that is allowed; there is one way to write each."""


class NotAPublishedDocument(ValueError):  # noqa: N818 - states the world
    """A record of the signer's topics that cannot be what it should be; the message says why."""


class PublishedRecord(NamedTuple):
    """A document as a producer sends it."""

    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


class PublishedLicenseFile(WireModel):
    """A record of signer.license-files: the newest license file of a device, under its serial.

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
        return PublishedRecord(self.serial.encode(), self.document, _written(self, FILE_HEADERS))


class PublishedReturnReceipt(WireModel):
    """A record of signer.return-receipts, under the serial and the generation that was given back."""

    serial: Serial
    ledger: LedgerNumber
    sequence: Sequence
    generation: Generation
    sha256: Sha256
    document: Content

    def record(self) -> PublishedRecord:
        """The record as it is written."""
        key = f"{self.serial}/{self.generation}"
        return PublishedRecord(key.encode(), self.document, _written(self, RECEIPT_HEADERS))


class RemovedLicenseFile(WireModel):
    """The tombstone of a license file."""

    serial: Serial


class RemovedReturnReceipt(WireModel):
    """The tombstone of a return receipt."""

    serial: Serial
    generation: Generation


def decode_license_file(
    key: bytes | None, value: bytes | None, headers: Headers
) -> PublishedLicenseFile | RemovedLicenseFile:
    """Read a record of signer.license-files; raises NotAPublishedDocument."""
    serial = _ascii(key, "key")
    if value is None:
        return _checked(RemovedLicenseFile, {"serial": serial})
    said = _read(headers, FILE_HEADERS, optional={"replaced-by"})
    _check_content(value, said["sha256"])
    return _checked(PublishedLicenseFile, {**said, "serial": serial, "document": value})


def decode_return_receipt(
    key: bytes | None, value: bytes | None, headers: Headers
) -> PublishedReturnReceipt | RemovedReturnReceipt:
    """Read a record of signer.return-receipts; raises NotAPublishedDocument."""
    text = _ascii(key, "key")
    if not _RECEIPT_KEY.fullmatch(text):
        raise NotAPublishedDocument("its key is no serial/generation")
    serial, _, generation = text.partition("/")
    if value is None:
        return RemovedReturnReceipt(serial=serial, generation=int(generation))
    said = _read(headers, RECEIPT_HEADERS)
    _check_content(value, said["sha256"])
    if said["generation"] != int(generation):
        raise NotAPublishedDocument("its header generation is not that of its key")
    return _checked(PublishedReturnReceipt, {**said, "serial": serial, "document": value})


def _written(document: WireModel, names: Iterable[str]) -> tuple[tuple[str, bytes], ...]:
    said = ((name, getattr(document, _field(name))) for name in names)
    return tuple((name, str(value).encode()) for name, value in said if value is not None)


def _read(headers: Headers, names: Iterable[str], *, optional: Iterable[str] = ()) -> dict[str, Any]:
    """The fields that the headers say; of a header that stands there twice, the last."""
    there = dict(headers)
    missing = [name for name in names if name not in there and name not in optional]
    if missing:
        raise NotAPublishedDocument(f"it has no header {missing[0]}")
    return {_field(name): _value(name, there[name]) for name in names if name in there}


def _value(name: str, raw: bytes) -> int | str:
    if name not in _NUMBERS:
        return _ascii(raw, f"header {name}")
    if not _DECIMAL.fullmatch(raw):
        raise NotAPublishedDocument(f"its header {name} is no number")
    return int(raw)


def _check_content(value: bytes, sha256: str) -> None:
    if not value:
        raise NotAPublishedDocument("it has no document")
    if len(value) > MAX_RECORD_BYTES:
        raise NotAPublishedDocument(f"it has {len(value)} bytes; a signed document has at most {MAX_RECORD_BYTES}")
    if sha256 != hashlib.sha256(value).hexdigest():
        raise NotAPublishedDocument("its header sha256 is not the digest of its document")


def _ascii(raw: bytes | None, place: str) -> str:
    try:
        return (raw or b"").decode("ascii")
    except UnicodeDecodeError:
        raise NotAPublishedDocument(f"its {place} is no ASCII") from None


def _field(header: str) -> str:
    return header.replace("-", "_")


M = TypeVar("M", bound=WireModel)


def _checked(model: type[M], fields: dict[str, Any]) -> M:
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)[0]
        name = str(wrong["loc"][0])
        raise NotAPublishedDocument(_NO_SERIAL.get(name) or f"its {name} is wrong: {wrong['msg']}") from None
