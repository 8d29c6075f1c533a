"""Device certificates: who a box is, and in which of its certificate lives.

Generation 1 is the factory certificate: its common name is the serial, signed by the vendor's device CA. Later ones are
issued in return receipts by the generation CA, for the same key, with the generation in a URI among the subject's
alternative names. Neither authority may speak for the other: the factory's can make no generation, the signer's no box.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from contracts.identifiers import SERIAL_PATTERN

FACTORY_GENERATION = 1
NO_END = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
"""RFC 5280, 4.1.2.5: a device certificate has no well-defined end; a generation ends when it is returned."""
MAX_GENERATION = 9_999
_SERIAL_NUMBER_BITS = 159  # RFC 5280, 4.1.2.2: at most 20 octets, positive
_SERIAL = re.compile(SERIAL_PATTERN)
_GENERATION_URI = re.compile(r"^urn:innovaphone-licensing:device:([0-9a-f]{12}):generation:([1-9][0-9]{0,3})$")


class NotADeviceCertificate(ValueError):  # noqa: N818 - states the world
    """The certificate does not name a device of this vendor; the message says why."""


class NotVendorSigned(ValueError):  # noqa: N818 - states the world
    """The authority for this certificate's generation did not sign it, or not for this time."""


@dataclass(frozen=True, slots=True)
class Authorities:
    """Who may issue what: `device` the factory certificates, `generation` those of generation 2 and later.

    Raises ValueError when one key has both roles, which would undo them.
    """

    device: Sequence[x509.Certificate]
    generation: Sequence[x509.Certificate]

    def __post_init__(self) -> None:
        if _keys(self.device) & _keys(self.generation):
            raise ValueError("a device CA is among the generation CAs; each authority has one role")

    @classmethod
    def from_files(cls, *, device: Path, generation: Path) -> "Authorities":
        """Each PEM file has one certificate or more; raises ValueError or OSError."""
        load = x509.load_pem_x509_certificates
        return cls(tuple(load(device.read_bytes())), tuple(load(generation.read_bytes())))


@dataclass(frozen=True, slots=True)
class DeviceIdentity:
    """The box and the generation that a certificate stands for."""

    serial: str
    generation: int


def identity(certificate: x509.Certificate) -> DeviceIdentity:
    """Whom the certificate names; says nothing about who signed it. Raises NotADeviceCertificate."""
    _require_leaf(certificate)
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise NotADeviceCertificate("The certificate's key is not an ECDSA P-256 key, which return documents need.")
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    if len(names) != 1 or not _SERIAL.fullmatch(str(names[0].value)):
        raise NotADeviceCertificate("The certificate's common name is not a serial.")
    serial = str(names[0].value)
    return DeviceIdentity(serial, _generation(certificate, serial))


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the certificate's DER form, lower-case hex."""
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


def proven_identity(certificate: x509.Certificate, authorities: Authorities, *, now: datetime) -> DeviceIdentity:
    """Whom the certificate names, if the authority for that generation signed it and both are valid at `now`.

    Raises NotVendorSigned or NotADeviceCertificate.
    """
    from_factory = _issued_by_any(certificate, authorities.device, now)
    if not from_factory and not _issued_by_any(certificate, authorities.generation, now):
        raise NotVendorSigned("The certificate was not signed by the vendor.")
    who = identity(certificate)
    if from_factory != (who.generation == FACTORY_GENERATION):
        raise NotVendorSigned(f"The authority that signed the certificate issues no generation {who.generation}.")
    return who


def make_authority(key: ec.EllipticCurvePrivateKey, name: str, *, not_before: datetime) -> x509.Certificate:
    """A self-signed authority that may sign device certificates and nothing below other authorities."""
    usage = _usage(digital_signature=False, key_cert_sign=True)
    builder = _builder(
        _name(name), _name(name), key.public_key(), not_before, f"authority/{name}/{_key_hash(key.public_key())}"
    )
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(usage, critical=True)
    return builder.sign(key, hashes.SHA256(), ecdsa_deterministic=True)


