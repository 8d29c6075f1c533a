"""Boxes that sign return documents, with keys and certificates as factory and signer make them."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from contracts.commands.returns import ReturnLicenses
from contracts.documents import return_document
from contracts.documents.device_certificate import (
    FACTORY_GENERATION,
    Authorities,
    factory_certificate,
    fingerprint,
    generation_certificate,
    make_authority,
)
from contracts.documents.return_document import ReturnStatement, StatedLicense, verify_return
from contracts.documents.xmldsig import signer
from simulator.box import FIRMWARE
from simulator.pki import Pki, read_certificate, read_key

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
STATED = (StatedLicense(license_type="Port11", count=3),)


@dataclass(frozen=True, slots=True)
class Authority:
    """Signs certificates of one kind."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def made(cls, name: str) -> Self:
        key = ec.generate_private_key(ec.SECP256R1())
        return cls(make_authority(key, name, not_before=LONG_AGO), key)


@dataclass(frozen=True, slots=True)
class Fleet:
    """Makes a box's key when it is first asked for it."""

    factory: Authority
    generations: Authority
    _keys: dict[str, ec.EllipticCurvePrivateKey] = field(default_factory=dict[str, ec.EllipticCurvePrivateKey])

    @classmethod
    def of(cls, pki: Pki) -> Self:
        """A fleet from the stack's factory, believed in its first generation."""
        factory = Authority(read_certificate(pki.device_ca), read_key(pki.device_ca_key))
        return cls(factory, Authority.made("Bench Generation CA"))

    @property
    def trusted(self) -> Authorities:
        return Authorities((self.factory.certificate,), (self.generations.certificate,))

    def document(self, serial: str, generation: int = FACTORY_GENERATION) -> bytes:
        """The return document of a box's generation."""
        certificate = self._certificate(serial, generation)
        statement = ReturnStatement(
            serial=serial,
            generation=generation,
            certificate_sha256=fingerprint(certificate),
            created="2026-11-24T10:00:00Z",
            nonce=hashlib.sha256(f"{serial}/{generation}".encode()).hexdigest()[:32],
            firmware=FIRMWARE,
            licenses=STATED,
        )
        return return_document.build(statement, certificate=certificate, sign=signer(self._key(serial)))

    def give_back(self, serial: str, generation: int) -> ReturnLicenses:
        """What the edge sends once it has verified the document."""
        return verify_return(self.document(serial, generation), trusted=self.trusted, now=datetime.now(UTC)).command()

    def _key(self, serial: str) -> ec.EllipticCurvePrivateKey:
        if serial not in self._keys:
            self._keys[serial] = ec.generate_private_key(ec.SECP256R1())
        return self._keys[serial]

    def _certificate(self, serial: str, generation: int) -> x509.Certificate:
        public_key = self._key(serial).public_key()
        if generation == FACTORY_GENERATION:
            by = self.factory
            return factory_certificate(
                by.certificate, by.key, serial=serial, public_key=public_key, not_before=LONG_AGO
            )
        by = self.generations
        return generation_certificate(
            by.certificate,
            by.key,
            serial=serial,
            generation=generation,
            public_key=public_key,
            not_before=LONG_AGO,
        )
