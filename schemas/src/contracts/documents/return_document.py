"""Return documents: a device says that it has invalidated its certificate and gives its licenses back.

`<license-return xmlns="urn:licensing:license-return:1">`, signed with the device's own key and carrying the certificate
that it invalidated. Nobody can correct a document whose certificate is void, so a form is asked only of what a rule
needs: device, generation, certificate, and whether the firmware is too old. All else is information, taken as written.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree
from pydantic import Field, TypeAdapter, ValidationError

from contracts.actors import Actor
from contracts.commands.returns import ReturnLicenses
from contracts.documents.device_certificate import (
    Authorities,
    DeviceIdentity,
    NotADeviceCertificate,
    NotVendorSigned,
    fingerprint,
    proven_identity,
)
from contracts.documents.xml import (
    DocumentMalformed,
    DocumentRefused,
    Element,
    make_root,
    parse,
    require_tag,
)
from contracts.documents.xmldsig import (
    Sign,
    SignatureInvalid,
    Signed,
    carried_certificate,
    certificate_info,
    sign_enveloped,
    verify_received,
)
from contracts.fields import MAX_FIRMWARE_CHARACTERS, MAX_RETURN_DOCUMENT_BYTES, UNREAD_FIRMWARE, Firmware
from contracts.identifiers import Generation, Serial, Sha256
from contracts.models import WireModel
from contracts.texts import shown

NAMESPACE = "urn:licensing:license-return:1"
VERSION = "1"
MAX_LINES = 200
OLDEST_FIRMWARE = 8

_ROOT = f"{{{NAMESPACE}}}license-return"
_LICENSE = f"{{{NAMESPACE}}}license"
_NEEDED = ("v", "serial", "generation", "certificate-sha256")
_MAJOR_VERSION = re.compile(r"\s*[vV]?([0-9]{1,3})(?![0-9])")
_UNSTATABLE = re.compile(r'[^\x21-\x7e]|[\\"]')
"""What a command does not repeat of a license line: it would be longer there than in the document."""
MAX_STATED_TYPE, MAX_STATED_VERSION, MAX_STATED_CHARACTERS = 40, 12, 80
MAX_DIGITS = 9

Stated = Annotated[str, Field(max_length=MAX_STATED_CHARACTERS, description="As the device wrote it, cut.")]
StatedCount = Annotated[int, Field(ge=0, le=10**MAX_DIGITS - 1, description="0 for one that cannot be read.")]
_FIRMWARE = TypeAdapter[str](Firmware)


class CertificateNotVendorSigned(DocumentRefused):
    """The certificate in the document is not one of the vendor's."""

    code = "certificate_not_vendor_signed"


class FirmwareTooOld(DocumentRefused):
    """The device runs a firmware that cannot return licenses."""

    code = "firmware_too_old"


class StatedLicense(WireModel):
    """What the device believes it had: information, nothing is credited from it."""

    license_type: Stated
    count: StatedCount
    version: Stated | None = None


class ReturnStatement(WireModel):
    """What a return document says; `nonce` is to be 128 random bits in lower-case hex."""

    serial: Serial
    generation: Generation
    certificate_sha256: Sha256
    created: Stated
    nonce: Stated
    firmware: Stated
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
    def firmware(self) -> str:
        """The version in the form that commands and events have."""
        return _firmware(self.statement.firmware)[0]

    @property
    def firmware_stated(self) -> str | None:
        """What the device wrote, where that is of another form."""
        return _firmware(self.statement.firmware)[1]

    @property
    def stated(self) -> tuple[tuple[str, int], ...]:
        """Types and counts as ReturnLicenses carries them."""
        return tuple((_type_as_stated(line), line.count) for line in self.statement.licenses)

    def command_id(self, actor: Actor) -> str:
        """The id of the command by which `actor` hands these very bytes in.

        Other bytes of the same content are another command, which the ledger knows as a repetition by its digest.
        """
        said = b"licensing/return/v1\n" + actor.json_bytes() + b"\n" + hashlib.sha256(self.raw).digest()
        return hashlib.sha256(said).hexdigest()

    def command(self) -> ReturnLicenses:
        """The command that asks the ledger to accept it."""
        return ReturnLicenses(
            serial=self.serial,
            generation=self.generation,
            document_digest=self.digest,
            certificate_sha256=self.statement.certificate_sha256,
            firmware=self.firmware,
            firmware_stated=self.firmware_stated,
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
    if _is_too_old(statement.firmware):
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


def _is_too_old(firmware: str) -> bool:
    """Whether it is known to be: a version that cannot be read keeps nobody's licenses."""
    major = _MAJOR_VERSION.match(firmware)
    return major is not None and int(major[1]) < OLDEST_FIRMWARE


def _firmware(written: str) -> tuple[str, str | None]:
    """The version in the form that entries have, and what was written where that is another one."""
    try:
        return _FIRMWARE.validate_python(written), None
    except ValidationError:
        major = _MAJOR_VERSION.match(written)
        return major[1] if major else UNREAD_FIRMWARE, shown(written[:MAX_FIRMWARE_CHARACTERS])


def _type_as_stated(line: StatedLicense) -> str:
    name, version = line.license_type[:MAX_STATED_TYPE], (line.version or "")[:MAX_STATED_VERSION]
    return _UNSTATABLE.sub("?", name + version)


def _statement(root: Element) -> ReturnStatement:
    head = {str(name): str(value) for name, value in require_tag(root, _ROOT).attrib.items()}
    for name in _NEEDED:
        if name not in head:
            raise DocumentMalformed(f"The attribute {name} of <license-return> is missing.")
    if head["v"] != VERSION:
        raise DocumentMalformed(f"The return document has version {head['v'][:9]}; this reads version {VERSION}.")
    try:
        return ReturnStatement(
            serial=head["serial"].lower(),
            generation=_number(head["generation"]),
            certificate_sha256=head["certificate-sha256"].lower(),
            created=_cut(head, "created"),
            nonce=_cut(head, "nonce"),
            firmware=_cut(head, "firmware"),
            licenses=tuple(_line(child) for child in root.findall(_LICENSE)[:MAX_LINES]),
        )
    except ValidationError as error:
        place = str(error.errors()[0]["loc"][0]).replace("_", "-")
        raise DocumentMalformed(f"The return document names no {place} that can be: {head[place][:80]}.") from None


def _line(element: Element) -> StatedLicense:
    said = {str(name): str(value) for name, value in element.attrib.items()}
    return StatedLicense(
        license_type=_cut(said, "type"),
        count=_number(said.get("count", "")),
        version=_cut(said, "version") if "version" in said else None,
    )


def _number(digits: str) -> int:
    """The number that is written there, 0 if that is none."""
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= MAX_DIGITS else 0


def _cut(said: Mapping[str, str], name: str) -> str:
    return said.get(name, "")[:MAX_STATED_CHARACTERS]
