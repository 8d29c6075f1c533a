"""Return documents: a device says that it has invalidated its certificate and gives its licenses back.

`<license-return xmlns="urn:licensing:license-return:1">`, signed with the device's own key and carrying the certificate
that it invalidated. The ledger credits what the ledger knows; the license lines in here are information.
"""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree
from pydantic import Field, ValidationError

from contracts.commands.returns import ReturnLicenses
from contracts.documents.device_certificate import (
    Authorities,
    DeviceIdentity,
    NotADeviceCertificate,
    NotVendorSigned,
    fingerprint,
    proven_identity,
)
from contracts.documents.license_file import UtcSecond, malformed
from contracts.documents.license_lines import number
from contracts.documents.xml import (
    DocumentMalformed,
    DocumentRefused,
    Element,
    attributes,
    children,
    make_root,
    parse,
    require_empty,
    require_tag,
)
from contracts.documents.xmldsig import (
    SIGNATURE,
    Sign,
    SignatureInvalid,
    Signed,
    carried_certificate,
    certificate_info,
    sign_enveloped,
    verify_received,
)
from contracts.fields import MAX_RETURN_DOCUMENT_BYTES, Firmware
from contracts.identifiers import Generation, Serial, Sha256
from contracts.models import WireModel

NAMESPACE = "urn:licensing:license-return:1"
VERSION = "1"
MAX_LINES = 200
OLDEST_FIRMWARE = 8

_ROOT = f"{{{NAMESPACE}}}license-return"
_LICENSE = f"{{{NAMESPACE}}}license"
_HEAD = ("v", "serial", "generation", "certificate-sha256", "created", "nonce", "firmware")

Nonce = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", description="128 random bits, lower-case hex.")]
StatedType = Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,40}$")]
StatedVersion = Annotated[str, Field(pattern=r"^[0-9A-Za-z.]{1,12}$")]
StatedCount = Annotated[int, Field(ge=0, le=999_999_999)]


class CertificateNotVendorSigned(DocumentRefused):
    """The certificate in the document is not one of the vendor's."""

    code = "certificate_not_vendor_signed"


class FirmwareTooOld(DocumentRefused):
    """The device runs a firmware that cannot return licenses."""

    code = "firmware_too_old"


class StatedLicense(WireModel):
    """What the device believes it had: information, nothing is credited from it."""

    license_type: StatedType
    count: StatedCount
    version: StatedVersion | None = None


class ReturnStatement(WireModel):
    """What a return document says."""

    serial: Serial
    generation: Generation
    certificate_sha256: Sha256
    created: UtcSecond
    nonce: Nonce
    firmware: Firmware
    licenses: Annotated[tuple[StatedLicense, ...], Field(max_length=MAX_LINES)]


@dataclass(frozen=True, slots=True)
class ReturnDocument:
    """A verified return document.

    `digest` is the SHA-256 of the canonical signed content, without the signature element: white space around
    the document and another ECDSA signature over the same content (anybody can make one of a given one) leave
    it the same, so a repeated document is known as a repetition.
    """

    statement: ReturnStatement
    digest: str
    certificate: x509.Certificate
    raw: bytes

    @property
    def serial(self) -> str:
        return self.statement.serial

    @property
    def generation(self) -> int:
        return self.statement.generation

    @property
    def stated(self) -> tuple[tuple[str, int], ...]:
        """Types and counts as ReturnLicenses carries them."""
        return tuple((line.license_type + (line.version or ""), line.count) for line in self.statement.licenses)

    def command(self) -> ReturnLicenses:
        """The command that asks the ledger to accept it."""
        return ReturnLicenses(
            serial=self.serial,
            generation=self.generation,
            document_digest=self.digest,
            certificate_sha256=self.statement.certificate_sha256,
            firmware=self.statement.firmware,
            stated=self.stated,
            document=base64.b64encode(self.raw).decode(),
        )


