"""Make the development PKI: `python -m simulator.pki [FOLDER]`. What is there already stays as it is.

The factory's device CA signs boxes; the server CA signs the certificate with which device-sync shows itself. The
generation CA is the signer's own (`signer init`).
"""

import argparse
import ipaddress
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from contracts.documents.device_certificate import make_authority
from simulator import STATE

PKI = STATE / "pki"
SERVER_DAYS = 3650
_BACKDATE = timedelta(days=1)  # a clock that is hours behind is told so by what it reads, not by each certificate


class Pki:
    """The folder and what is in it."""

    def __init__(self, folder: Path = PKI) -> None:
        self.folder = folder
        self.device_ca = folder / "device-ca.pem"
        self.device_ca_key = folder / "device-ca.key.pem"
        self.server_ca = folder / "server-ca.pem"
        self.server_ca_key = folder / "server-ca.key.pem"
        self.server_certificate = folder / "device-sync.pem"
        self.server_key = folder / "device-sync.key.pem"

    def make(self) -> list[Path]:
        """Make what is missing and return what was made."""
        self.folder.mkdir(parents=True, exist_ok=True)
        made: list[Path] = []
        for certificate, key, name in (
            (self.device_ca, self.device_ca_key, "Development device CA"),
            (self.server_ca, self.server_ca_key, "Development server CA"),
        ):
            if not certificate.exists():
                made += self._authority(certificate, key, name)
        if not self.server_certificate.exists():
            made += self._server()
        return made

    def _authority(self, certificate: Path, key: Path, name: str) -> list[Path]:
        private = ec.generate_private_key(ec.SECP256R1())
        write_key(key, private)
        write_certificate(certificate, make_authority(private, name, not_before=now()))
        return [certificate]

    def _server(self) -> list[Path]:
        private = ec.generate_private_key(ec.SECP256R1())
        write_key(self.server_key, private)
        issuer, issuer_key = read_certificate(self.server_ca), read_key(self.server_ca_key)
        write_certificate(self.server_certificate, server_certificate("device-sync", private, issuer, issuer_key))
        return [self.server_certificate]


def write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """A private key that only its owner can read."""
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)


def read_key(path: Path) -> ec.EllipticCurvePrivateKey:
    key = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{path} is not an elliptic curve key")
    return key


def write_certificate(path: Path, certificate: x509.Certificate) -> None:
    """Written last of a pair, so that it is there only when its key is."""
    draft = path.with_suffix(".draft")
    draft.write_bytes(certificate.public_bytes(Encoding.PEM))
    draft.replace(path)


def read_certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def server_certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate,
    issuer_key: ec.EllipticCurvePrivateKey,
    usages: Sequence[x509.ObjectIdentifier] = (ExtendedKeyUsageOID.SERVER_AUTH,),
    *,
    ends: datetime | None = None,
) -> x509.Certificate:
    """The certificate of a server on loopback."""
    names: list[x509.GeneralName] = [
        x509.DNSName("localhost"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        x509.IPAddress(ipaddress.ip_address("::1")),
    ]
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    authority_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    return (
        x509.CertificateBuilder(issuer.subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now())
        .not_valid_after(ends or now() + timedelta(days=SERVER_DAYS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(authority_id, critical=False)
        .sign(issuer_key, hashes.SHA256())
    )


def now() -> datetime:
    """The time from which a new certificate is valid."""
    return datetime.now(UTC).replace(microsecond=0) - _BACKDATE


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m simulator.pki", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=PKI)
    made = Pki(parser.parse_args().folder).make()
    print(f"pki: made {', '.join(path.name for path in made)}" if made else "pki: there")


if __name__ == "__main__":
    main()
