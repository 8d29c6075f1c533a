"""The vendor's authorities, and boxes that it has made."""

from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from contracts.documents import return_document
from contracts.documents.device_certificate import Authorities, factory_certificate, fingerprint, make_authority
from contracts.documents.return_document import ReturnStatement
from contracts.documents.xmldsig import signer

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class Vendor:
    """The vendor's device authority, the signer's of later generations, and boxes with certificates of the first."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.authority = make_authority(self._key, "Test Device CA", not_before=LONG_AGO)
        generation_key = ec.generate_private_key(ec.SECP256R1())
        self.generations = make_authority(generation_key, "Test Generation CA", not_before=LONG_AGO)

    @property
    def trusted(self) -> Authorities:
        return Authorities((self.authority,), (self.generations,))

    def box(self, serial: str) -> "Box":
        key = ec.generate_private_key(ec.SECP256R1())
        made = factory_certificate(
            self.authority, self._key, serial=serial, public_key=key.public_key(), not_before=LONG_AGO
        )
        return Box(serial, key, made)


class Box:
    """A device that can sign its return document."""

    def __init__(self, serial: str, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
        self.serial = serial
        self._key = key
        self._certificate = certificate

    def return_document(self, **changes: Any) -> bytes:
        said = {
            "serial": self.serial,
            "generation": 1,
            "certificate_sha256": fingerprint(self._certificate),
            "created": "2026-11-24T10:00:00Z",
            "nonce": "0123456789abcdef" * 2,
            "firmware": "11.00",
            "licenses": (),
        } | changes
        statement = ReturnStatement.model_validate(said)
        return return_document.build(statement, certificate=self._certificate, sign=signer(self._key))