def build(statement: ReturnStatement, *, certificate: x509.Certificate, sign: Sign) -> bytes:
    """The document as the device signs it; `sign` holds the key of `certificate`."""
    head = {
        "v": VERSION,
        "serial": statement.serial,
        "generation": str(statement.generation),
        "certificate-sha256": statement.certificate_sha256,
        "created": statement.created,
        "nonce": statement.nonce,
        "firmware": statement.firmware,
    }
    root = make_root(_ROOT, head)
    for line in statement.licenses:
        said = {"type": line.license_type, "count": str(line.count)}
        etree.SubElement(root, _LICENSE, said | ({"version": line.version} if line.version else {}))
    return sign_enveloped(root, sign, certificate_info(certificate))


def verify_return(raw: bytes, *, trusted: Authorities, now: datetime, serial: str | None = None) -> ReturnDocument:
    """A return document whose form, certificate, signature and firmware hold, checked in this order.

    `trusted` says who issues which generation; `serial` is the device it was sent for, if
    known. Raises a DocumentRefused whose `code` is document_too_big, document_malformed,
    certificate_not_vendor_signed, signature_invalid (also for a document or certificate of another device or
    generation) or firmware_too_old. Whether the generation is still to be returned is the ledger's to say.
    """
    root = require_tag(parse(raw, max_bytes=MAX_RETURN_DOCUMENT_BYTES), _ROOT)
    _statement(root)
    certificate = carried_certificate(root)
    who = _vendor_signed(certificate, trusted, now)
    signed = verify_received(raw, root, _public_key(certificate))
    statement = _statement(signed.root)
    _check_names(statement, who, certificate, serial)
    if int(statement.firmware.partition(".")[0]) < OLDEST_FIRMWARE:
        raise FirmwareTooOld(f"Firmware {statement.firmware} can't return licenses; version 8 or newer can.")
    return ReturnDocument(statement, content_digest(signed), certificate, raw)


def content_digest(signed: Signed) -> str:
    """What identifies a signed document's content, lower-case hex."""
    return hashlib.sha256(signed.canonical).hexdigest()


def _vendor_signed(certificate: x509.Certificate, trusted: Authorities, now: datetime) -> DeviceIdentity:
    try:
        return proven_identity(certificate, trusted, now=now)
    except (NotVendorSigned, NotADeviceCertificate) as error:
        raise CertificateNotVendorSigned(f"{error} Only an RMA or the vendor's staff can help.") from None


def _public_key(certificate: x509.Certificate) -> ec.EllipticCurvePublicKey:
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise CertificateNotVendorSigned("The certificate's key is not an elliptic curve key.")
    return key


def _check_names(
    statement: ReturnStatement, who: DeviceIdentity, certificate: x509.Certificate, serial: str | None
) -> None:
    if statement.certificate_sha256 != fingerprint(certificate):
        raise SignatureInvalid("The document names another certificate than the one that signed it.")
    if (statement.serial, statement.generation) != (who.serial, who.generation):
        raise SignatureInvalid("The document names another device or generation than its certificate.")
    if serial is not None and statement.serial != serial:
        raise SignatureInvalid(f"The document is of the device {statement.serial}, not of {serial}.")


def _statement(root: Element) -> ReturnStatement:
    head = attributes(require_tag(root, _ROOT), _HEAD)
    if head["v"] != VERSION:
        raise DocumentMalformed(f"The return document has version {head['v'][:9]}; this reads version {VERSION}.")
    said = {
        "serial": head["serial"],
        "generation": number(head["generation"]),
        "certificate_sha256": head["certificate-sha256"],
        "created": head["created"],
        "nonce": head["nonce"],
        "firmware": head["firmware"],
        "licenses": tuple(_line(child) for child in children(root) if child.tag != SIGNATURE),
    }
    try:
        return ReturnStatement.model_validate(said)
    except ValidationError as error:
        raise malformed("return document", error) from None


def _line(element: Element) -> dict[str, object]:
    said = attributes(require_tag(element, _LICENSE), ("type", "count"), ("version",))
    require_empty(element)
    line: dict[str, object] = {"license_type": said["type"], "count": number(said["count"])}
    return line | ({"version": said["version"]} if "version" in said else {})
