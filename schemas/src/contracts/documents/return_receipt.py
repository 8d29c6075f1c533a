"""Return receipts: the portal's signed word that licenses were returned, and the device's next certificate.

`<return-receipt xmlns="urn:licensing:return-receipt:1">`; the box that reads it is in its next generation.
"""

import base64
from collections.abc import Mapping
from typing import Annotated

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from pydantic import Field, ValidationError

from contracts.documents import xmldsig
from contracts.documents.device_certificate import NotADeviceCertificate, identity
from contracts.documents.license_file import LicenseFileNotForUs, UtcSecond, decode_base64, malformed
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
from contracts.identifiers import Generation, LedgerNumber, Sequence, Serial, Sha256
from contracts.licenses import MAX_LOTS
from contracts.models import WireModel

NAMESPACE = "urn:licensing:return-receipt:1"
VERSION = "1"
MAX_BYTES = 64 * 1024
MAX_CERTIFICATE_BYTES = 4 * 1024

_ROOT = f"{{{NAMESPACE}}}return-receipt"
_LICENSE = f"{{{NAMESPACE}}}license"
_CREDITED = f"{{{NAMESPACE}}}credited"
_REMAINING = f"{{{NAMESPACE}}}remaining"
_CERTIFICATE = f"{{{NAMESPACE}}}certificate"
_HEAD = ("v", "serial", "returned-generation", "document-digest", "ledger", "sequence", "issued")

Lines = Annotated[tuple[LicenseLine, ...], Field(max_length=MAX_LOTS)]


class ReturnReceipt(WireModel):
    """What a receipt says; `certificate` is DER and names the generation after `returned_generation`."""

    serial: Serial
    returned_generation: Generation
    document_digest: Sha256
    ledger: LedgerNumber
    sequence: Sequence
    issued: UtcSecond
    credited: Lines
    remaining: Lines
    certificate: Annotated[bytes, Field(min_length=64, max_length=MAX_CERTIFICATE_BYTES)]

    def next_certificate(self) -> x509.Certificate:
        return x509.load_der_x509_certificate(self.certificate)


def der(certificate: x509.Certificate) -> bytes:
    """A certificate as a receipt carries it."""
    return certificate.public_bytes(Encoding.DER)


def build(receipt: ReturnReceipt, *, key_id: str, sign: Sign) -> bytes:
    """The signed document, in canonical form: the same receipt and key make the same bytes."""
    head = {
        "v": VERSION,
        "serial": receipt.serial,
        "returned-generation": str(receipt.returned_generation),
        "document-digest": receipt.document_digest,
        "ledger": str(receipt.ledger),
        "sequence": str(receipt.sequence),
        "issued": receipt.issued,
    }
    root = make_root(_ROOT, head)
    write_lines(etree.SubElement(root, _CREDITED), NAMESPACE, receipt.credited)
    write_lines(etree.SubElement(root, _REMAINING), NAMESPACE, receipt.remaining)
    etree.SubElement(root, _CERTIFICATE).text = base64.b64encode(receipt.certificate).decode()
    return sign_enveloped(root, sign, key_name(key_id))


def verify(raw: bytes, *, public_keys: Mapping[str, ec.EllipticCurvePublicKey]) -> ReturnReceipt:
    """What a receipt says, once its signature by one of the keys (by key id) holds and its certificate fits it.

    Raises a DocumentRefused whose `code` is document_malformed, document_too_big or signature_invalid.
    """
    root = require_tag(parse(raw, max_bytes=MAX_BYTES), _ROOT)
    return _read(verify_enveloped(root, choose(public_keys, root)).root)


def verify_verbatim(raw: bytes, *, public_keys: Mapping[str, ec.EllipticCurvePublicKey]) -> ReturnReceipt:
    """As `verify`, of the very bytes that `build` made and no others: for who reads many of them."""
    unsigned = xmldsig.verify_verbatim(raw, public_keys)
    return _read(parse(unsigned, max_bytes=MAX_BYTES))


def require_for(receipt: ReturnReceipt, *, serial: str, generation: int) -> None:
    """Raises LicenseFileNotForUs unless the receipt is for the return of this generation of this device."""
    if (receipt.serial, receipt.returned_generation) != (serial, generation):
        sentence = (
            f"The receipt is for generation {receipt.returned_generation} of the device {receipt.serial},"
            f" not for generation {generation} of {serial}."
        )
        raise LicenseFileNotForUs("certificate_serial_mismatch", sentence)


def _check_certificate(receipt: ReturnReceipt) -> None:
    try:
        who = identity(receipt.next_certificate())
    except (ValueError, NotADeviceCertificate):
        raise DocumentMalformed("The certificate in the receipt is not a device certificate.") from None
    if (who.serial, who.generation) != (receipt.serial, receipt.returned_generation + 1):
        raise DocumentMalformed("The certificate in the receipt is not that of the device's next generation.")


def _read(root: Element) -> ReturnReceipt:
    try:
        receipt = ReturnReceipt.model_validate(_said(root))
    except ValidationError as error:
        raise malformed("return receipt", error) from None
    _check_certificate(receipt)
    return receipt


def _said(root: Element) -> dict[str, object]:
    head = attributes(require_tag(root, _ROOT), _HEAD)
    if head["v"] != VERSION:
        raise DocumentMalformed(f"The return receipt has version {head['v'][:9]}; this reads version {VERSION}.")
    found = children(root)
    if [child.tag for child in found] != [_CREDITED, _REMAINING, _CERTIFICATE]:
        raise DocumentMalformed("A return receipt holds what was credited, what remains and a certificate.")
    for child in found:
        attributes(child, ())
    return {
        "serial": head["serial"],
        "returned_generation": number(head["returned-generation"]),
        "document_digest": head["document-digest"],
        "ledger": number(head["ledger"]),
        "sequence": number(head["sequence"]),
        "issued": head["issued"],
        "credited": _lines(found[0]),
        "remaining": _lines(found[1]),
        "certificate": decode_base64(text(found[2])),
    }


def _lines(parent: Element) -> tuple[dict[str, object], ...]:
    return tuple(read_line(require_tag(child, _LICENSE)) for child in children(parent))
