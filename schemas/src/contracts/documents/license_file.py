"""License files: what a device may use, signed, for one serial and one generation.

`<license-file xmlns="urn:licensing:license-file:1">` says the device, the ledger entry that it follows from, and the
licenses; `proof` carries that entry's bytes and a C2SP tlog-proof, so that anybody can check offline that the file came
from a real entry. The namespace is what the signature is for: no other document of ours can pass as a license file.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Annotated, Literal

from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree
from pydantic import ConfigDict, Field, ValidationError

from contracts.documents import xmldsig
from contracts.documents.license_lines import LicenseLine, number, read_line, write_lines
from contracts.documents.xml import (
    DocumentMalformed,
    Element,
    attributes,
    children,
    make_root,
    parse,
    require_tag,
    text,
)
from contracts.documents.xmldsig import Sign, choose, key_name, sign_enveloped, verify_enveloped
from contracts.events.replacements import DeviceReplaced
from contracts.fields import Traceparent
from contracts.identifiers import Generation, Issue, LedgerNumber, Sequence, Serial
from contracts.licenses import MAX_LOTS
from contracts.log.entries import MAX_ENTRY_BYTES, NotAnEntryError, UnknownEventTypeError, decode_entry
from contracts.models import WireModel
from contracts.moments import Moment

NAMESPACE = "urn:licensing:license-file:1"
VERSION = "1"
MAX_BYTES = 128 * 1024  # as MAX_RECORD_BYTES: an entry in base64 (80 KiB), its proof, the lines
MAX_LINES = 2 * MAX_LOTS  # what a device holds, and its test
MAX_PROOF_CHARACTERS = 16 * 1024  # a path of 31 hashes, a checkpoint and a dozen cosignatures
UtcSecond = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$")]
NotThisDevice = Literal["certificate_serial_mismatch", "certificate_invalidated", "license_file_superseded"]

_ROOT = f"{{{NAMESPACE}}}license-file"
_LICENSE = f"{{{NAMESPACE}}}license"
_PROOF = f"{{{NAMESPACE}}}proof"
_ENTRY = f"{{{NAMESPACE}}}entry"
_TLOG_PROOF = f"{{{NAMESPACE}}}tlog-proof"
_HEAD = ("v", "serial", "generation", "issue", "ledger", "sequence", "issued")


class Proof(WireModel):
    """The ledger entry's value bytes and the C2SP tlog-proof that they are in the log."""

    entry: Annotated[bytes, Field(min_length=2, max_length=MAX_ENTRY_BYTES)]
    tlog_proof: Annotated[
        str, Field(max_length=MAX_PROOF_CHARACTERS, pattern=r"^[\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\n]*$")
    ]


class LicenseFile(WireModel):
    """What a license file says; `issued` is the time of the ledger entry."""

    serial: Serial
    generation: Generation
    issue: Issue
    ledger: LedgerNumber
    sequence: Sequence
    issued: UtcSecond
    licenses: Annotated[tuple[LicenseLine, ...], Field(max_length=MAX_LINES)]
    proof: Proof


class Origin(WireModel):
    """What the entry behind a license file says of when it was made, and in which trace."""

    model_config = ConfigDict(extra="ignore")

    time: Moment
    traceparent: Traceparent | None = None


