"""The development PKI: the vendor's device CA, which signs factory certificates, and a CA for the servers of the stack.

Everything is made once and kept under the state folder; private keys are readable by their owner only.
"""

import ipaddress
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from contracts.device_certificate import factory_certificate, make_authority
from dev import places
from dev.ports import HOST

DEVICE_CA_NAME = "Development device CA"
SERVER_CA_NAME = "Development server CA"
SERVER_DAYS = 3650

# Certificates begin a little in the past, for clocks that differ.
EARLIER = timedelta(minutes=5)


class Pki:
    """The PKI of one stack."""

    def __init__(self, state: Path = places.STATE) -> None:
        self._folder = state / "pki"
        self.device_ca_file = self._folder / "device-ca.pem"
        self.server_ca_file = self._folder / "server-ca.pem"
        self.server_certificate_file = self._folder / "server.pem"
        self.server_key_file = self._folder / "server.key"

    def prepare(self) -> None:
        """Make what is not there yet."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._authority(self.device_ca_file, DEVICE_CA_NAME)
        self._authority(self.server_ca_file, SERVER_CA_NAME)
        if not self.server_certificate_file.exists():
            key = ec.generate_private_key(ec.SECP256R1())
            _write(self.server_key_file, _private_pem(key), 0o600)
            _write(self.server_certificate_file, _pem(self._server_certificate(key.public_key())), 0o644)

    def factory(self, serial: str) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
        """A new key with its factory certificate, as the vendor puts them into a box."""
        key = ec.generate_private_key(ec.SECP256R1())
        authority, authority_key = self._read(self.device_ca_file)
        certificate = factory_certificate(
            authority, authority_key, serial=serial, public_key=key.public_key(), not_before=_now()
        )
        return key, certificate

    def _authority(self, file: Path, name: str) -> None:
        if not file.exists():
            key = ec.generate_private_key(ec.SECP256R1())
            _write(file.with_suffix(".key"), _private_pem(key), 0o600)
            _write(file, _pem(make_authority(key, name, not_before=_now())), 0o644)

    def _server_certificate(self, key: ec.EllipticCurvePublicKey) -> x509.Certificate:
        authority, authority_key = self._read(self.server_ca_file)
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address(HOST))]
        begin = _now()
        return (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]))
            .issuer_name(authority.subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(begin + timedelta(days=SERVER_DAYS))
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False
            )
            .sign(authority_key, hashes.SHA256())
        )

    def _read(self, file: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        key = serialization.load_pem_private_key(file.with_suffix(".key").read_bytes(), password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError(f"the key of {file} is no elliptic curve key")
        return x509.load_pem_x509_certificate(file.read_bytes()), key


def _now() -> datetime:
    return (datetime.now(UTC) - EARLIER).replace(microsecond=0)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(file: Path, content: bytes, mode: int) -> None:
    draft = file.with_suffix(f"{file.suffix}.draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as out:
        out.write(content)
    draft.replace(file)
