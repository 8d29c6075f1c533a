"""The proof of a return, checked once more: the signer believes neither the edge nor the writer that it was checked."""

from base64 import b64decode
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from contracts.documents.device_certificate import Authorities, fingerprint
from contracts.documents.return_document import ReturnDocument, verify_return
from contracts.documents.xml import DocumentRefused, parse
from contracts.documents.xmldsig import carried_certificate
from contracts.events.returns import LicensesReturned
from contracts.fields import MAX_RETURN_DOCUMENT_BYTES
from signer.domain.changes import GivenBack
from signer.domain.laws import LawBrokenError


def prove_return(event: LicensesReturned, *, at: datetime, trusted: Authorities) -> GivenBack:
    """The return, if its document proves it; raises LawBrokenError.

    The document is signed by the device that the event names, under a certificate of its spent generation that the
    authority for that generation issued, and is the very document that the event's digests name.
    """
    try:
        document = _verified(b64decode(event.document, validate=True), at, trusted)
    except (DocumentRefused, ValueError) as error:
        raise _wrong(event, str(error)) from None
    if (document.serial, document.generation) != (event.device.serial, event.spent_generation):
        raise _wrong(event, "it is of another device or generation")
    if document.digest != event.document_digest:
        raise _wrong(event, "its digest is not the one that the event states")
    if fingerprint(document.certificate) != event.certificate_sha256:
        raise _wrong(event, "its certificate is not the one that the event states")
    key = document.certificate.public_key()
    if not isinstance(key, EllipticCurvePublicKey):
        raise _wrong(event, "its certificate has no elliptic curve key")
    return GivenBack(event, key)


def _verified(raw: bytes, at: datetime, trusted: Authorities) -> ReturnDocument:
    certificate = carried_certificate(parse(raw, max_bytes=MAX_RETURN_DOCUMENT_BYTES))
    # Dates are the edge's to check, at the moment of the return. Here a clock that was a second off between two
    # machines must not stop the ledger, so the entry's time is moved into the certificate's life.
    moment = min(max(at, certificate.not_valid_before_utc), certificate.not_valid_after_utc)
    return verify_return(raw, trusted=trusted, now=moment)


def _wrong(event: LicensesReturned, reason: str) -> LawBrokenError:
    return LawBrokenError(
        "return_document_wrong", f"the return document of device {event.device.serial} proves nothing: {reason}"
    )