def factory_certificate(
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    *,
    serial: str,
    public_key: ec.EllipticCurvePublicKey,
    not_before: datetime,
) -> x509.Certificate:
    """Generation 1, as the factory puts it into the box; the same arguments make the same bytes."""
    return _device_builder(authority, serial, 1, public_key, not_before).sign(
        authority_key, hashes.SHA256(), ecdsa_deterministic=True
    )


def generation_certificate(
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    *,
    serial: str,
    generation: int,
    public_key: ec.EllipticCurvePublicKey,
    not_before: datetime,
) -> x509.Certificate:
    """Generation 2 or later; the same arguments make the same bytes."""
    if not 2 <= generation <= MAX_GENERATION:
        raise ValueError(f"generation {generation} is not made by a return")
    uri = x509.UniformResourceIdentifier(generation_uri(serial, generation))
    builder = _device_builder(authority, serial, generation, public_key, not_before)
    return builder.add_extension(x509.SubjectAlternativeName([uri]), critical=False).sign(
        authority_key, hashes.SHA256(), ecdsa_deterministic=True
    )


def generation_uri(serial: str, generation: int) -> str:
    """The alternative name that says the generation."""
    return f"urn:innovaphone-licensing:device:{serial}:generation:{generation}"


def _generation(certificate: x509.Certificate, serial: str) -> int:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return FACTORY_GENERATION
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        raise NotADeviceCertificate("The certificate's extensions can't be read.") from None
    matches = [_GENERATION_URI.fullmatch(uri) for uri in names.get_values_for_type(x509.UniformResourceIdentifier)]
    if len(names) != 1 or len(matches) != 1 or matches[0] is None or matches[0][1] != serial:
        raise NotADeviceCertificate("The certificate's alternative name is not this device's generation.")
    if (generation := int(matches[0][2])) <= FACTORY_GENERATION:
        raise NotADeviceCertificate("The certificate names a generation that no return begins.")
    return generation


def _require_leaf(certificate: x509.Certificate) -> None:
    try:
        usages = [one.value for one in certificate.extensions if isinstance(one.value, x509.ExtendedKeyUsage)]
        is_authority = _is_authority(certificate)
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        raise NotADeviceCertificate("The certificate's extensions can't be read.") from None
    if is_authority:
        raise NotADeviceCertificate("The certificate is that of an authority.")
    if any(ExtendedKeyUsageOID.CLIENT_AUTH not in usage for usage in usages):
        raise NotADeviceCertificate("The certificate is not meant for a client.")


def _issued_by_any(certificate: x509.Certificate, authorities: Iterable[x509.Certificate], now: datetime) -> bool:
    return any(_issued(certificate, authority, now) for authority in authorities)


def _issued(certificate: x509.Certificate, by: x509.Certificate, now: datetime) -> bool:
    try:
        if not (_valid(certificate, now) and _valid(by, now) and _is_authority(by)):
            return False
        certificate.verify_directly_issued_by(by)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _valid(certificate: x509.Certificate, now: datetime) -> bool:
    return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


def _device_builder(
    authority: x509.Certificate,
    serial: str,
    generation: int,
    public_key: ec.EllipticCurvePublicKey,
    not_before: datetime,
) -> x509.CertificateBuilder:
    what = f"device/{fingerprint(authority)}/{serial}/{generation}/{_key_hash(public_key)}"
    builder = _builder(_name(serial), authority.subject, public_key, not_before, what)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(digital_signature=True, key_cert_sign=False), critical=True)
    return builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)


def _builder(
    subject: x509.Name, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey, not_before: datetime, what: str
) -> x509.CertificateBuilder:
    """A builder whose serial number is derived from `what` the certificate is, so that nothing is random."""
    number = int.from_bytes(hashlib.sha256(f"licensing/certificate/v1/{what}".encode()).digest(), "big")
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number((number >> (256 - _SERIAL_NUMBER_BITS)) | 1)
        .not_valid_before(not_before.replace(microsecond=0))
        .not_valid_after(NO_END)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _usage(*, digital_signature: bool, key_cert_sign: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        crl_sign=key_cert_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _keys(certificates: Iterable[x509.Certificate]) -> set[bytes]:
    spki = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return {certificate.public_key().public_bytes(*spki) for certificate in certificates}


def _key_hash(key: ec.EllipticCurvePublicKey) -> str:
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
