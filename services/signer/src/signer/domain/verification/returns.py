"""The laws of returns: a device gives back all its PBX licenses and proves it by a signed document.

The signer trusts neither the edge nor the writer that the document was checked.
"""

from base64 import b64decode
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from contracts.documents.device_certificate import Authorities, fingerprint
from contracts.documents.return_document import ReturnDocument, verify_return
from contracts.documents.xml import DocumentRefused, parse
from contracts.documents.xmldsig import carried_certificate
from contracts.events.returns import LicensesReturned
from contracts.fields import MAX_RETURN_DOCUMENT_BYTES
from contracts.log.postings import postings
from signer.domain.changes import GivenBack, SpentByDocument
from signer.domain.laws import LawBrokenError
from signer.domain.verification.accounts import move
from signer.domain.verification.catalog import units_of
from signer.domain.verification.companies import require_project
from signer.domain.verification.devices import life_of, live_on, require_licenses, returnable_on
from signer.domain.verification.legacy import free_legacy_licenses
from signer.domain.verification.state import Changed, DeviceLife, VerifiedLedger
from signer.domain.verification.test_licenses import end_test


def licenses_returned(ledger: VerifiedLedger, event: LicensesReturned) -> Changed:
    """A device spent its generation: what was delivered for it binds nothing any more."""
    device = event.device
    before = life_of(ledger, device.serial)
    _require_current(event, before)
    require_project(ledger, device.project, event.company)
    live_on(ledger, device, before.next_generation())
    _require_total(ledger, event)
    end_test(ledger, device.serial)
    free_legacy_licenses(ledger, device.serial, device.project)
    ledger.delivered_licenses.pop(device.serial, None)
    ledger.devices_in_contact.add(device.serial)
    move(ledger, postings(event))
    require_licenses(ledger, device)
    return (device,)


def _require_current(event: LicensesReturned, before: DeviceLife) -> None:
    if event.spent_generation != before.generation:
        raise LawBrokenError(
            "device_generation_wrong",
            f"generation {event.spent_generation} was given back, but generation {before.generation} is current",
        )


def _require_total(ledger: VerifiedLedger, event: LicensesReturned) -> None:
    """All PBX licenses of the device are credited, and nothing else is (rules R6 and C1)."""
    if units_of(ledger, event.lots) != returnable_on(ledger, event.device.serial):
        raise LawBrokenError("return_not_total", "a return credits all PBX licenses of the device and no others")


def prove_return(event: SpentByDocument, *, at: datetime, trusted: Authorities) -> GivenBack:
    """The return, or the way back into stock, if its document proves it; raises LawBrokenError.

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


def _wrong(event: SpentByDocument, reason: str) -> LawBrokenError:
    return LawBrokenError(
        "return_document_wrong", f"the return document of device {event.device.serial} proves nothing: {reason}"
    )