class LicenseFileNotForUs(ValueError):  # noqa: N818 - states the world
    """A genuine license file that this device must not take; `code` says why for programs."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def build(file: LicenseFile, *, key_id: str, sign: Sign) -> bytes:
    """The signed document, in canonical form: the same file and key make the same bytes."""
    head = {
        "v": VERSION,
        "serial": file.serial,
        "generation": str(file.generation),
        "issue": str(file.issue),
        "ledger": str(file.ledger),
        "sequence": str(file.sequence),
        "issued": file.issued,
    }
    root = make_root(_ROOT, head)
    write_lines(root, NAMESPACE, file.licenses)
    proof = etree.SubElement(root, _PROOF)
    etree.SubElement(proof, _ENTRY).text = base64.b64encode(file.proof.entry).decode()
    etree.SubElement(proof, _TLOG_PROOF).text = file.proof.tlog_proof
    return sign_enveloped(root, sign, key_name(key_id))


def verify(raw: bytes, *, public_keys: Mapping[str, ec.EllipticCurvePublicKey]) -> LicenseFile:
    """What a license file says, once its signature by one of the keys (by key id) holds.

    Needs no network. Raises a DocumentRefused whose `code` is document_malformed, document_too_big or
    signature_invalid. Whom the file is for is for the caller to check: `require_for`, `require_not_older`.
    """
    root = require_tag(parse(raw, max_bytes=MAX_BYTES), _ROOT)
    return _read(verify_enveloped(root, choose(public_keys, root)).root)


def verify_verbatim(raw: bytes, *, public_keys: Mapping[str, ec.EllipticCurvePublicKey]) -> LicenseFile:
    """As `verify`, of the very bytes that `build` made and no others: for who reads many of them."""
    unsigned = xmldsig.verify_verbatim(raw, public_keys)
    return _read(parse(unsigned, max_bytes=MAX_BYTES))


def replacement_in(file: LicenseFile) -> str | None:
    """The device that stands in the place of this one from the file's entry on, by that entry, which is signed with it.

    Only an entry that names this type of event is decoded; raises DocumentMalformed if it is none.
    """
    if DeviceReplaced.type.encode() not in file.proof.entry:
        return None
    try:
        event = decode_entry(file.proof.entry).data
    except UnknownEventTypeError:
        return None
    except NotAnEntryError as error:
        raise DocumentMalformed(f"The proof of the license file holds no entry: {error}.") from None
    if isinstance(event, DeviceReplaced) and event.former.serial == file.serial:
        return event.device.serial
    return None


def origin_of(verified: bytes) -> Origin | None:
    """Where a license file comes from whose signature held before; None if its proof does not say."""
    encoded = parse(verified, max_bytes=MAX_BYTES).findtext(f"{_PROOF}/{_ENTRY}")
    try:
        return Origin.from_json_bytes(decode_base64(encoded or ""))
    except ValidationError:
        return None


def require_for(file: LicenseFile, *, serial: str, generation: int) -> None:
    """Raises LicenseFileNotForUs unless the file is for this device in this certificate life."""
    if file.serial != serial:
        sentence = f"The license file is for the device {file.serial}, this is {serial}."
        raise LicenseFileNotForUs("certificate_serial_mismatch", sentence)
    if file.generation != generation:
        sentence = (
            f"The license file is for generation {file.generation} of the device; its valid certificate is of"
            f" generation {generation}."
        )
        raise LicenseFileNotForUs("certificate_invalidated", sentence)


def require_not_older(file: LicenseFile, *, than_issue: int) -> None:
    """Raises LicenseFileNotForUs if the device has a newer license file."""
    if file.issue < than_issue:
        sentence = f"The license file has issue {file.issue}; the device has {than_issue} already."
        raise LicenseFileNotForUs("license_file_superseded", sentence)


def malformed(what: str, error: ValidationError) -> DocumentMalformed:
    """A model's refusal as a sentence about a document."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return DocumentMalformed(f"The {what} has a wrong {place}: {first['msg']}.")


def _read(root: Element) -> LicenseFile:
    try:
        return LicenseFile.model_validate(_said(root))
    except ValidationError as error:
        raise malformed("license file", error) from None


def _said(root: Element) -> dict[str, object]:
    head = attributes(require_tag(root, _ROOT), _HEAD)
    if head["v"] != VERSION:
        raise DocumentMalformed(f"The license file has version {head['v'][:9]}; this reads version {VERSION}.")
    *licenses, proof = children(root) or [root]
    return {
        "serial": head["serial"],
        "generation": number(head["generation"]),
        "issue": number(head["issue"]),
        "ledger": number(head["ledger"]),
        "sequence": number(head["sequence"]),
        "issued": head["issued"],
        "licenses": tuple(read_line(require_tag(line, _LICENSE)) for line in licenses),
        "proof": _read_proof(require_tag(proof, _PROOF)),
    }


def _read_proof(proof: Element) -> dict[str, object]:
    attributes(proof, ())
    found = children(proof)
    if [child.tag for child in found] != [_ENTRY, _TLOG_PROOF]:
        raise DocumentMalformed("The proof of a license file is an entry and a tlog-proof.")
    for child in found:
        attributes(child, ())
    return {"entry": decode_base64(text(found[0])), "tlog_proof": text(found[1])}


def decode_base64(encoded: str) -> bytes:
    """Strict base64 without white space; raises DocumentMalformed."""
    try:
        return base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error):
        raise DocumentMalformed("There is base64 in the document that can't be decoded.") from None
