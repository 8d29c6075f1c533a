"""How the users of one broker prove themselves, and how the broker does: passwords, its certificate, its authority."""

import secrets
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from contracts.access import roles
from contracts.documents.device_certificate import make_authority
from dev.stack import secret_files
from simulator.pki import now, server_certificate, write_certificate

BROKER = "broker"
"""The broker's own user: also the common name of its certificate, by which it proves itself to the controller."""

ADMINISTRATOR = "administrator"
"""Makes topics, users and rights, and may do everything; no service has this name."""


class Credentials:
    """The folder and what is in it."""

    def __init__(self, state: Path) -> None:
        self._folder = state / "kafka-credentials"
        self.ca_file = self._folder / "ca.pem"
        self.keystore_file = self._folder / "broker.pem"

    def password_file(self, user: str) -> Path:
        return self._folder / f"{user}.password"

    def password(self, user: str) -> str:
        return self.password_file(user).read_text().strip()

    def tls(self) -> ssl.SSLContext:
        """For a client: only this broker is the right one."""
        return ssl.create_default_context(cafile=str(self.ca_file))

    def are_there(self) -> bool:
        return self.ca_file.exists()

    def make(self) -> None:
        """Make what is not there yet; nothing is ever replaced."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for user in (BROKER, ADMINISTRATOR, *roles()):
            secret_files.make(self.password_file(user))
        if not self.are_there():
            self._make_certificates()

    def _make_certificates(self) -> None:
        """The authority signs this one certificate and its key is forgotten, so there will never be a second."""
        authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        authority = make_authority(authority_key, f"Local broker CA {secrets.token_hex(4)}", not_before=now())
        usages = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH)
        certificate = server_certificate(BROKER, key, authority, authority_key, usages)
        secret_files.write(self.keystore_file, _pem(key) + _certificate_pem(certificate))
        write_certificate(self.ca_file, authority)


def _pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _certificate_pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()
